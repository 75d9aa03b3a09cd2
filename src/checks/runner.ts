import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contract } from '../model/contract.ts';
import type { Argv } from '../model/units.ts';
import type { TestRun } from '../model/verification.ts';
import type { Ports } from '../ports.ts';
import { readReport } from './report-readers.ts';
import { planReporting, REPORT_PATH, type Reporting } from './reporting.ts';

/** Folder of the programs that run inside of a test command. */
const CHILDREN = fileURLToPath(new URL('../children/', import.meta.url));

/** More processes than any test command of a task has at one time. */
const MAX_PROCESSES = 512;

/** Where one execution takes place. Nothing in it says which one it is. */
export interface Room {
  /** Holds the tree, HOME and TMPDIR. */
  dir: string;
  /** The tree in which the command runs. */
  tree: string;
  /** Marks the processes of this execution, and of no other that goes on at the same time. */
  runId: string;
}

/** Names a room; nothing is made yet. */
export function openRoom(scratch: string, { randomHex }: Ports): Room {
  const runId = randomHex(8);
  const dir = join(scratch, runId);
  return { dir, tree: join(dir, 'work'), runId };
}

/** One execution of the test command. */
export interface TestJob extends Room {
  contract: Contract;
  signal: AbortSignal;
  /** Its stdout and stderr, as they come. */
  onOutput?(chunk: Uint8Array): void;
}

/**
 * How the contract's command is run.
 *
 * @throws UserError when nothing says how it would report its tests
 */
export const reportingOf = ({ verification }: Contract, command: Argv): Reporting =>
  planReporting(command, verification.report, join(CHILDREN, 'node-test-reporter.js'));

/**
 * Runs the contract's command in a tree and hears about its tests over a private channel. Resolves when every process
 * of it is dead; a command that cannot be started is a run without exit code.
 *
 * @throws the signal's reason when it was aborted
 */
export async function runTests(
  { contract, dir, tree, runId, signal, onOutput }: TestJob,
  { supervise, files, host }: Ports,
): Promise<TestRun> {
  const { command, program, timeout_ms } = contract.verification;
  if (!command || !program) return { exit_code: null, timed_out: false, tests: [], garbage: 0 };
  const { argv, added, format } = reportingOf(contract, command);
  const reader = readReport(format);
  const [home, temp] = [join(dir, 'home'), join(dir, 'tmp')];
  await files.makeDir(home);
  await files.makeDir(temp);
  signal.throwIfAborted();

  const exit = await supervise([program.path, ...argv.slice(1)], {
    cwd: tree,
    env: {
      PATH: [...new Set([dirname(program.path), dirname(host.nodePath), '/usr/local/bin', '/usr/bin', '/bin'])].join(':'),
      HOME: home,
      TMPDIR: temp,
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      NO_COLOR: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONSAFEPATH: '1',
      ...(added.includes('pytest_identities') ? { PYTHONPATH: CHILDREN } : {}),
      ...(format === 'lines' ? {} : { PROOFGATE_REPORT_FILE: REPORT_PATH }),
    },
    timeoutMs: timeout_ms,
    signal,
    runId,
    maxProcesses: MAX_PROCESSES,
    report: { kind: format === 'lines' ? 'socket' : 'pipe', onData: chunk => reader.push(chunk) },
    ...(onOutput ? { onStdout: onOutput, onStderr: onOutput } : {}),
  }).exit;
  signal.throwIfAborted();

  const { tests, garbage } = reader.end();
  return { exit_code: exit.timedOut ? null : exit.code, timed_out: exit.timedOut, tests, garbage };
}
