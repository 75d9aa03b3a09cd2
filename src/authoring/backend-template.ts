/** What a file of src/backends/ calls its adapter: `my-agent` is `myAgentBackend`. A name that begins with a digit gets a word in front. */
export function backendIdentifier(name: string): string {
  const camel = name.replaceAll(/-+([a-z0-9]?)/g, (_all, letter: string) => letter.toUpperCase());
  return `${/^[0-9]/.test(camel) ? 'agent' : ''}${camel}Backend`;
}

/** An adapter that works for a program called `name` on the PATH, as text of src/backends/<name>.ts. */
export const backendText = (name: string): string => `\
import type { Backend, Turn } from './backend.ts';
import { readJsonEvent, runProcess } from './process.ts';

/** ${name}: runs in the workspace with PROOFGATE_PROMPT_FILE set; exit 0 is its claim of completion. */
export const ${backendIdentifier(name)}: Backend = {
  id: '${name}',
  summary: '${name}, a program on the PATH',
  // a candidate earns every stage but the first
  exemptUpTo: 1,
  // false: the harness announces a difference, or states the plan, where the agent does not
  reportsEdits: false,
  statesPlan: false,
  // true: its model must be admitted, and job.access is the only way to it
  usesModel: false,
  // names at the root of the workspace under which it keeps its own books
  ownState: [],

  async probe(_plan, { host }) {
    const path = await host.which('${name}');
    return path ? { version: path } : { code: 'provider_unavailable', cause: 'binary_missing', detail: '${name} is not on PATH' };
  },

  async run(job, ports): Promise<Turn> {
    const path = (await ports.host.which('${name}')) ?? '${name}';
    const exit = await runProcess([path], job, readJsonEvent, '', ports);
    const ended = !exit.timedOut && !exit.aborted;
    const failed = ended && exit.code !== 0;
    return {
      exit,
      claim: ended && !failed ? 'completed' : null,
      protocolError: null,
      failure: failed ? { code: 'backend_failed', detail: \`exit code \${exit.code}\` } : null,
      completedByHarness: false,
    };
  },

  // what one line of its output says, if it is an event: pure, and it throws for no line
  readEvent: readJsonEvent,
};
`;
