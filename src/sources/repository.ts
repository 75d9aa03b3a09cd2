import { join } from 'node:path';
import { sha256 } from '../model/digest.ts';
import type { Ports } from '../ports.ts';
import { git } from '../workspace/index.ts';

/** A repository of its owner, on this machine. It is read through git directories of the harness's own; none of its hooks or filters runs. */
export interface OwnedRepo {
  /** Absolute folder of its work tree. */
  dir: string;
  /** Its git directory. */
  gitDir: string;
}

const FILES = ['HEAD', 'config', 'index', 'packed-refs'];
const OPEN = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];

/** What must not change in it while a run goes on, beside its work tree, which is looked at by what differs from its last commit. */
export const guardedPaths = ({ gitDir }: OwnedRepo): string[] => [...FILES, 'hooks', 'refs'].map(name => join(gitDir, name));

/** Git in the owner's git directory: for refs and objects only, never for files of the work tree. */
export const inOwned = (
  { gitDir }: OwnedRepo,
  args: readonly string[],
  ports: Ports,
  more: { okCodes?: readonly number[]; input?: string | Uint8Array } = {},
) => git(args, { cwd: gitDir, env: { GIT_DIR: gitDir }, ...more }, ports);

/** The commit of a branch; null where there is none. */
export async function tipOf(repo: OwnedRepo, branch: string, ports: Ports): Promise<string | null> {
  const { code, stdout } = await inOwned(repo, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], ports, { okCodes: [0, 1] });
  return code === 0 ? stdout.trim() : null;
}

/**
 * A git directory of the harness's own that sees the objects of the owner's, with nothing of his configuration: new objects are written
 * here, and his files are compared from here.
 */
export async function shadow(repo: OwnedRepo, gitDir: string, commit: string, ports: Ports): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', gitDir], { cwd: join(gitDir, '..') }, ports);
  await ports.files.write(join(gitDir, 'objects/info/alternates'), `${join(repo.gitDir, 'objects')}\n`);
  await git(['update-ref', 'refs/heads/main', commit], { cwd: gitDir, env: { GIT_DIR: gitDir } }, ports);
}

/** Paths of the work tree that differ from the commit, and what was begun and not ended. What .gitignore names does not count. */
export async function dirtyIn(repo: OwnedRepo, shadowDir: string, commit: string, ports: Ports): Promise<string[]> {
  const env = { GIT_DIR: shadowDir, GIT_WORK_TREE: repo.dir, GIT_INDEX_FILE: join(shadowDir, 'owned-index') };
  await git(['read-tree', commit], { cwd: repo.dir, env }, ports);
  const args = [
    '-c',
    'core.bare=false',
    'status',
    '--porcelain',
    '-z',
    '--untracked-files=all',
    '--ignore-submodules=none',
    '--no-renames',
  ];
  const { stdout } = await git(args, { cwd: repo.dir, env }, ports);
  const words: Record<string, string> = { '?': 'untracked', M: 'modified', D: 'deleted', T: 'type' };
  const rows = stdout.split('\0').filter(Boolean);
  const open: string[] = [];
  for (const name of OPEN) if (await ports.files.stat(join(repo.gitDir, name))) open.push(`${name} (not ended)`);
  return [...rows.map(row => `${row.slice(3)} (${words[row[1] ?? ''] ?? 'changed'})`), ...open];
}

/** A digest over refs, HEAD, configuration, index and what differs in the work tree, but for one branch. */
export async function stateOf(repo: OwnedRepo, dirty: readonly string[], ports: Ports, but?: string): Promise<string> {
  const { stdout } = await inOwned(repo, ['for-each-ref', '--format=%(refname) %(objectname)'], ports);
  const refs = stdout.split('\n').filter(line => line !== '' && (but === undefined || !line.startsWith(`refs/heads/${but} `)));
  const seen: unknown[] = [];
  for (const name of ['HEAD', 'config', 'index']) {
    const path = join(repo.gitDir, name);
    seen.push([name, (await ports.files.stat(path))?.kind === 'file' ? (await ports.files.digest(path)).sha256 : null]);
  }
  return sha256(JSON.stringify([refs, seen, dirty]));
}
