import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and its parents. Not `mkdir({ recursive: true })`, which never returns where the system answers ENOENT
 * although the parent is there (Node 24, `/proc/x`).
 */
export function makeFolder(path: string): void {
  // looked at first: an error that Node makes costs more than ten folders
  if (isFolder(path)) return;
  const parent = dirname(resolve(path));
  if (!isThere(parent)) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false; // mkdir has the better words for why
  }
};

/** Renames a folder onto nothing: rename(2) alone would also take the place of an empty folder. */
export async function publishDir(from: string, to: string): Promise<void> {
  if (isThere(to)) throw systemError('EEXIST', 'something is there already', to);
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** Makes the names in a folder durable. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** An error as the system would give it, for what it does not refuse by itself. */
export const systemError = (code: string, message: string, path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: ${message}, '${path}'`), { code, path });
