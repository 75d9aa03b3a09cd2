import { chmodSync, constants, copyFileSync, lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { UserError, type Problem } from '../errors.ts';
import type { Files } from '../ports.ts';
import { makeFolder } from './folders.ts';
import { kindOf } from './reading.ts';
import { survey, type Sight } from './survey.ts';
import { MAX_FILE_BYTES } from './walk.ts';

/**
 * Copies a tree as new files. Of the modes only "executable" survives; links are made anew with the same target.
 * Where `to` has entries of the same name they are replaced, never written through. Nothing is copied unless all of it can be.
 * @throws UserError that names every entry that is not a file, a folder or a link
 */
export const copyTree: Files['copyTree'] = async (from, to, { skip = [] } = {}) => {
  const sights = survey(from, skip);
  const [first, ...rest] = sights.flatMap(sight => objection(sight) ?? []);
  if (first) throw new UserError([first, ...rest]);

  makeFolder(to);
  for (const { path, place, stats } of sights) {
    const target = join(to, path);
    clear(target, stats.isDirectory());
    if (stats.isDirectory()) makeFolder(target);
    else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(place, { encoding: 'buffer' }), target);
    else copyFileSync(place, target, constants.COPYFILE_EXCL);
    if (!stats.isSymbolicLink()) chmodSync(target, stats.isDirectory() || stats.mode & 0o100 ? 0o755 : 0o644);
  }
};

/** Copies the content of one file to a new one. @throws EEXIST where there is something already */
export async function copyFile(from: string, to: string): Promise<void> {
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
}

/** Makes room. A folder may stay where a folder is to be; a link to a folder may not. */
function clear(target: string, folder: boolean): void {
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats && !(folder && stats.isDirectory())) unlinkSync(target);
}

/** Why an entry cannot be part of a copy. */
function objection({ place, bytes, path, stats, closed }: Sight): Problem | undefined {
  const at = place.toString('utf8');
  const kind = kindOf(stats);
  if (!isUtf8(bytes)) return { at: path, message: 'the name is not UTF-8', hint: 'rename it' };
  if (kind !== 'file' && kind !== 'dir' && kind !== 'link') {
    return {
      at,
      message: `cannot copy a ${kind.replace('_', ' ')}`,
      hint: 'only files, folders and links can be part of a fixture; remove it',
    };
  }
  if (closed) return { at, message: 'the folder cannot be read', hint: 'make it readable, or remove it' };
  if (kind === 'file' && stats.size > MAX_FILE_BYTES) {
    return { at, message: `the file has ${stats.size} bytes, more than ${MAX_FILE_BYTES}`, hint: 'leave files of this size out' };
  }
  return undefined;
}
