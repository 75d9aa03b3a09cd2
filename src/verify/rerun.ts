import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.ts';
import { calibrate } from '../checks/calibrate.ts';
import { readExam, verifyPatch } from '../checks/index.ts';
import type { Status } from '../model/blocker.ts';
import type { Contract, Program } from '../model/contract.ts';
import { exitCodes, exitOf } from '../model/exit.ts';
import type { ChangedFile, Facts } from '../model/facts.ts';
import type { Task } from '../model/task.ts';
import type { TestReport, TestRun } from '../model/verification.ts';
import type { Ports } from '../ports.ts';
import { judge } from '../verdict.ts';
import { git } from '../workspace/git.ts';
import { WALK } from '../workspace/open.ts';
import { compareTrees } from '../workspace/reading.ts';
import type { BundleProblem } from './folder.ts';
import { readBundle } from './read.ts';
import { type BundleCheck, verifyBundle } from './verify.ts';

/** What came of verifying a patch once more. */
export interface Rerun extends BundleCheck {
  /** False where the run never came to its tests: there is nothing to run again. */
  ran: boolean;
}

export interface RerunJob {
  /** The bundle. */
  dir: string;
  /** Loads the task of that name as this machine has it. @throws {UserError} */
  loadTask(id: string): Promise<Task>;
  /** What a program of a test command is on this machine. */
  programOf(name: string): Promise<Program | null>;
  signal: AbortSignal;
}

/**
 * Verifies a bundle, then builds the tree again from the seed and patch.diff, calibrates, and runs recorded and control run as the engine
 * did. Nothing of the bundle is believed but which task it was and what the patch is; what differs from it is named.
 *
 * @throws {UserError} where the seed of the bundle is not here, or there is no patch to build a tree from
 */
export async function rerunBundle(job: RerunJob, ports: Ports): Promise<Rerun> {
  const checked = await verifyBundle(job.dir, ports);
  const { contract, trace } = await readBundle(job.dir, ports);
  if (checked.verdict === 'invalid' || !contract || !trace) return { ...checked, ran: false };
  const { tests, changes } = trace.facts;
  if (!tests?.recorded || !changes || !contract.verification.command)
    return { ...checked, ran: false, notes: [...checked.notes, 'nothing was verified in this run, and so nothing again'] };

  const lost = [...trace.facts.secrets.map(({ artifact }) => artifact), ...trace.facts.artifact_failures.map(({ path }) => path)];
  if (lost.includes('patch.diff'))
    throw new UserError({ at: job.dir, message: 'has no patch to build a tree from', hint: 'report.json says why: run the task again' });
  if (contract.given['tree'] === 'dirty')
    throw new UserError({
      at: job.dir,
      message: 'started from a seed that a scenario had spoilt',
      hint: 'rerun a bundle whose contract has no given.tree',
    });
  const task = await sameTask(contract, job);
  const program = await sameProgram(contract, job);
  const here: Contract = { ...contract, verification: { ...contract.verification, program } };
  await using scratch = await ports.files.scratch('proofgate-rerun');
  const reading = { files: changes.files, snapshotDir: join(scratch.path, 'patched') };
  const problems = await rebuild(task, join(job.dir, 'patch.diff'), reading, ports);
  if (problems.length > 0) return invalid(checked, problems);

  const room = { contract: here, signal: job.signal };
  const calibration = await calibrate({ ...room, task, times: 1, scratch: join(scratch.path, 'calibration') }, ports);
  const again = await verifyPatch(
    {
      ...room,
      seedDir: task.repoDir,
      exam: await readExam(task, ports),
      reading,
      expected: calibration.identities,
      scratch: join(scratch.path, 'verification'),
      onLog: () => {},
    },
    ports,
  );
  const facts: Facts = { ...trace.facts, tests: again, calibration: calibration.problems };
  const { status } = judge(contract, facts);
  return compare(checked, { before: tests, again, status, calibration: calibration.problems }, program, contract);
}

const at = (artifact: string, problem: string): BundleProblem => ({ artifact, problem });

const invalid = (checked: BundleCheck, problems: BundleProblem[]): Rerun => ({
  ...checked,
  ran: true,
  verdict: 'invalid',
  exit: exitCodes.invalid,
  problems: [...checked.problems, ...problems],
});

async function sameTask({ task: { id, digest } }: Contract, { loadTask, dir }: RerunJob): Promise<Task> {
  const task = await loadTask(id);
  if (task.digest === digest) return task;
  const message = `was made from another version of the task ${id}`;
  throw new UserError({ at: dir, message, hint: 'check out the commit that report.json names under freshness, and run it again there' });
}

async function sameProgram({ verification: { program, command } }: Contract, { programOf }: RerunJob): Promise<Program> {
  const name = program?.name ?? command?.[0] ?? '';
  const here = await programOf(name);
  if (here) return here;
  throw new UserError({ at: name, message: 'is not on the PATH, and the tests start with it', hint: 'install it, and run this again' });
}

