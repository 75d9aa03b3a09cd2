import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Contract } from '../model/contract.ts';
import type { Task } from '../model/task.ts';
import type { Argv } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { WALK } from '../workspace/open.ts';
import { compareTrees } from '../workspace/reading.ts';
import { disallowed } from './allowed.ts';
import { judgeCalibration, type Attempt, type Calibration, type Observations } from './calibration-problems.ts';
import { controlFiles } from './control-tree.ts';
import { openRoom, reportingOf, runTests } from './runner.ts';
import { isTestSurface } from './surface.ts';
import { oracleTree, overlay, patchedTree, readTestFiles, type TestFile } from './trees.ts';

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
export async function calibrate({ contract, task, times, scratch, signal }: CalibrationJob, ports: Ports): Promise<Calibration> {
  const { command, program } = contract.verification;
  if (!command) return { problems: [], identities: [] };
  const before = program ? reportingProblems(contract, command) : [`${command[0]} is not on the PATH: install it, or change verification.command`];
  if (before.length > 0) return { problems: before, identities: [] };

  const room = join(scratch, `calibration-${ports.randomHex(4)}`);
  try {
    const seed = join(room, 'seed');
    const oracle = join(room, 'oracle');
    await patchedTree(task, { files: [], snapshotDir: seed }, seed, ports);
    const refusal = await oracleTree(task, oracle, ports);
    if (refusal) return { problems: [`oracle.patch does not apply to repo/ (${refusal}): make it again with git diff`], identities: [] };
    const tests = await readTestFiles(task.testsDir, ports);
    const outside = await straysOfOracle(contract, seed, oracle, tests, ports);
    if (outside.length > 0) return { problems: outside, identities: [] };

    const control = await controlFiles(task, command, [], ports);
    const attempt = async (from: string, files: readonly TestFile[]): Promise<Attempt> => {
      const place = openRoom(room, ports);
      await ports.files.copyTree(from, place.tree);
      await overlay(place.tree, files, ports);
      const output = tail();
      const run = await runTests({ contract, signal, ...place, onOutput: output.push }, ports);
      return { run, lastWords: output.text() };
    };
    const repeat = <T>(what: T) => Array.from({ length: times }, () => what);
    const jobs = [...repeat([seed, tests] as const), ...repeat([oracle, tests] as const), [oracle, control.files] as const];
    const done = await abreast(jobs.map(([from, files]) => () => attempt(from, files)));
    const seen: Observations = { seed: done.slice(0, times), oracle: done.slice(times, 2 * times), control: done.at(-1)!, ...control, hasTwins: task.twinsDir !== undefined };
    return judgeCalibration(contract, seen);
  } finally {
    await ports.files.remove(room);
  }
}

/**
 * Calibrates once for every key of a suite's cache. A calibration that was cut off is not kept: whoever waited for
 * somebody else's tries by itself.
 */
export async function calibrateOnce(cache: Map<string, Promise<Calibration>>, job: CalibrationJob, ports: Ports): Promise<Calibration> {
  const key = JSON.stringify([job.task.digest, job.contract.verification, job.contract.task.allowed_paths, job.times]);
  const known = cache.get(key);
  if (known) return known.catch(() => (job.signal.throwIfAborted(), calibrateOnce(cache, job, ports)));
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
async function straysOfOracle({ task }: Contract, seed: string, oracle: string, tests: readonly TestFile[], { files }: Ports): Promise<string[]> {
  const changes = compareTrees(await files.walk(seed, WALK), await files.walk(oracle, WALK));
  if (changes.length === 0) return ['oracle.patch changes nothing: make it again with git diff'];
  const strays = disallowed(changes, task.allowed_paths).map(({ path }) => `oracle.patch changes ${path}, which allowed_paths does not allow: allow it, or leave it out`);
  const frozen = changes.filter(({ path }) => !task.allowed_paths.includes(path) && isTestSurface(path, tests.map(test => test.path)));
  return strays.length > 0 ? strays : frozen.map(({ path }) => `oracle.patch changes ${path}, which is test surface: name it in allowed_paths, or leave it out`);
}

/** Runs at most two at a time; the results keep their order. */
async function abreast<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const queue = jobs.entries();
  const work = async () => {
    for (const [index, job] of queue) results[index] = await job();
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
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
