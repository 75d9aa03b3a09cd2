import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { scratchName } from './scratch.ts';

/** The engine's side of descriptor 4. */
export interface ReportChannel {
  /** What to hand to the child at index 4. (Any descriptor: execa's types know those up to 9.) */
  stdio: 'pipe' | 9;
  /** The child was started (or not): lets go of the child's end. */
  handedOver(): void;
  /** Where the bytes come out; for a socket it is made with the child. */
  readable: Readable | undefined;
}

export function openReportChannel(kind: 'socket' | 'pipe'): ReportChannel {
  return kind === 'socket' ? { stdio: 'pipe', handedOver() {}, readable: undefined } : openPipe();
}

/** Node cannot make a pipe, so this is a FIFO without a name: made, opened at both ends, unlinked. */
function openPipe(): ReportChannel {
  const dir = mkdtempSync(join(tmpdir(), scratchName('proofgate-pipe')));
  try {
    const path = join(dir, 'report');
    const { status, error } = spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
    if (status !== 0) throw new Error('mkfifo failed', { cause: error });
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY) as 9;
    return { stdio: writer, handedOver: () => closeSync(writer), readable: new Socket({ fd: reader, readable: true, writable: false }) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
