import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Contract } from '../model/contract.ts';
import type { Task } from '../model/task.ts';
import type { Argv } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { WALK } from '../workspace/open.ts';
import { compareTrees } from '../workspace/reading.ts';
import { disallowed } from './allowed.ts';
import { judgeCalibration, type Attempt, type Calibration } from './calibration-problems.ts';
import { controlFiles } from './control-tree.ts';
import { openRoom, reportingOf, runTests } from './runner.ts';
import { surfaceChanges } from './surface.ts';
import { oracleTree, overlay, readExam, type TestFile } from './trees.ts';

export type { Calibration } from './calibration-problems.ts';

/** A task to calibrate. */
export interface CalibrationJob {
  contract: Contract;
  task: Task;
  /** How often seed and oracle are tried; any disagreement is a flaky fixture. */
  times: number;
  /** A folder that only this uses while it goes on. */
  scratch: string;
  signal: AbortSignal;
}

/** Trees that run at the same time. */
const ABREAST = 2;

/**
 * Step 4: the seed must fail, the oracle must pass, several times over and each time alike; and what must fail in a control
 * run fails under the oracle. A proof against a fixture that is green to begin with proves nothing.
 *
 * @returns nothing to complain of where the contract names no command: then nothing is run
 * @throws the signal's reason when it was aborted
 *
 * Its trees are gone before it returns.
 */
export async function calibrate(job: CalibrationJob, ports: Ports): Promise<Calibration> {
  const { command, program } = job.contract.verification;
  if (!command) return { problems: [], identities: [] };
  if (!program) return invalid(`${command[0]} is not on the PATH: install it, or change verification.command`);
  const unheard = reportingProblems(job.contract, command);
  if (unheard.length > 0) return invalid(...unheard);

  const room = join(job.scratch, `calibration-${ports.randomHex(4)}`);
  try {
    return await calibrateIn(room, command, job, ports);
  } finally {
    await ports.files.remove(room);
  }
}

const invalid = (...problems: string[]): Calibration => ({ problems, identities: [] });

async function calibrateIn(
  room: string,
  command: Argv,
  { contract, task, times, signal }: CalibrationJob,
  ports: Ports,
): Promise<Calibration> {
  const oracle = join(room, 'oracle');
  const refusal = await oracleTree(task, oracle, ports);
  if (refusal) return invalid(`oracle.patch does not apply to repo/ (${refusal}): make it again with git diff`);
  const exam = await readExam(task, ports);
  const { tests } = exam;
  const strays = await straysOfOracle(contract, task, oracle, tests, ports);
  if (strays.length > 0) return invalid(...strays);

  const { files: mustFail, planted, bare } = controlFiles(exam, command, [], ports);
  const attempt = async (from: string, files: readonly TestFile[]): Promise<Attempt> => {
    const place = openRoom(room, ports);
    await ports.files.copyTree(from, place.tree);
    await overlay(place.tree, files, ports);
    const output = tail();
    const run = await runTests({ contract, signal, ...place, onOutput: output.push }, ports);
    return { run, lastWords: output.text() };
  };
  const repeat = (job: () => Promise<Attempt>) => Array.from({ length: times }, () => job);
  const jobs = [...repeat(() => attempt(task.repoDir, tests)), ...repeat(() => attempt(oracle, tests)), () => attempt(oracle, mustFail)];
  const done = await abreast(jobs);
  return judgeCalibration(contract, {
    seed: done.slice(0, times),
    oracle: done.slice(times, 2 * times),
    control: done.at(-1)!,
    planted,
    bare,
    hasTwins: exam.twins !== null,
  });
}

/**
 * Calibrates once for every key of a suite's cache. A calibration that was cut off is not kept: whoever waited for
 * somebody else's tries by itself.
 */
export async function calibrateOnce(cache: Map<string, Promise<Calibration>>, job: CalibrationJob, ports: Ports): Promise<Calibration> {
  const key = JSON.stringify([
    job.task.digest,
    job.contract.task.digest,
    job.contract.verification,
    job.contract.task.allowed_paths,
    job.times,
  ]);
  const known = cache.get(key);
  if (known) {
    return known.catch(() => {
      job.signal.throwIfAborted();
      return calibrateOnce(cache, job, ports);
    });
  }
  const calibration = calibrate(job, ports);
  cache.set(key, calibration);
  calibration.catch(() => cache.delete(key));
  return calibration;
}

function reportingProblems(contract: Contract, command: Argv): string[] {
  try {
    reportingOf(contract, command);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message, hint }) => `${message}: ${hint}`);
    throw error;
  }
}

/** An answer that the rules would refuse is no answer that a backend could give. */
async function straysOfOracle(
  { task: { allowed_paths } }: Contract,
  task: Task,
  oracle: string,
  tests: readonly TestFile[],
  { files }: Ports,
): Promise<string[]> {
  const changes = compareTrees(task.seed, await files.walk(oracle, WALK));
  const canonical = tests.map(test => test.path);
  const frozen = surfaceChanges(changes, { allowedPaths: allowed_paths, canonical, reserved: [] });
  return [
    ...disallowed(changes, allowed_paths).map(
      ({ path }) => `oracle.patch changes ${path}, which allowed_paths does not allow: allow it, or leave it out`,
    ),
    ...frozen.map(({ path }) => `oracle.patch changes ${path}, which is test surface: name it in allowed_paths, or leave it out`),
  ];
}

/** Runs at most two at a time; the results keep their order. What fails is thrown when nothing goes on any more. */
async function abreast<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const queue = jobs.entries();
  const work = async () => {
    for (const [index, job] of queue) results[index] = await job();
  };
  const ends = await Promise.allSettled(Array.from({ length: ABREAST }, work));
  const failed = ends.find(end => end.status === 'rejected');
  if (failed) throw failed.reason;
  return results;
}

/** Keeps the end of an output. */
function tail(bytes = 2048) {
  let kept = Buffer.alloc(0);
  return {
    push: (chunk: Uint8Array) => void (kept = Buffer.concat([kept, chunk]).subarray(-bytes)),
    text: () => kept.toString().trim().split('\n').at(-1)?.trim() ?? '',
  };
}
