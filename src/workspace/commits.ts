import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Entry, Ports } from '../ports.ts';
import { git } from './git.ts';
import { isBelow, makeGitDir, type Workspace } from './open.ts';
import { headCommit, otherRefs, readRefs, STASH } from './refs.ts';
import { walkUnlocked } from './unlock.ts';

/** Files of a git directory that stand for an operation that was begun and not ended. */
const OPEN_OPERATIONS = {
  MERGE_HEAD: 'a merge is open',
  CHERRY_PICK_HEAD: 'a cherry-pick is open',
  REVERT_HEAD: 'a revert is open',
  BISECT_LOG: 'a bisect is open',
  'rebase-merge': 'a rebase is open',
  'rebase-apply': 'a rebase is open',
  sequencer: 'a series of cherry-picks or reverts is open',
  worktrees: 'a worktree is left',
} as const;

/** A git directory with more than this is not one of a task; it is named, not copied. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
const MAX_OBJECT_BYTES = 256 * 1024 * 1024;

/** What the git directory of a workspace tells. */
interface Commits {
  /** Whether the agent made commits. */
  commits: boolean;
  /** What was begun and not ended, or left beside its commits. */
  unfinished: string[];
  /** Whether it committed what it keeps for itself: then that is part of its answer, and out of bounds. */
  ownCommitted?: boolean;
}

/**
 * What the agent's git directory says, read as data: its refs as files, its objects through a git directory of
 * the harness's own. No git ever runs with the agent's configuration, hooks, filters or alternates.
 */
export async function inspectCommits(workspace: Workspace, entries: readonly Entry[], scratch: string, ports: Ports): Promise<Commits> {
  try {
    return await inspect(workspace, entries, scratch, ports);
  } catch (error) {
    // whatever an agent makes of its git directory, it is a finding and not a failure of the harness
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { commits: true, unfinished: [`the git directory of the workspace cannot be read (${code})`] };
  }
}

async function inspect(workspace: Workspace, entries: readonly Entry[], scratch: string, ports: Ports): Promise<Commits> {
  const { files } = ports;
  const dotGit = join(workspace.dir, '.git');
  const kind = (await files.stat(dotGit))?.kind;
  if (kind !== 'dir') return { commits: kind !== undefined, unfinished: [kind ? `.git is a ${kind} now` : '.git is gone'] };

  const unfinished: string[] = [];
  await walkUnlocked(dotGit, { maxFileBytes: 0 }, ports);
  for (const [name, meaning] of Object.entries(OPEN_OPERATIONS)) {
    if (await files.stat(join(dotGit, name))) unfinished.push(meaning);
  }
  for (const name of await files.list(dotGit)) if (name.endsWith('.lock')) unfinished.push(`${name} is left: git did not come to its end`);
  const refs = await readRefs(dotGit, ports);
  if (!refs) return { commits: true, unfinished: [...unfinished, 'the refs of the workspace cannot be read'] };
  if (refs.has(STASH)) unfinished.push('a stash is left');
  const head = await headCommit(dotGit, refs, ports);
  const elsewhere = otherRefs(refs, [workspace.baselineCommit, head ?? '']);
  unfinished.push(...elsewhere);
  if (head === workspace.baselineCommit) return { commits: elsewhere.length > 0, unfinished };
  if (!head) return { commits: true, unfinished: [...unfinished, 'HEAD of the workspace cannot be read'] };

  const { beside, ownCommitted } = await besideCommit(head, dotGit, entries, scratch, workspace, ports);
  return { commits: true, unfinished: [...unfinished, ...beside], ownCommitted };
}

/** What stands in the tree or in the index and not in the agent's last commit. */
async function besideCommit(
  head: string,
  dotGit: string,
  entries: readonly Entry[],
  scratch: string,
  workspace: Workspace,
  ports: Ports,
): Promise<{ beside: string[]; ownCommitted: boolean }> {
  const { files } = ports;
  const objects = join(scratch, 'agent-objects');
  const found = await walkUnlocked(join(dotGit, 'objects'), { skip: ['info'], maxFileBytes: 0 }, ports);
  const plain = found.filter(entry => entry.kind === 'file');
  if (plain.reduce((sum, entry) => sum + entry.bytes, 0) > MAX_OBJECT_BYTES)
    return { beside: ['the git directory of the workspace is too large to be read'], ownCommitted: true };
  for (const { path } of plain) await files.write(join(objects, path), await files.readBytes(join(dotGit, 'objects', path)));

  const gitDir = join(scratch, 'harness.git');
  await makeGitDir(gitDir, workspace, ports);
  const env = { GIT_DIR: gitDir, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
  let committed: Map<string, string>;
  let ownInHistory = false;
  try {
    committed = listing((await git(['ls-tree', '-r', '-z', '--full-tree', head], { cwd: scratch, env }, ports)).stdout);
    if (workspace.ownState.length > 0) {
      // a later commit that takes them out again leaves them in what would be handed in
      const since = ['rev-list', '--max-count=1', '--full-history', head, `^${workspace.baselineCommit}`, '--', ...workspace.ownState];
      ownInHistory = (await git(since, { cwd: scratch, env }, ports)).stdout !== '';
    }
  } catch {
    return { beside: ['the last commit of the workspace cannot be read'], ownCommitted: true };
  }
  const ownCommitted = ownInHistory || [...committed.keys()].some(path => isBelow(path, workspace.ownState));
  const beside: string[] = [];
  const tree = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'dir' || (!ownCommitted && isBelow(entry.path, workspace.ownState))) continue;
    tree.add(entry.path);
    const id = await blobId(entry, workspace.dir, ports);
    const listed = committed.get(entry.path);
    if (listed !== id) beside.push(`${entry.path} (${listed ? 'not committed' : 'untracked'})`);
  }
  for (const path of committed.keys()) if (!tree.has(path)) beside.push(`${path} (deletion not committed)`);

  const index = join(scratch, 'agent-index');
  const staging = await files.stat(join(dotGit, 'index'));
  if (staging && (staging.kind !== 'file' || staging.bytes > MAX_INDEX_BYTES))
    return { beside: [...beside, 'the index of the workspace cannot be read'], ownCommitted };
  if (staging) {
    await files.write(index, await files.readBytes(join(dotGit, 'index')));
    try {
      const { stdout } = await git(['ls-files', '-s', '-z'], { cwd: scratch, env: { ...env, GIT_INDEX_FILE: index } }, ports);
      const staged = listing(stdout);
      for (const path of new Set([...staged.keys(), ...committed.keys()])) {
        if (staged.get(path) !== committed.get(path)) beside.push(`${path} (staged)`);
      }
    } catch {
      beside.push('the index of the workspace cannot be read');
    }
  }
  return { beside, ownCommitted };
}

/** `path → object id` of `ls-tree -z` and `ls-files -s -z`. */
function listing(output: string): Map<string, string> {
  const rows = output.split('\0').filter(Boolean);
  return new Map(
    rows.map(row => {
      const tab = row.indexOf('\t');
      const id = /\b[0-9a-f]{40}\b/.exec(row.slice(0, tab))?.[0] ?? '';
      return [row.slice(tab + 1), id] as const;
    }),
  );
}

/** The id that git would give the content. SHA-1 is git's naming here, never a proof. */
async function blobId(entry: Entry, root: string, { files }: Ports): Promise<string> {
  if (entry.digest === null || entry.oddity === 'name_not_utf8') return '';
  const content = entry.kind === 'link' ? Buffer.from(entry.target ?? '') : await files.readBytes(join(root, entry.path));
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
