import type { Backend, Turn } from './backend.ts';
import { readJsonEvent, runProcess } from './process.ts';

/** Any program: runs in the workspace with PROOFGATE_PROMPT_FILE set; exit 0 is its claim of completion. */
export const command: Backend = {
  id: 'command',
  summary: 'any program, bring your own',
  exemptUpTo: 2,
  reportsEdits: false,
  statesPlan: false,
  usesModel: false,
  ownState: [],

  async probe({ backend }, { host }) {
    const program = backend.argv?.[0];
    if (!program) return { code: 'provider_unavailable', cause: 'local_config_missing', detail: 'the command backend needs a command' };
    const path = program === 'node' ? host.nodePath : await host.which(program);
    return path ? { version: path } : { code: 'provider_unavailable', cause: 'binary_missing', detail: `${program} is not on PATH` };
  },

  async run(job, ports): Promise<Turn> {
    const [program = '', ...args] = job.plan.backend.argv ?? [];
    const path = program === 'node' ? ports.host.nodePath : ((await ports.host.which(program)) ?? program);
    const exit = await runProcess([path, ...args], job, readJsonEvent, '', ports);
    const ended = !exit.timedOut && !exit.aborted;
    return {
      exit,
      claim: ended && exit.code === 0 ? 'completed' : null,
      protocolError: null,
      failure:
        ended && exit.code !== 0
          ? { code: 'backend_failed', detail: exit.tooManyProcesses ? 'more processes than its limit' : `exit code ${exit.code}` }
          : null,
      completedByHarness: false,
    };
  },

  readEvent: readJsonEvent,
};
