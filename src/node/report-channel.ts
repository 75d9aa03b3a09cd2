import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemCode } from '../errors.ts';
import { scratchName } from './scratch.ts';

/** The engine's side of descriptor 4. */
export interface ReportChannel {
  /** What to hand to the child at index 4. (Any descriptor: execa's types know those up to 9.) */
  stdio: 'pipe' | 9;
  /** Takes what Node has made of `stdio: 'pipe'`. */
  receive(socket: Readable): void;
  /** The child was started, or not: lets go of the child's end. */
  handedOver(): void;
  listen(onData: (chunk: Uint8Array) => void): void;
  /** Hears what is buffered at this moment, and nothing after it. */
  close(): void;
}

const CHUNK = 64 * 1024;
/** The most a pipe can hold, so the most that may have been written before it is closed. */
const PIPE_CAPACITY = 1024 * 1024;
/** How often a pipe is looked at. */
const POLL_MS = 5;

export const openReportChannel = (kind: 'socket' | 'pipe'): ReportChannel => (kind === 'socket' ? socketChannel() : pipeChannel());

/** Node's own kind. The caller lets one turn of the event loop pass before `close`, which is when the buffered bytes come. */
function socketChannel(): ReportChannel {
  let socket: Readable | undefined;
  return {
    stdio: 'pipe',
    receive(made) {
      socket = made;
    },
    handedOver() {},
    listen(onData) {
      socket?.on('error', () => {}).on('data', onData);
    },
    close: () => void socket?.destroy(),
  };
}

/**
 * Node cannot make a pipe, so this is a FIFO that has lost its name. It is polled: a socket object over a descriptor that we
 * opened would close it behind the back of a worker thread, which then closes somebody else's descriptor when it ends.
 */
function pipeChannel(): ReportChannel {
  const { reader, writer } = openPipe();
  const buffer = Buffer.allocUnsafe(CHUNK);
  let timer: NodeJS.Timeout | undefined;
  let heard: (chunk: Uint8Array) => void = () => {};

  const drain = () => {
    for (let bytes = 0; bytes < PIPE_CAPACITY;) {
      const count = readNow(reader, buffer);
      if (count === 0) return;
      bytes += count;
      heard(Buffer.from(buffer.subarray(0, count)));
    }
  };
  return {
    stdio: writer as 9,
    receive() {},
    handedOver: () => closeSync(writer),
    listen(onData) {
      heard = onData;
      timer = setInterval(drain, POLL_MS);
    },
    close() {
      clearInterval(timer);
      drain();
      closeSync(reader);
    },
  };
}

/** Makes a FIFO, opens both ends, and removes its name. */
function openPipe(): { reader: number; writer: number } {
  const dir = mkdtempSync(join(tmpdir(), scratchName('proofgate-pipe')));
  try {
    const path = join(dir, 'report');
    const { status, error } = spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
    if (status !== 0) throw new Error('mkfifo failed', { cause: error });
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { reader, writer: openSync(path, constants.O_WRONLY) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Bytes that were there; 0 when there are none now, or no writer is left. */
function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if (systemCode(error) === 'EAGAIN') return 0;
    throw error;
  }
}
