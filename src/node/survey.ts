import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { systemCode } from '../errors.ts';
import { systemError } from './folders.ts';

/** An entry that was looked at with lstat and nothing else. */
export interface Sight {
  /** Absolute, in the bytes of the file system: the only form that finds every name again. */
  place: Buffer;
  /** Relative to the root, in bytes. */
  bytes: Buffer;
  /** Relative to the root, readable; see `Entry.path`. */
  path: string;
  stats: Stats;
  /** A folder that could not be listed. */
  closed: boolean;
}

const SLASH = Buffer.from('/');

/**
 * Everything below `root`, sorted by bytes of the path. Opens no file, follows no link, enters only real folders.
 * What vanishes meanwhile is left out. @throws the system error when the root itself is not a folder
 * or cannot be listed
 */
export function survey(root: string, skip: readonly string[] = []): Sight[] {
  const skipped = new Set(skip);
  const sights: Sight[] = [];
  const base = Buffer.from(root);

  const enter = (dir: Buffer, prefix: Buffer) => {
    for (const name of readdirSync(dir, { encoding: 'buffer' })) {
      const bytes = prefix.length === 0 ? name : Buffer.concat([prefix, SLASH, name]);
      const path = showBytes(bytes);
      if (skipped.has(path)) continue;
      const place = Buffer.concat([dir, SLASH, name]);
      const stats = look(place);
      if (!stats) continue;
      const sight = { place, bytes, path, stats, closed: false };
      sights.push(sight);
      if (stats.isDirectory()) sight.closed = !tryToEnter(place, bytes);
    }
  };
  const tryToEnter = (place: Buffer, bytes: Buffer): boolean => {
    try {
      enter(place, bytes);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  };

  if (!lstatSync(base).isDirectory()) throw systemError('ENOTDIR', 'not a folder', root);
  enter(base, Buffer.alloc(0));
  return sights.toSorted((a, b) => Buffer.compare(a.bytes, b.bytes));
}

function look(place: Buffer): Stats | undefined {
  return lstatSync(place, { throwIfNoEntry: false });
}

/** What an unwilling file system answers; ENAMETOOLONG is a folder nested deeper than a path can be. */
export const isRefusal = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP', 'ENOENT', 'ENXIO', 'EIO'].includes(systemCode(error) ?? '');

/** Text of a name. Bytes that are not UTF-8 are written `\xNN`. */
export function showBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find(n => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    text += length ? bytes.toString('utf8', at, at + length) : `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
    at += length ?? 1;
  }
  return text;
}
