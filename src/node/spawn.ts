import { closeSync, openSync } from 'node:fs';
import type { Duplex, Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import type { SuperviseOptions } from '../ports.ts';
import { MARKER } from './marks.ts';
import { openReportChannel, type ReportChannel } from './report-channel.ts';

type Streams = [Writable, Readable, null, Duplex, Readable | null, Readable];
type Stdio = 'pipe' | 'ignore' | 9;

/** A program inside its hold. */
export interface Spawned {
  /** Of the outermost process; undefined when it did not start. */
  pid: number | undefined;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** See children/lifeline.sh. */
  lifeline: Duplex;
  reports: ReportChannel | undefined;
  /** The outermost process has ended (null), whoever still holds its outputs; or why it did not start. */
  exited: Promise<string | null>;
}

/** Starts a program, its hold included. `inherited` are descriptors of the engine that it must not get. */
export function spawn([file = '', ...args]: readonly string[], inherited: readonly number[], options: SuperviseOptions): Spawned {
  const { cwd, env, runId, report } = options;
  const reports = report && openReportChannel(report.kind);
  const nothing = openSync('/dev/null', 'r') as 9; // execa's types know descriptors up to 9
  const stdio = ['pipe', 'pipe', 'ignore', 'pipe', reports?.stdio ?? 'ignore', 'pipe'] as const;
  try {
    const child = execa(file, args, {
      cwd,
      env: { ...env, [MARKER]: runId },
      extendEnv: false,
      stdio: covered(stdio, inherited, nothing),
      buffer: false,
      reject: false,
      detached: true, // its own session: no terminal, and the keyboard's signals are the engine's alone
      cleanup: false, // the lifeline does that, also when there is no time for handlers
    });
    const [stdin, stdout, , lifeline, fourth, stderr] = child.stdio as unknown as Streams;
    if (fourth) reports?.receive(fourth);
    // Node tells of a failed start by throwing or by `error`; execa makes one promise of both.
    const exited = new Promise<string | null>(resolve => {
      child.nodeChildProcess.once('exit', () => resolve(null));
      void child.then(({ code }) => resolve(code ?? 'ENOSTART'));
    });
    return { pid: child.pid, stdin, stdout, stderr, lifeline, reports, exited };
  } finally {
    closeSync(nothing);
    reports?.handedOver();
  }
}

/** Lays the empty device over descriptors that would be inherited: Node can give a descriptor to a child, not take one away. */
function covered(stdio: readonly Stdio[], inherited: readonly number[], nothing: 9): ['pipe', 'pipe', 'ignore', ...Stdio[]] {
  const length = Math.max(stdio.length, ...inherited.map(fd => fd + 1));
  const [, , , ...extra] = Array.from({ length }, (_, fd): Stdio => {
    const wanted = stdio[fd] ?? 'ignore';
    return wanted === 'ignore' && inherited.includes(fd) ? nothing : wanted;
  });
  return ['pipe', 'pipe', 'ignore', ...extra];
}
