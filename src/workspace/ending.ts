import type { Ports } from '../ports.ts';
import { WALK, type Workspace } from './open.ts';
import { compareTrees, type Reading } from './reading.ts';
import { walkUnlocked } from './unlock.ts';

/**
 * The ending tree, after step 9, when every process is dead. It is dirty when it differs from what was read, when the
 * backend committed and left anything beside its commits, or when it left an operation open.
 *
 * @param strays paths outside of `allowed_paths` that nobody tracks.
 */
export async function checkEnding(workspace: Workspace, reading: Reading, strays: readonly string[], ports: Ports): Promise<string[]> {
  const now = await walkUnlocked(workspace.dir, WALK, ports);
  const moved = compareTrees(reading.entries, now).map(file => `${file.path} (${file.change} after it was read)`);
  const untracked = strays.map(path => `${path} (untracked)`);
  return [...moved, ...reading.unfinished, ...untracked.filter(line => !reading.unfinished.includes(line))];
}
