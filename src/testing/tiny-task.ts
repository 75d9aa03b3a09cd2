import { dirname, join } from 'node:path';
import type { Contract } from '../model/contract.ts';
import type { ChangedFile } from '../model/facts.ts';
import { TaskSpec, type Task } from '../model/task.ts';
import { durationMs } from '../model/duration.ts';
import type { Ports } from '../ports.ts';
import { WALK } from '../workspace/open.ts';
import { compareTrees } from '../workspace/reading.ts';

/** Text of files by their path; null deletes. */
export type Tree = Record<string, string | null | { link: string }>;

/** A task small enough to be written into a test. */
export interface TinyTask {
  repo: Tree;
  tests: Tree;
  twins?: Tree;
  /** Files of the seed as the right answer leaves them. */
  answer: Tree;
  allowed?: string[];
  verification: Record<string, unknown>;
}

/** Writes a tiny task into a folder, oracle.patch by git itself, and makes its contract. */
export async function writeTinyTask(
  { repo, tests, twins, answer, allowed = Object.keys(answer), verification }: TinyTask,
  dir: string,
  ports: Ports,
) {
  const place = (name: string) => join(dir, name);
  await writeTree(place('repo'), repo, ports);
  await writeTree(place('tests'), tests, ports);
  if (twins) await writeTree(place('twins'), twins, ports);
  await writeTree(place('a'), repo, ports);
  await writeTree(place('b'), { ...repo, ...answer }, ports);
  const { stdout: oracle } = await ports.exec(['git', 'diff', '--no-index', '--no-prefix', 'a', 'b'], {
    cwd: dir,
    env: { PATH: ports.host.env['PATH'] ?? '', HOME: '/nonexistent' },
  });

  const spec = TaskSpec.parse({ task: 1, id: 'tiny', prompt: 'mend it', allowed_paths: allowed, verification });
  const twinsDir = twins ? place('twins') : undefined;
  const seed = await ports.files.walk(place('repo'));
  const task: Task = { spec, dir, seed, repoDir: place('repo'), testsDir: place('tests'), twinsDir, oracle, digest: ports.randomHex(32) };
  return { task, contract: await makeContract(task, ports) };
}

export async function writeTree(root: string, tree: Tree, { files }: Ports): Promise<void> {
  await files.makeDir(root);
  for (const [path, content] of Object.entries(tree)) {
    if (content === null) await files.remove(join(root, path));
    else if (typeof content === 'string') await files.write(join(root, path), content);
    else {
      await files.makeDir(dirname(join(root, path)));
      await files.link(content.link, join(root, path));
    }
  }
}

/** A contract with ordinary values where verification does not look. */
export async function makeContract({ spec, digest }: Pick<Task, 'spec' | 'digest'>, ports: Ports): Promise<Contract> {
  const { command = null, required, report, fail_to_pass, pass_to_pass, timeout } = spec.verification;
  const path =
    command &&
    (command[0] === 'node' ? ports.host.nodePath : command[0] === 'python3' ? await findPytest(ports) : await ports.host.which(command[0]));
  const hex = '0'.repeat(64);
  return {
    schema: 'proofgate/task-contract/1',
    run_id: 'run',
    nonce: 'nonce',
    task: {
      id: spec.id,
      digest,
      source: null,
      prompt: spec.prompt,
      allowed_paths: spec.allowed_paths,
      diff_required: true,
      clean_start: true,
      review_required: false,
      approval: { required: false, scope: '', mutation_mode: '' },
    },
    verification: {
      command,
      required,
      report,
      fail_to_pass,
      pass_to_pass,
      timeout_ms: durationMs(timeout),
      program: command && path ? { name: command[0], path, version: null } : null,
    },
    required_events: [],
    backend: { id: 'fake', argv: null, uses_model: false, uses_binary: false, own_state: [] },
    stage: 2,
    stage_digest: hex,
    handover: null,
    model: null,
    limits: { backend_ms: 1000, run_ms: 1000, output_bytes: 1_000_000, processes: 512 },
    containment: { required: 'none', offered: 'none' },
    given: {},
    suite: null,
    scenario_digest: null,
    engine_digest: hex,
    commit: null,
    host: hex,
    roots: { runtime_workspace_root: '/w', run_artifact_dir: '/b' },
    protected_roots: [],
  };
}

/** The interpreter that has pytest, behind whatever shim stands in front of it. */
export async function findPytest({ exec, host }: Ports): Promise<string | undefined> {
  const shim = await host.which('python3');
  const options = { cwd: '/', env: { PATH: host.env['PATH'] ?? '' } };
  const asked = shim && (await exec([shim, '-c', 'import sys, pytest; print(sys.executable)'], options));
  return asked && asked.code === 0 ? asked.stdout.trim() : undefined;
}

/** What an agent left behind: the seed with some files written over it, read as a run reads it. */
export async function leaveBehind(
  task: Task,
  changes: Tree,
  dir: string,
  ports: Ports,
): Promise<{ files: ChangedFile[]; snapshotDir: string }> {
  await ports.files.copyTree(task.repoDir, dir);
  await writeTree(dir, changes, ports);
  const files = compareTrees(await ports.files.walk(task.repoDir, WALK), await ports.files.walk(dir, WALK));
  return { files, snapshotDir: dir };
}
