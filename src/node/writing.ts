import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { lstat, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Sink } from '../ports.ts';

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK, O_EXCL, O_RDONLY, O_DIRECTORY } = constants;

/**
 * Opens an empty file to append to, and nothing else: not through a link, not a FIFO (which would block), and not a file that
 * has a second name somewhere. It is emptied only after it was looked at.
 */
export function openForWriting(path: string, mode = 0o644): number {
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, mode);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw systemError('EINVAL', 'not a regular file', path);
    if (stats.nlink > 1) throw systemError('EMLINK', 'the file has another name', path);
    ftruncateSync(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Writes to the end of `bytes`, whatever portions the kernel takes. */
function writeAll(fd: number, bytes: string | Uint8Array): void {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  for (let at = 0; at < buffer.length;) at += writeSync(fd, buffer, at);
}

export function openSink(path: string): Sink {
  const fd = openForWriting(path);
  let open = true;
  return {
    write: bytes => writeAll(fd, bytes),
    close() {
      if (!open) return;
      open = false;
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** Every byte written here ends in a real ENOSPC (full(4)). */
export function openFull(): Sink {
  const fd = openSync('/dev/full', O_WRONLY);
  return { write: bytes => writeAll(fd, bytes), close: () => closeSync(fd) };
}

export async function write(path: string, bytes: string | Uint8Array, { mode }: { mode?: number } = {}): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openForWriting(path, mode);
  try {
    if (mode !== undefined) fchmodSync(fd, mode);
    writeAll(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

/** Old or new, never half: also when the disk is full, and after a power cut. */
export async function replace(path: string, bytes: string): Promise<void> {
  const dir = dirname(path);
  const temporary = join(dir, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
    try {
      writeAll(fd, bytes);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDir(dir);
}

export async function publishDir(from: string, to: string): Promise<void> {
  const occupied = await lstat(to).then(
    () => true,
    error => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  );
  if (occupied) throw systemError('EEXIST', 'something is there already', to);
  await rename(from, to);
  syncDir(dirname(to));
}

/** Makes a rename durable. */
function syncDir(dir: string): void {
  const fd = openSync(dir, O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** An error as the system would give it, for what it does not refuse by itself. */
export const systemError = (code: string, message: string, path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: ${message}, '${path}'`), { code, path });
