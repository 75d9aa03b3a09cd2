import { basename } from 'node:path';
import type { Contract } from '../model/contract.ts';
import type { ChangedFile } from '../model/facts.ts';
import type { Task } from '../model/task.ts';
import type { Argv } from '../model/units.ts';
import type { TestReport } from '../model/verification.ts';
import type { Ports } from '../ports.ts';
import { disallowed } from './allowed.ts';
import { controlFiles } from './control-tree.ts';
import { openRoom, reportingOf, runTests } from './runner.ts';
import { runnerModules, surfaceChanges } from './surface.ts';
import { isCache, overlay, patchedTree, readTestFiles } from './trees.ts';

/** One patch to verify. */
export interface VerificationJob {
  contract: Contract;
  task: Task;
  /** The one reading of the agent's tree. */
  reading: { files: readonly ChangedFile[]; snapshotDir: string };
  /** Identities that must pass exactly once, as calibration found them. */
  expected: readonly string[];
  /** A folder for the trees; whoever made it removes it. */
  scratch: string;
  signal: AbortSignal;
  /** Output of the recorded run, as it comes. */
  onLog(chunk: Uint8Array): void;
}

/**
 * Step 9: the recorded run and the control run, never in the agent's own tree. Each has a copy of seed, allowed part of
 * the patch and canonical tests; in the control run those tests must fail. Judges nothing.
 *
 * @throws the signal's reason when it was aborted; UserError when nothing says how the command would report
 */
export async function verifyPatch(job: VerificationJob, ports: Ports): Promise<TestReport> {
  const { contract, task, reading, expected, scratch } = job;
  const { command } = contract.verification;
  const base: TestReport = {
    schema: 'proofgate/test-report/1',
    command,
    reporter_args: [],
    expected: [...expected],
    recorded: null,
    control: null,
    surface: [],
  };

  const tests = await readTestFiles(task.testsDir, ports);
  const { carried, surface } = await sortChanges(
    contract,
    reading.files,
    tests.map(test => test.path),
    ports,
  );
  if (!command) return { ...base, surface };

  const patch = { files: carried, snapshotDir: reading.snapshotDir };
  const rooms = [openRoom(scratch, ports), openRoom(scratch, ports)] as const;
  const [recordedRoom, controlRoom] = rooms;
  for (const { tree } of rooms) await patchedTree(task, patch, tree, ports);
  const control = await controlFiles(task, command, expected, ports);
  await overlay(recordedRoom.tree, tests, ports);
  await overlay(controlRoom.tree, control.files, ports);

  const common = { contract, signal: job.signal };
  const runs = [
    runTests({ ...common, ...recordedRoom, onOutput: job.onLog }, ports),
    runTests({ ...common, ...controlRoom }, ports),
  ] as const;
  await Promise.allSettled(runs);
  const [recorded, controlRun] = await Promise.all(runs);
  return {
    ...base,
    reporter_args: reportingOf(contract, command).added,
    recorded,
    control: { planted: control.planted, twins: task.twinsDir === undefined ? [] : [...expected], run: controlRun },
    surface,
  };
}

/** What is carried into the trees, and what touches the test surface and is not. */
async function sortChanges(contract: Contract, files: readonly ChangedFile[], canonical: readonly string[], ports: Ports) {
  const { allowed_paths: allowedPaths } = contract.task;
  const refused = new Set(disallowed(files, allowedPaths));
  const allowed = files.filter(file => !refused.has(file));
  const reserved = allowed.some(file => file.change === 'added') ? await reservedModules(contract, ports) : [];
  const surface = new Set(surfaceChanges(allowed, { allowedPaths, canonical, reserved }));
  return {
    carried: allowed.filter(file => !surface.has(file) && !isCache(file.path)),
    surface: [...surface].map(file => file.path),
  };
}

/** Names of modules that a patch may not take, as the interpreter of the task has them. Empty where no Python runs. */
async function reservedModules({ verification }: Contract, { exec, host }: Ports): Promise<string[]> {
  const { command, program, report } = verification;
  if (!command || !program || !(report === 'pytest' || runsPython(command))) return [];
  const isInterpreter = basename(program.path).startsWith('python');
  const python = isInterpreter ? program.path : await host.which('python3');
  const script = 'import sys; print("\\n".join(getattr(sys, "stdlib_module_names", sys.builtin_module_names)))';
  const { code, stdout } = python
    ? await exec([python, '-I', '-c', script], { cwd: '/', env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, timeoutMs: 10_000 })
    : { code: null, stdout: '' };
  return [...runnerModules, ...(code === 0 ? stdout.split('\n').filter(Boolean) : [])];
}

const runsPython = (command: Argv) => command.some(word => /^(python[\d.]*|pytest|py\.test)$/.test(basename(word)));
