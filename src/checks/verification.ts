import { sha256 } from '../model/digest.ts';
import { basename } from 'node:path';
import type { Contract } from '../model/contract.ts';
import type { ChangedFile } from '../model/facts.ts';
import type { Argv } from '../model/units.ts';
import type { TestReport } from '../model/verification.ts';
import type { Ports } from '../ports.ts';
import { disallowed } from './allowed.ts';
import { controlFiles } from './control-tree.ts';
import { isTestFile } from './planted.ts';
import { openRoom, reportingOf, runTests } from './runner.ts';
import { runnerModules, surfaceChanges } from './surface.ts';
import { type Exam, isCache, notAsLaid, overlay, patchedTree, type TestFile } from './trees.ts';

/** One patch to verify. */
export interface VerificationJob {
  contract: Contract;
  /** The seed, as it was before the backend started. */
  seedDir: string;
  exam: Exam;
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
  const { contract, seedDir, exam, reading, expected, scratch } = job;
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

  const { tests, twins } = exam;
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
  for (const { tree } of rooms) await patchedTree(seedDir, patch, tree, ports);
  const control = controlFiles(exam, command, expected, ports);
  await overlay(recordedRoom.tree, tests, ports);
  await overlay(controlRoom.tree, control.files, ports);

  const common = { contract, signal: job.signal };
  const runs = [
    runTests({ ...common, ...recordedRoom, onOutput: job.onLog }, ports),
    runTests({ ...common, ...controlRoom }, ports),
  ] as const;
  await Promise.allSettled(runs);
  const [recorded, controlRun] = await Promise.all(runs);
  const laid = (files: readonly TestFile[]) => programsOf(files, carried, command);
  const rewritten = [
    ...(await notAsLaid(recordedRoom.tree, laid(tests), ports)).map(path => `${path} (while it was tested)`),
    ...(await notAsLaid(controlRoom.tree, laid(control.files), ports)).map(path => `${path} (while the control ran)`),
  ];
  return {
    ...base,
    reporter_args: reportingOf(contract, command).added,
    recorded,
    control: { planted: control.planted, twins: twins === null ? [] : [...expected], run: controlRun },
    surface: [...surface, ...rewritten],
  };
}

/** The tests and the code of a tree, by path and SHA-256. Tests may write data; what they are and what they test stays as it is. */
function programsOf(laidOver: readonly TestFile[], carried: readonly ChangedFile[], command: Argv): Map<string, string> {
  const overlaid = new Set(laidOver.map(file => file.path));
  const code = carried.filter(
    ({ path, change, kind }) => change !== 'deleted' && kind === 'file' && isCode.test(path) && !overlaid.has(path),
  );
  const tests = laidOver.filter(({ path, bytes }) => isTestFile(path, Buffer.from(bytes).toString(), command));
  return new Map([
    ...code.flatMap(({ path, digest }) => (digest === null ? [] : [[path, digest] as const])),
    ...tests.map(({ path, bytes }) => [path, sha256(bytes)] as const),
  ]);
}

const isCode = /\.(py|[cm]?[jt]sx?)$/;

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
