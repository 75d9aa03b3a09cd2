import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import type { BackendJob, RawEvent, Turn } from './backend.ts';
import { splitLines } from './lines.ts';

/** What a whole stream says of its end. Every line is a claim of the agent's; none of it is a fact about the workspace. */
export interface StreamReading {
  push(line: string): void;
  end(): Pick<Turn, 'claim' | 'protocolError'> & {
    /** The agent said itself that it failed: then its exit code says nothing more. */
    failed?: boolean;
  };
}

interface Headless {
  argv: readonly [string, ...string[]];
  /** What it needs beside the environment of every agent. */
  env: Readonly<Record<string, string>>;
  stream: StreamReading;
  readEvent(line: string): RawEvent | undefined;
}

/** Runs an agent that takes the task on its standard input and prints JSON lines, with a model behind the gateway. */
export async function runHeadless({ argv, env, stream, readEvent }: Headless, job: BackendJob, ports: Ports): Promise<Turn> {
  const { access, contract, plan } = job;
  const lines = splitLines('{', line => {
    const event = readEvent(line);
    stream.push(line);
    if (event) job.onEvent(event);
  });
  const exit = await ports.supervise(argv, {
    cwd: job.workspaceDir,
    env: { ...job.env, ...env },
    timeoutMs: contract.limits.backend_ms,
    signal: job.signal,
    runId: contract.run_id,
    // a prompt that is piped in may be of any length, and begin with anything
    input: promptOf(plan),
    maxProcesses: contract.limits.processes,
    ...(access && { network: access.served }),
    onStdout(chunk) {
      job.onStdout(chunk);
      lines.push(chunk);
    },
    onStderr: job.onStderr,
  }).exit;
  lines.end();
  const ended = !exit.timedOut && !exit.aborted;
  const { claim, protocolError, failed = false } = stream.end();
  const crashed = ended && exit.code !== 0 && !(failed && exit.code !== null && !exit.tooManyProcesses);
  return {
    exit,
    claim: ended && exit.code === 0 ? claim : null,
    protocolError: ended && !crashed ? protocolError : null,
    failure: crashed ? { code: 'backend_failed', detail: why(exit) } : null,
    completedByHarness: false,
  };
}

/** The task as a person would put it. */
function promptOf({ task: { spec } }: Plan): string {
  const { command } = spec.verification;
  return [
    spec.prompt.trim(),
    '',
    `Change only: ${spec.allowed_paths.join(', ')}.`,
    ...(command ? [`Check your work with: ${command.join(' ')}`] : []),
    'When it is done, say in one sentence what you changed.',
    '',
  ].join('\n');
}

const why = ({ tooManyProcesses, spawnError, code }: { tooManyProcesses: boolean; spawnError: string | null; code: number | null }) =>
  tooManyProcesses ? 'more processes than its limit' : spawnError ? `it did not start (${spawnError})` : `exit code ${code}`;
