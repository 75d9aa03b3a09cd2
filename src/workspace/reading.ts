import { dirname, join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { ChangedFile } from '../model/facts.ts';
import type { Entry, Ports } from '../ports.ts';
import { inspectCommits } from './commits.ts';
import { isBelow, WALK, type Workspace } from './open.ts';
import { walkUnlocked } from './unlock.ts';

/** The tree as it stood once the last process was dead. Diff, checks and verification all work on this, never on the tree again. */
export interface Reading {
  /** Everything that differs from the baseline, sorted by bytes of the path. */
  files: ChangedFile[];
  /** Contents of added and modified files, and links, at their own relative paths. */
  snapshotDir: string;
  /** Every entry that was seen. */
  entries: readonly Entry[];
  /** Whether the agent made commits. */
  commits: boolean;
  /** What the agent's git directory shows to be unfinished: a merge, a rebase, a stash, work beside its commits. */
  unfinished: string[];
}

/** What changed may be this much in all; what goes beyond it is named and can be no part of an answer. */
const MAX_CHANGED_BYTES = 32 * 1024 * 1024;

/** Step 7, first half: reads the tree once. Nothing in it is executed, followed or waited for. */
export async function readTree(workspace: Workspace, scratch: string, ports: Ports): Promise<Reading> {
  const { files } = ports;
  const entries = await walkUnlocked(workspace.dir, WALK, ports);
  const { commits, unfinished, ownCommitted } = await inspectCommits(workspace, entries, scratch, ports);
  const own = ownCommitted ? [] : workspace.ownState;
  const changed = compareTrees(workspace.baseline, entries).filter(({ path }) => !isBelow(path, own));
  const snapshotDir = join(scratch, 'snapshot');
  await files.makeDir(snapshotDir);
  const kept: ChangedFile[] = [];
  let total = 0;
  for (const file of changed) {
    // what is not kept anyway takes no room from the others
    total += file.change === 'deleted' || file.oddity === 'too_large' ? 0 : file.bytes;
    if (file.change === 'deleted') kept.push(file);
    else if (total > MAX_CHANGED_BYTES) kept.push({ ...file, oddity: file.oddity ?? 'too_large' });
    else kept.push(await keep(file, workspace.dir, snapshotDir, ports));
  }
  return { files: kept, snapshotDir, entries, commits, unfinished };
}

/** Keeps the content of a file or a link. What the system refuses to give is named, never an exception. */
async function keep(file: ChangedFile, from: string, to: string, { files }: Ports): Promise<ChangedFile> {
  const { path, kind, oddity, mode, target } = file;
  const copy = join(to, path);
  try {
    if (kind === 'link' && target !== null && oddity === null) {
      await files.makeDir(dirname(copy));
      await files.link(target, copy);
    } else if (kind === 'file' && (oddity === null || oddity === 'hard_link' || oddity === 'setuid')) {
      await files.write(copy, await files.readBytes(join(from, path)), { mode: mode & 0o111 ? 0o755 : 0o644 });
    }
    return file;
  } catch (error) {
    if (!systemCode(error)) throw error;
    return { ...file, oddity: 'unreadable' };
  }
}

/** What differs, by kind, digest and executable bit. Folders count only through what is in them, as in git. */
export function compareTrees(before: readonly Entry[], after: readonly Entry[]): ChangedFile[] {
  const old = new Map(before.filter(isLeaf).map(entry => [entry.path, entry]));
  const now = new Map(after.filter(isLeaf).map(entry => [entry.path, entry]));
  const changes: ChangedFile[] = [];
  for (const entry of now.values()) {
    const was = old.get(entry.path);
    const change = was ? difference(was, entry) : 'added';
    if (change) changes.push(describe(entry, change));
  }
  for (const entry of old.values()) if (!now.has(entry.path)) changes.push(describe(entry, 'deleted'));
  return changes.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** A folder counts by itself only where nobody can tell what is in it. */
const isLeaf = (entry: Entry) => entry.kind !== 'dir' || entry.oddity === 'unreadable';
const SPECIAL_BITS = 0o7111;

function difference(was: Entry, now: Entry): ChangedFile['change'] | undefined {
  if (was.kind !== now.kind) return 'type';
  if ((was.mode & SPECIAL_BITS) !== (now.mode & SPECIAL_BITS)) return 'mode';
  return was.digest !== now.digest || was.bytes !== now.bytes ? 'modified' : undefined;
}

const describe = (entry: Entry, change: ChangedFile['change']): ChangedFile => ({
  path: entry.path,
  change,
  kind: entry.kind,
  bytes: entry.bytes,
  mode: entry.mode,
  digest: entry.digest,
  target: entry.target ?? null,
  oddity: change === 'deleted' ? null : (entry.oddity ?? (entry.kind === 'file' || entry.kind === 'link' ? null : entry.kind)),
});
