import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { systemCode } from '../errors.ts';
import type { EntryKind, Files } from '../ports.ts';
import { systemError } from './folders.ts';

// What reads one small thing is synchronous inside: a turn of Node's thread pool costs several times what the reading does.

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
const CHUNK = 256 * 1024;

/** What an entry is. `stats` must not have followed a link. */
export function kindOf(stats: Stats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'dir';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  if (stats.isCharacterDevice()) return 'char_device';
  return stats.isBlockDevice() ? 'block_device' : 'unknown';
}

/** What is no regular file is refused, without ever waiting for the other end of a FIFO. */
function refuseOthers(stats: Stats, path: string): void {
  if (stats.isFile()) return;
  throw stats.isDirectory() ? systemError('EISDIR', 'a folder, not a file', path) : systemError('EINVAL', 'not a regular file', path);
}

/** Hands an open regular file to `use` and closes it. */
function withRegular<T>(path: string, flags: number, use: (fd: number, stats: Stats) => T): T {
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | flags);
  try {
    const stats = fstatSync(fd);
    refuseOthers(stats, path);
    return use(fd, stats);
  } finally {
    closeSync(fd);
  }
}

export const readBytes: Files['readBytes'] = async path => withRegular(path, 0, fd => readFileSync(fd));

export const readText: Files['readText'] = async path => withRegular(path, 0, fd => readFileSync(fd, 'utf8'));

export async function* readChunks(path: string): AsyncIterable<Uint8Array> {
  await using handle = await open(path, O_RDONLY | O_NONBLOCK);
  refuseOthers(await handle.stat(), path);
  yield* handle.createReadStream({ highWaterMark: CHUNK, autoClose: false }) as AsyncIterable<Uint8Array>;
}

export const digest: Files['digest'] = async path =>
  withRegular(path, O_NOFOLLOW, (fd, { mtimeMs, size }) => {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size + 1));
    let bytes = 0;
    for (let count = 0; (count = readSync(fd, buffer)) > 0; bytes += count) hash.update(buffer.subarray(0, count));
    return { bytes, sha256: hash.digest('hex'), modified: mtimeMs };
  });

export const stat: Files['stat'] = async path => {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    const { size, mode, mtimeMs, ctimeMs, ino, uid, gid } = stats;
    return { kind: kindOf(stats), bytes: size, mode: mode & 0o7777, modified: mtimeMs, changed: ctimeMs, inode: ino, uid, gid };
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
};

export async function list(dir: string): Promise<string[]> {
  const names = readdirSync(dir, { encoding: 'buffer' });
  return names.toSorted(Buffer.compare).map(name => name.toString('utf8'));
}
