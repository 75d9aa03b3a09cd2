import { join } from 'node:path';
import type { Entry, Ports, WalkOptions } from '../ports.ts';

/** What is deeper than this many locks is named as unreadable, not opened. */
const MAX_ROUNDS = 200;

/**
 * Walks a tree whose processes are dead and that may have been locked by them: whoever may write a folder may also make it
 * unreadable, and nothing hides behind that. Folders and files without the bits to read them get them back, level by level.
 *
 * @param mayUnlock which paths below the root may be changed
 * @returns nothing where the root is gone or is no folder
 */
export async function walkUnlocked(
  root: string,
  options: WalkOptions,
  { files }: Pick<Ports, 'files'>,
  mayUnlock: (path: string) => boolean = () => true,
): Promise<Entry[]> {
  if (!(await unlockFolder(root, { files }))) return [];
  const unlocked = new Set<string>();
  for (let round = 0; ; round += 1) {
    const entries = await files.walk(root, options);
    const locked = entries.filter(({ path, oddity }) => oddity === 'unreadable' && mayUnlock(path) && !unlocked.has(path));
    if (locked.length === 0 || round === MAX_ROUNDS) return entries;
    for (const { path, kind } of locked) {
      unlocked.add(path);
      if (kind === 'dir' || kind === 'file') await files.chmod(join(root, path), kind === 'dir' ? 0o700 : 0o600).catch(() => undefined);
    }
  }
}

/** Makes a folder readable again. @returns false where there is none */
export async function unlockFolder(path: string, { files }: Pick<Ports, 'files'>): Promise<boolean> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'dir') return false;
  if ((stat.mode & 0o700) !== 0o700) await files.chmod(path, 0o700);
  return true;
}
