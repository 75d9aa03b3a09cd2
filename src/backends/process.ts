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
      child?.write(`${job.answer({ scope: text(scope), mutation_mode: text(mutation_mode) })}\n`);
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

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** A line of the protocol that `fake` and `command` share: a JSON object with a string `type`. */
export function readJsonEvent(line: string): RawEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { type, data } = JSON.parse(line) as { type?: unknown; data?: unknown };
    if (typeof type !== 'string' || type === '') return undefined;
    return { type, data: typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {} };
  } catch {
    return undefined;
  }
}
