import type { Exit, Ports, Supervised } from '../ports.ts';
import type { Argv } from '../model/units.ts';
import type { BackendJob, RawEvent } from './backend.ts';
import { splitLines } from './lines.ts';

/** Runs an agent that speaks events as JSON lines on its standard output; everything else that it prints is log. */
export function runProcess(
  argv: Argv,
  job: BackendJob,
  readEvent: (line: string) => RawEvent | undefined,
  input: string,
  ports: Ports,
): Promise<Exit> {
  let child: Supervised | undefined;
  const lines = splitLines('{', line => {
    const event = readEvent(line);
    if (!event) return;
    job.onEvent(event);
    if (event.type === 'approval.requested') {
      const { scope, mutation_mode } = event.data;
      void job.answer({ scope: text(scope), mutation_mode: text(mutation_mode) }).then(
        line => child?.write(`${line}\n`),
        // whoever waits for the answers hears of it
        () => undefined,
      );
    }
  });
  child = ports.supervise(argv, {
    cwd: job.workspaceDir,
    env: job.env,
    timeoutMs: job.contract.limits.backend_ms,
    signal: job.signal,
    runId: job.contract.run_id,
    input,
    interactive: true,
    maxProcesses: job.contract.limits.processes,
    onStdout(chunk) {
      job.onStdout(chunk);
      lines.push(chunk);
    },
    onStderr: job.onStderr,
  });
  return child.exit.finally(() => lines.end());
}

/** Scope and mode are a line for a person, not a place to put a novel. */
const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 1000) : '');

/** An event nested deeper is none: readers bound what they read. */
const MAX_DEPTH = 32;

/** How deep the brackets go; those in strings count too, which only makes it stricter. */
function depthOf(line: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of line) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

/** A line of the protocol that `fake` and `command` share: a JSON object with a string `type`. */
export function readJsonEvent(line: string): RawEvent | undefined {
  if (!line.startsWith('{') || depthOf(line) > MAX_DEPTH) return undefined;
  try {
    const { type, data } = JSON.parse(line) as { type?: unknown; data?: unknown };
    if (typeof type !== 'string' || type === '') return undefined;
    return { type, data: typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {} };
  } catch {
    return undefined;
  }
}
