import { chmodSync, lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';

/** A folder this much deeper than the root is moved up before it is emptied: a tree may be deeper than a path can say. */
const LONG_PATH = 2000;
const SLASH = Buffer.from('/');

/** Removes whatever is there. Folders that were made unreadable are opened first; links are removed, not followed. */
export async function remove(path: string): Promise<void> {
  const root = Buffer.from(path);
  const stats = lstatSync(root, { throwIfNoEntry: false });
  if (!stats) return;
  if (!stats.isDirectory()) return unlinkSync(root);

  const movedUp: Buffer[] = [];
  let moves = 0;
  const empty = (dir: Buffer, mode: number) => {
    if ((mode & 0o700) !== 0o700) chmodSync(dir, 0o700);
    for (const name of readdirSync(dir, { encoding: 'buffer' })) {
      const place = Buffer.concat([dir, SLASH, name]);
      const entry = lstatSync(place, { throwIfNoEntry: false });
      if (!entry) continue;
      if (!entry.isDirectory()) {
        unlinkSync(place);
      } else if (place.length > root.length + LONG_PATH) {
        movedUp.push(moveUp(place, entry.mode));
      } else {
        empty(place, entry.mode);
        rmdirSync(place);
      }
    }
  };
  const moveUp = (place: Buffer, mode: number) => {
    const higher = Buffer.concat([root, Buffer.from(`/.proofgate-removing-${process.pid}-${moves++}`)]);
    if ((mode & 0o700) !== 0o700) chmodSync(place, 0o700);
    renameSync(place, higher);
    return higher;
  };

  empty(root, stats.mode);
  for (let dir = movedUp.pop(); dir; dir = movedUp.pop()) {
    empty(dir, 0o700);
    rmdirSync(dir);
  }
  rmdirSync(root);
}
