import { fileURLToPath } from 'node:url';
import type { Backend, BackendJob, RawEvent, Turn } from './backend.ts';
import { readJsonEvent, runProcess } from './process.ts';

/** The program that plays the script, beside this module: `.ts` in the checkout, `.js` in the package. */
const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../children/fake-agent.ts' : '../children/fake-agent.js', import.meta.url),
);

/** The scripted backend: the default lane everywhere, never disabled. Its script runs as a real child process. */
export const fake: Backend = {
  id: 'fake',
  summary: 'scripted, the default lane everywhere',
  exemptUpTo: 2,
  reportsEdits: true,
  statesPlan: true,
  usesModel: false,
  ownState: [],

  async probe(_plan, { host }) {
    return { version: host.nodeVersion };
  },

  async run(job, ports): Promise<Turn> {
    const { plan } = job;
    const input = `${JSON.stringify({ script: plan.fake, oracle: plan.task.oracle, patches: plan.patches, roots: rootsOf(job) })}\n`;
    let claim: Turn['claim'] = null;
    const watched: BackendJob = {
      ...job,
      onEvent(event) {
        // a claim of failure stays one
        if (claim === null || claim === 'completed') claim = claimOf(event) ?? claim;
        job.onEvent(event);
      },
    };
    const exit = await runProcess([ports.host.nodePath, PROGRAM], watched, readJsonEvent, input, ports);
    const failed = exit.timedOut || exit.aborted ? null : exit.code !== 0;
    return {
      exit,
      claim,
      protocolError: failed === false && claim === null ? 'the script ended with exit 0 and without a claim' : null,
      failure: failed
        ? { code: 'backend_failed', detail: exit.tooManyProcesses ? 'more processes than its limit' : `exit code ${exit.code}` }
        : null,
      completedByHarness: false,
    };
  },

  readEvent: readJsonEvent,
};

function claimOf({ type, data }: RawEvent): Turn['claim'] {
  const { result } = data;
  return type === 'claim' && (result === 'completed' || result === 'failed' || result === 'blocked') ? result : null;
}

/** What `@protected/`, `@target/` and `@bundle/` stand for in a script. */
const rootsOf = ({ contract, plan }: BackendJob) => ({
  protected: plan.given.protected[0] ?? null,
  target: plan.given.target,
  bundle: contract.roots.run_artifact_dir,
});
