import { dirname, join, posix } from 'node:path';
import { systemCode } from '../errors.ts';
import type { ChangedFile } from '../model/facts.ts';
import type { Task } from '../model/task.ts';
import type { Ports } from '../ports.ts';
import { git } from '../workspace/git.ts';

/** The allowed part of a patch: what changed, and where the new contents are. */
export interface Patch {
  files: readonly ChangedFile[];
  snapshotDir: string;
}

/** Seed and patch, without any tests of the harness. */
export async function patchedTree(seedDir: string, { files: changes, snapshotDir }: Patch, tree: string, { files }: Ports): Promise<void> {
  await files.copyTree(seedDir, tree);
  for (const { path, change } of changes) if (change === 'deleted') await files.remove(join(tree, path));
  for (const { path, change, kind, mode, target } of changes) {
    if (change === 'deleted') continue;
    await clearWay(tree, path, files);
    if (kind === 'link' && target !== null) {
      await files.makeDir(join(tree, posix.dirname(path)));
      await files.link(target, join(tree, path));
    } else await files.write(join(tree, path), await files.readBytes(join(snapshotDir, path)), { mode: mode & 0o111 ? 0o755 : 0o644 });
  }
}

/**
 * Seed and oracle.
 *
 * @returns git's own words when the oracle does not apply
 */
export async function oracleTree(task: Task, tree: string, ports: Ports): Promise<string | undefined> {
  await ports.files.copyTree(task.repoDir, tree);
  try {
    await git(
      ['apply', '-p1', '--whitespace=nowarn', '-'],
      { cwd: tree, input: task.oracle, env: { GIT_CEILING_DIRECTORIES: dirname(tree) } },
      ports,
    );
    return undefined;
  } catch (error) {
    return error instanceof Error && error.name === 'Error' ? error.message : Promise.reject(error);
  }
}

/** A file that is laid over a tree. */
export interface TestFile {
  /** Relative to the tree. */
  path: string;
  bytes: Uint8Array;
  mode: number;
}

/** What a task is examined with. Read before a backend starts: whatever becomes of the folder then, this is what counts. */
export interface Exam {
  /** The canonical tests. */
  tests: readonly TestFile[];
  /** The same tests with wrong expectations; null where the task has none. */
  twins: readonly TestFile[] | null;
}

export const readExam = async ({ testsDir, twinsDir }: Pick<Task, 'testsDir' | 'twinsDir'>, ports: Ports): Promise<Exam> => ({
  tests: await readTestFiles(testsDir, ports),
  twins: twinsDir === undefined ? null : await readTestFiles(twinsDir, ports),
});

/** The files of tests/ or twins/. */
async function readTestFiles(dir: string, { files }: Ports): Promise<TestFile[]> {
  const entries = (await files.walk(dir, { maxFileBytes: 0 })).filter(entry => entry.kind === 'file');
  return Promise.all(entries.map(async ({ path, mode }) => ({ path, mode, bytes: await files.readBytes(join(dir, path)) })));
}

/** Lays files over a tree: path by path they win, also over a link or a folder that stands in their way. */
export async function overlay(tree: string, tests: readonly TestFile[], { files }: Ports): Promise<void> {
  for (const { path, bytes, mode } of tests) {
    await clearWay(tree, path, files);
    await files.write(join(tree, path), bytes, { mode: mode & 0o111 ? 0o755 : 0o644 });
  }
}

/** Which of these files do not stand in a tree any more as they were put there, by path and SHA-256. */
export async function notAsLaid(tree: string, laid: ReadonlyMap<string, string>, { files }: Ports): Promise<string[]> {
  const stands = async (path: string) => {
    try {
      return (await files.stat(path))?.kind === 'file' ? (await files.digest(path)).sha256 : undefined;
    } catch (error) {
      if (systemCode(error)) return undefined;
      throw error;
    }
  };
  const changed: string[] = [];
  for (const [path, sha256] of laid) if ((await stands(join(tree, path))) !== sha256) changed.push(path);
  return changed;
}

/** Nothing is ever written through a link: what is no real folder on the way gives way, and so does what stands at the end. */
async function clearWay(tree: string, path: string, files: Ports['files']): Promise<void> {
  const parents = path.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
  for (const parent of parents.slice(1)) {
    const kind = (await files.stat(join(tree, parent)))?.kind;
    if (kind === undefined) return;
    if (kind !== 'dir') return files.remove(join(tree, parent));
  }
  const kind = (await files.stat(join(tree, path)))?.kind;
  if (kind !== undefined && kind !== 'file') await files.remove(join(tree, path));
}

/** Byte code that an interpreter left behind is never carried over: it could say something else than its source. */
export const isCache = (path: string) => path.split('/').includes('__pycache__') || posix.extname(path) === '.pyc';
