import { join } from 'node:path';
import type { ChangedFile } from '../model/facts.ts';
import type { HandedCommit } from '../model/handover.ts';
import type { Ports } from '../ports.ts';
import { git } from './git.ts';

/** What becomes one commit. */
export interface Change {
  /** The bare repository of the harness that has `parent`, and gets the commit. */
  gitDir: string;
  parent: string;
  /** Folder of the repository that was the workspace; `.` is all of it. */
  path: string;
  /** What was verified, and where its contents are. */
  files: readonly ChangedFile[];
  snapshotDir: string;
  message: string;
  /** Seconds since the epoch. */
  seconds: number;
}

/**
 * Makes one commit of what was verified, on top of the commit that the workspace came from. Its objects are the harness's own: nothing that
 * the agent committed, staged or configured has a part in it.
 */
export async function commitChange(change: Change, ports: Ports): Promise<HandedCommit> {
  const { gitDir, parent, path, files, snapshotDir, message, seconds } = change;
  const env = { GIT_DIR: gitDir, GIT_INDEX_FILE: join(gitDir, 'handover-index') };
  const run = async (args: readonly string[], input?: string | Uint8Array, more: Record<string, string> = {}) =>
    (await git(args, { cwd: gitDir, env: { ...env, ...more }, ...(input === undefined ? {} : { input }) }, ports)).stdout.trim();

  await run(['read-tree', parent]);
  let rows = '';
  for (const { path: name, change: what, kind, mode, target } of files) {
    const place = path === '.' ? name : `${path}/${name}`;
    if (what === 'deleted') {
      rows += `0 ${'0'.repeat(40)}\t${place}\0`;
      continue;
    }
    const content = kind === 'link' ? Buffer.from(target ?? '') : await ports.files.readBytes(join(snapshotDir, name));
    const id = await run(['hash-object', '-w', '--no-filters', '--stdin'], content);
    rows += `${kind === 'link' ? '120000' : mode & 0o111 ? '100755' : '100644'} ${id}\t${place}\0`;
  }
  await run(['update-index', '-z', '--index-info'], rows);
  const tree = await run(['write-tree']);
  const when = { GIT_AUTHOR_DATE: `${seconds} +0000`, GIT_COMMITTER_DATE: `${seconds} +0000` };
  const id = await run(['commit-tree', tree, '-p', parent, '-F', '-'], message, when);
  return { id, tree, parent, seconds, message };
}

/** The same commit as a patch with its message, as `git am` takes it. */
export async function patchOf(gitDir: string, commit: string, ports: Ports): Promise<string> {
  const args = [
    'format-patch',
    '-1',
    '--stdout',
    '--no-signature',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-renames',
    '--binary',
    '--full-index',
    commit,
  ];
  return (await git(args, { cwd: gitDir, env: { GIT_DIR: gitDir } }, ports)).stdout;
}