/** The tree after the patch, built by git from the seed; every file of it is what the run read, or is named. */
async function rebuild(
  task: Task,
  patchPath: string,
  { files: changes, snapshotDir }: { files: readonly ChangedFile[]; snapshotDir: string },
  ports: Ports,
): Promise<BundleProblem[]> {
  const { files } = ports;
  await files.copyTree(task.repoDir, snapshotDir);
  const patch = await files.readBytes(patchPath);
  if (Buffer.from(patch).includes('diff --git ')) {
    const apply = ['apply', '-p1', '--whitespace=nowarn', '-'];
    const failure = await git(
      apply,
      { cwd: snapshotDir, input: patch, env: { GIT_CEILING_DIRECTORIES: join(snapshotDir, '..') } },
      ports,
    ).then(
      () => undefined,
      (error: unknown) => (error instanceof Error && error.name === 'Error' ? error.message : Promise.reject(error)),
    );
    if (failure !== undefined) return [at('patch.diff', `does not apply to the seed of the task (${failure})`)];
  }
  const built = compareTrees(task.seed, await files.walk(snapshotDir, WALK));
  return differences(changes.filter(isInPatch), built);
}

/** A patch carries plain files and links; of a mode only whether the owner may execute. What it cannot carry was no part of an answer. */
const isInPatch = ({ kind, oddity, change }: ChangedFile): boolean =>
  change !== 'mode' &&
  (kind === 'file' || kind === 'link') &&
  (change === 'deleted' || oddity === null || oddity === 'hard_link' || oddity === 'setuid');

function differences(told: readonly ChangedFile[], built: readonly ChangedFile[]): BundleProblem[] {
  const known = new Map(told.map(file => [file.path, file]));
  const found = new Map(built.map(file => [file.path, file]));
  const wrong = [...known.values()].filter(({ path, change, digest, kind }) => {
    const file = found.get(path);
    if (!file || change === 'deleted') return file?.change !== 'deleted';
    return file.digest !== digest || file.kind !== kind;
  });
  return [
    ...wrong.map(({ path }) => at('patch.diff', `does not make of ${path} what was read there`)),
    ...built
      .filter(({ path, change }) => !known.has(path) && change !== 'mode')
      .map(({ path }) => at('patch.diff', `changes ${path}, which the run did not read`)),
  ];
}

interface Again {
  before: TestReport;
  again: TestReport;
  status: Status;
  calibration: readonly string[];
}

/** What differed. The verdict is what counts; a test that ended in another way is named, whatever became of the verdict. */
function compare(checked: BundleCheck, { before, again, status, calibration }: Again, program: Program, contract: Contract): Rerun {
  const was = contract.verification.program?.version ?? null;
  const notes =
    was === program.version
      ? []
      : [`verified again with ${program.name} ${program.version ?? 'of an unknown version'}; it was ${was ?? 'unknown'}`];
  const problems = [
    ...calibration.map(problem => at('calibration', problem)),
    ...(isDeepStrictEqual(sorted(before.expected), sorted(again.expected))
      ? []
      : [at('test-report.json', 'expected other tests than calibration finds now')]),
    ...(isDeepStrictEqual(sorted(before.surface), sorted(again.surface))
      ? []
      : [
          at(
            'test-report.json',
            `the test surface was ${before.surface.join(', ') || 'untouched'}, and is ${again.surface.join(', ') || 'untouched'} now`,
          ),
        ]),
    ...runDifferences(before.recorded, again.recorded),
    ...(status === checked.status ? [] : [at('report.json', `ended ${checked.status}, and ends ${status} when it is verified again`)]),
  ];
  if (problems.length > 0) return { ...invalid(checked, problems), notes: [...checked.notes, ...notes] };
  return { ...checked, ran: true, exit: exitOf(status), notes: [...checked.notes, ...notes] };
}

const sorted = (values: readonly string[]): string[] => values.toSorted();

function runDifferences(before: TestRun | null, again: TestRun | null): BundleProblem[] {
  const problems: BundleProblem[] = [];
  if (before?.exit_code !== again?.exit_code)
    problems.push(
      at('test-report.json', `the tests ended with ${before?.exit_code ?? 'nothing'}, and end with ${again?.exit_code ?? 'nothing'} now`),
    );
  const [old, now] = [outcomes(before), outcomes(again)];
  for (const id of new Set([...old.keys(), ...now.keys()]))
    if (old.get(id) !== now.get(id))
      problems.push(at('test-report.json', `${id} was ${old.get(id) ?? 'not there'}, and is ${now.get(id) ?? 'not there'} now`));
  return problems;
}

/** How each test ended; one that was reported several times has all its ends. */
function outcomes(run: TestRun | null): Map<string, string> {
  const ends = new Map<string, string[]>();
  for (const { id, outcome } of run?.tests ?? []) ends.set(id, [...(ends.get(id) ?? []), outcome]);
  return new Map([...ends].map(([id, all]) => [id, all.toSorted().join(' and ')]));
}
