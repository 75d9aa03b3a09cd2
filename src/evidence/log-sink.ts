import { createHash } from 'node:crypto';
import type { Sink } from '../ports.ts';
import type { Redactor } from './redact.ts';

/** A raw log: redacted as it is written, cut at its limit, never held in memory. */
export interface LogSink {
  push(chunk: Uint8Array | string): void;
  close(): ClosedLog;
}

export interface ClosedLog {
  /** Bytes that came after the limit and were not kept. */
  dropped: number;
  /** Of what stands in the log; null where it could not be written. */
  sha256: string | null;
}

/**
 * @param open opens the file, or says why not by answering undefined
 * @param failed is told of a write that the system refused; nothing more is written then
 */
export function makeLogSink(open: () => Sink | undefined, failed: (error: unknown) => void, redactor: Redactor, maxBytes: number): LogSink {
  const stream = redactor.stream();
  const hash = createHash('sha256');
  let sink = open();
  let left = maxBytes;
  let dropped = 0;

  const guarded = (act: (sink: Sink) => void) => {
    if (!sink) return;
    try {
      act(sink);
    } catch (error) {
      sink = undefined;
      failed(error);
    }
  };
  const put = (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    hash.update(bytes);
    guarded(to => to.write(bytes));
  };

  return {
    push(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      const kept = bytes.subarray(0, left);
      left -= kept.length;
      dropped += bytes.length - kept.length;
      if (kept.length > 0) put(stream.push(kept));
    },
    close() {
      put(stream.flush());
      if (dropped > 0) put(Buffer.from(`\n[proofgate: ${dropped} more bytes were dropped, the limit is ${maxBytes}]\n`));
      guarded(last => last.close());
      return { dropped, sha256: sink ? hash.digest('hex') : null };
    },
  };
}
