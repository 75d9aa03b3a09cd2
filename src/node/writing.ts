import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Sink } from '../ports.ts';
import { makeFolder, syncFolder, systemError } from './folders.ts';

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK, O_EXCL } = constants;

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
  return sinkOn(fd, () => fsyncSync(fd));
}

/** Every byte written here ends in a real ENOSPC (full(4)). */
export const openFull = (): Sink => sinkOn(openSync('/dev/full', O_WRONLY), () => {});

function sinkOn(fd: number, beforeClose: () => void): Sink {
  let open = true;
  return {
    write: bytes => writeAll(fd, bytes),
    close() {
      if (!open) return;
      open = false;
      try {
        beforeClose();
      } finally {
        closeSync(fd);
      }
    },
  };
}

export async function write(path: string, bytes: string | Uint8Array, { mode }: { mode?: number } = {}): Promise<void> {
  makeFolder(dirname(path));
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
  syncFolder(dir);
}
