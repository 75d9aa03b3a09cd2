import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { EntryKind, Files } from '../ports.ts';
import { systemError } from './folders.ts';

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

/** Opens a regular file and refuses everything else, without ever waiting for the other end of a FIFO. */
async function openRegular(path: string, flags = 0): Promise<FileHandle> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | flags);
  const stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  throw stats.isDirectory() ? systemError('EISDIR', 'a folder, not a file', path) : systemError('EINVAL', 'not a regular file', path);
}

export async function readBytes(path: string): Promise<Uint8Array> {
  await using handle = await openRegular(path);
  return await handle.readFile();
}

export const readText = async (path: string): Promise<string> => Buffer.from(await readBytes(path)).toString('utf8');

export async function* readChunks(path: string): AsyncIterable<Uint8Array> {
  await using handle = await openRegular(path);
  yield* handle.createReadStream({ highWaterMark: CHUNK, autoClose: false }) as AsyncIterable<Uint8Array>;
}

export const digest: Files['digest'] = async path => {
  await using handle = await openRegular(path, O_NOFOLLOW);
  const { mtimeMs } = await handle.stat();
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, null);
    if (bytesRead === 0) return { bytes, sha256: hash.digest('hex'), modified: mtimeMs };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
  }
};

export const stat: Files['stat'] = async path => {
  try {
    const stats = await lstat(path);
    return { kind: kindOf(stats), bytes: stats.size, mode: stats.mode & 0o7777, modified: stats.mtimeMs, changed: stats.ctimeMs };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
};

export async function list(dir: string): Promise<string[]> {
  const names = await readdir(dir, { encoding: 'buffer' });
  return names.toSorted(Buffer.compare).map(name => name.toString('utf8'));
}
