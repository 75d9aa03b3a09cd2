import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports, Sink } from '../ports.ts';
import { makeEventLog, type EventLog } from './events.ts';
import type { Redactor } from './redact.ts';
import { makeTrace, type Progress, type Trace } from './trace.ts';

/** An artifact that could not be written, and the system's own word for why. */
export interface ArtifactFailure {
  path: string;
  code: string;
}

/** A raw log: redacted as it is written, cut at its limit, never held in memory. */
export interface LogSink {
  push(chunk: Uint8Array | string): void;
  /** @returns bytes that were dropped because they came after the limit. */
  close(): number;
}

/** The evidence bundle of one run while it is being written. A write that fails is a fact, never an exception. */
export interface Bundle {
  readonly dir: string;
  readonly runId: string;
  readonly nonce: string;
  /** Monotonic milliseconds at the reservation. */
  readonly startedAt: number;
  /** Wall clock at the reservation. */
  readonly startedWall: number;
  readonly events: EventLog;
  readonly trace: Trace;
  readonly redactor: Redactor;
  readonly failures: ArtifactFailure[];
  /** Writes a whole artifact below the bundle; text is redacted unless it is evidence of the change itself. */
  write(path: string, content: string | Uint8Array, options?: { verbatim?: boolean }): Promise<boolean>;
  openLog(path: string, maxBytes?: number): LogSink;
  /** Lines that the engine wrote to a line log, to compare with what stands there at the end. */
  expected(): ReadonlyMap<string, readonly string[]>;
  closeLogs(): void;
  /** Puts the line logs back as the engine wrote them, where somebody else wrote into them. Call it when they are closed. */
  restoreLogs(): Promise<void>;
}

export const EVENTS = 'events.normalized.jsonl';
export const TRACE = 'trace.jsonl';

export interface BundleSetup {
  dir: string;
  runId: string;
  startedAt: number;
  startedWall: number;
  redactor: Redactor;
  progress?: Progress | undefined;
}

/** Opens the logs of a bundle folder that is in place already. */
export function openBundle(plan: Plan, { dir, runId, startedAt, startedWall, redactor, progress }: BundleSetup, ports: Ports): Bundle {
  const { files, clock } = ports;
  const failures: ArtifactFailure[] = [];
  const lines = new Map<string, string[]>();
  const open = new Set<Sink>();

  const failed = (path: string, error: unknown) => {
    const code = systemCode(error);
    if (!code) throw error;
    if (failures.some(f => f.path === path)) return;
    failures.push({ path, code });
    if (path !== TRACE) trace.note('seal', { failed_artifact: path, code });
  };

  /** A full disk is brought about by the device that always is one; any other fault stands in the folder already. */
  const isFull = (path: string) => plan.given.artifact_fault[path] === 'disk_full';

  const sinkFor = (path: string): Sink | undefined => {
    try {
      const sink = isFull(path) ? files.openFull() : files.openSink(join(dir, path));
      open.add(sink);
      return sink;
    } catch (error) {
      failed(path, error);
      return undefined;
    }
  };

  const lineLog = (path: string) => {
    const kept: string[] = [];
    lines.set(path, kept);
    let sink: Sink | undefined | null = null;
    return (line: string) => {
      sink = sink === null ? sinkFor(path) : sink;
      kept.push(line);
      try {
        sink?.write(`${line}\n`);
      } catch (error) {
        sink = undefined;
        failed(path, error);
      }
    };
  };

  const appendTrace = lineLog(TRACE);
  const trace = makeTrace(clock, startedAt, line => appendTrace(redactor.json(line)), progress);
  const appendEvent = lineLog(EVENTS);
  const log = makeEventLog({ runId, nonce: plan.nonce }, clock, appendEvent);
  const events: EventLog = {
    list: log.list,
    emit: event => log.emit({ ...event, data: JSON.parse(redactor.json(JSON.stringify(event.data ?? {}))) as Record<string, unknown> }),
  };

  return {
    dir,
    runId,
    nonce: plan.nonce,
    startedAt,
    startedWall,
    events,
    trace,
    redactor,
    failures,

    async write(path, content, { verbatim = false } = {}) {
      try {
        const bytes = verbatim || typeof content !== 'string' ? content : redactor.text(content);
        if (isFull(path)) files.openFull().write(bytes);
        else await files.write(join(dir, path), bytes);
        return true;
      } catch (error) {
        failed(path, error);
        return false;
      }
    },

    openLog(path, maxBytes = plan.limits.outputBytes) {
      let sink = sinkFor(path);
      const stream = redactor.stream();
      let left = maxBytes;
      let dropped = 0;
      const put = (bytes: Uint8Array) => {
        if (!sink || bytes.length === 0) return;
        try {
          sink.write(bytes);
        } catch (error) {
          sink = undefined;
          failed(path, error);
        }
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
          const last = sink;
          sink = undefined;
          if (last) open.delete(last);
          try {
            last?.close();
          } catch (error) {
            failed(path, error);
          }
          return dropped;
        },
      };
    },

    expected: () => new Map([...lines].filter(([path]) => !failures.some(failure => failure.path === path))),

    closeLogs() {
      for (const sink of open) sink.close();
      open.clear();
    },

    async restoreLogs() {
      for (const [path, kept] of lines) {
        const text = kept.map(line => `${line}\n`).join('');
        const place = join(dir, path);
        if (failures.some(failure => failure.path === path)) continue;
        if ((await files.stat(place))?.kind === 'file' && (await files.readText(place)) === text) continue;
        await files.remove(place);
        await files.write(place, text);
      }
    },
  };
}
