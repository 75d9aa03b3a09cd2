import { basename, join } from 'node:path';
import { draftOf } from '../evidence/reserve.ts';
import { scratchPrefixes } from '../engine.ts';
import type { Ports, User } from '../ports.ts';

/** Where a user who owns nothing can work: below a folder of ours, which takes all of it away again. */
export interface Room extends AsyncDisposable {
  home: string;
  tmp: string;
  /** For its bundles. */
  out: string;
}

/** Only that user can look into the room; everybody may pass through the folder that it stands in. */
export async function openRoom(user: User, { files }: Ports): Promise<Room> {
  const scratch = await files.scratch(scratchPrefixes.child);
  await files.chmod(scratch.path, 0o711);
  const at = (name: string) => join(scratch.path, 'room', name);
  const room = { home: at('home'), tmp: at('tmp'), out: at('out') };
  for (const path of Object.values(room)) await files.makeDir(path);
  for (const path of [at(''), ...Object.values(room)]) await files.chown(path, user);
  await files.chmod(at(''), 0o700);
  return { ...room, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}

/** A copy made by root keeps its owner; only root can have a room. */
const ROOT: User = { uid: 0, gid: 0 };

/**
 * Copies a bundle to the folder in which its readers look for it: it appears there whole, and is ours.
 * @returns where it is
 */
export async function takeOver(bundle: string, out: string, { files, host }: Ports): Promise<string> {
  const name = basename(bundle);
  const draft = draftOf(out, host.pid, name);
  await files.makeDir(out);
  await files.copyTree(bundle, draft);
  for (const { path } of await files.walk(draft, { maxFileBytes: 0 })) await files.chown(join(draft, path), ROOT);
  const dir = join(out, name);
  await files.publishDir(draft, dir);
  return dir;
}
