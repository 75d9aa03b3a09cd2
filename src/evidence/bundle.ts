import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Clock, Ports, Sink } from '../ports.ts';
import { makeEventLog, type EventLog } from './events.ts';
import { sha256 } from '../model/digest.ts';
import { makeLineLog } from './line-log.ts';
import { makeLogSink, type LogSink } from './log-sink.ts';
import type { Redactor } from './redact.ts';
import { unlockFolder } from '../workspace/unlock.ts';
import { makeTrace, type Progress, type Trace } from './trace.ts';

/** An artifact that could not be written, and the system's own word for why. */
export interface ArtifactFailure {
  path: string;
  code: string;
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
  /** Whether the wall clock was seen to run backwards. */
  clockStepped(): boolean;
  /**
   * Writes a whole artifact below the bundle, text redacted unless it is evidence as it stands.
   * @returns SHA-256 of what was written; null when it could not be.
   */
  write(path: string, content: string | Uint8Array, options?: { verbatim?: boolean }): Promise<string | null>;
  /** @param options.maxBytes default: the limit of output of the plan */
  openLog(path: string, options?: { maxBytes?: number }): LogSink;
  /** Text of the engine's own logs, to compare with what stands there. A log that could not be written is left out. */
  expected(): ReadonlyMap<string, string>;
  closeLogs(): void;
  /** Puts back the whole artifacts that the engine wrote, the reserved report first, where somebody else wrote into them. */
  restore(): Promise<void>;
  /** The same for the engine's own logs. Call it when they are closed. */
  restoreLogs(): Promise<void>;
  /** Leaves the reserved fail and no manifest, whatever stands there: the end of a run that cannot be sealed. */
  abandon(): Promise<void>;
}

export const EVENTS = 'events.normalized.jsonl';
export const TRACE = 'trace.jsonl';

export interface BundleSetup {
  dir: string;
  runId: string;
  startedAt: number;
  startedWall: number;
  redactor: Redactor;
  /** Text of the report that was reserved. */
  reserved: string;
  progress?: Progress | undefined;
}

/** Opens the logs of a bundle folder that is in place already. */
export function openBundle(
  plan: Plan,
  { dir, runId, startedAt, startedWall, redactor, reserved, progress }: BundleSetup,
  ports: Ports,
): Bundle {
  const { files } = ports;
  const clock = watched(ports.clock);
  const failures: ArtifactFailure[] = [];
  /** Whole artifacts as they were written. */
  const whole = new Map<string, string | Uint8Array>();

  const failed = (path: string) => (error: unknown) => {
    const code = systemCode(error);
    if (!code) throw error;
    if (failures.some(f => f.path === path)) return;
    failures.push({ path, code });
    if (path !== TRACE) trace.note('seal', { failed_artifact: path, code });
  };

  /** A full disk is brought about by the device that always is one; any other fault stands in the folder already. */
  const isFull = (path: string) => plan.given.artifact_fault[path] === 'disk_full';
  const open = (path: string) => (): Sink | undefined => {
    try {
      return isFull(path) ? files.openFull() : files.openSink(join(dir, path));
    } catch (error) {
      failed(path)(error);
      return undefined;
    }
  };

  const traceLog = makeLineLog(open(TRACE), failed(TRACE));
  const trace = makeTrace(clock, startedAt, line => traceLog.append(redactor.json(line)), progress);
  const eventLog = makeLineLog(open(EVENTS), failed(EVENTS));
  const log = makeEventLog({ runId, nonce: plan.nonce }, clock, eventLog.append);
  const own = new Map([
    [TRACE, traceLog],
    [EVENTS, eventLog],
  ]);
  const written = () => [...own].filter(([path]) => !failures.some(failure => failure.path === path));

  const putBack = async (path: string, content: string | Uint8Array) => {
    const place = join(dir, path);
    const bytes = Buffer.from(content);
    const stat = await files.stat(place);
    if (stat?.kind === 'file' && stat.bytes === bytes.length && bytes.equals(await files.readBytes(place))) return;
    await files.remove(place);
    await files.write(place, bytes);
  };

  return {
    dir,
    runId,
    nonce: plan.nonce,
    startedAt,
    startedWall,
    trace,
    redactor,
    failures,
    clockStepped: clock.stepped,
    events: {
      list: log.list,
      emit: event => log.emit({ ...event, data: JSON.parse(redactor.json(JSON.stringify(event.data ?? {}))) as Record<string, unknown> }),
    },

    async write(path, content, { verbatim = false } = {}) {
      try {
        const bytes = verbatim || typeof content !== 'string' ? content : redactor.text(content);
        if (isFull(path)) files.openFull().write(bytes.length > 0 ? bytes : '\n');
        else await files.write(join(dir, path), bytes);
        whole.set(path, bytes);
        return sha256(bytes);
      } catch (error) {
        failed(path)(error);
        return null;
      }
    },

    openLog: (path, { maxBytes = plan.limits.outputBytes } = {}) => makeLogSink(open(path), failed(path), redactor, maxBytes),

    expected: () => new Map(written().map(([path, lines]) => [path, lines.text()])),

    closeLogs() {
      for (const lines of own.values()) lines.close();
    },

    async restore() {
      if (!(await unlockFolder(dir, ports))) {
        await files.remove(dir);
        await files.makeDir(dir);
      }
      await putBack('report.json', reserved);
      for (const [path, content] of whole) await putBack(path, content);
    },

    async restoreLogs() {
      for (const [path, lines] of written()) await putBack(path, lines.text());
    },

    async abandon() {
      for (const lines of own.values()) lines.close();
      await unlockFolder(dir, ports);
      await files.remove(join(dir, 'manifest.json'));
      await files.remove(join(dir, 'report.json'));
      await files.replace(join(dir, 'report.json'), reserved);
    },
  };
}

/** A clock that remembers whether the wall clock ever ran backwards. */
function watched({ now, monotonic }: Clock): Clock & { stepped(): boolean } {
  let last = -Infinity;
  let stepped = false;
  return {
    monotonic,
    now() {
      const time = now();
      stepped ||= time < last;
      last = time;
      return time;
    },
    stepped: () => stepped,
  };
}
