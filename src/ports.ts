import type { Files } from './ports/files.ts';
import type { Http } from './ports/network.ts';
import type { Exec, Start, Supervise } from './ports/processes.ts';

export type * from './ports/files.ts';
export type * from './ports/network.ts';
export type * from './ports/processes.ts';

/** Everything the engine may do to the outside world. Types only; `node/` has the real ones. */
export interface Ports {
  files: Files;
  /** Runs an untrusted program and everything it starts, and ends all of it. */
  supervise: Supervise;
  /** Runs one of the harness's own tools (git, mkfifo, an interpreter's probe). */
  exec: Exec;
  /** Starts one of our own programs, which ends its own children in good order; see `supervise` for anybody else's. */
  start: Start;
  /** Servers on the loopback, and the harness's own requests. */
  http: Http;
  clock: Clock;
  host: Host;
  /** Random bytes as hex. */
  randomHex(bytes: number): string;
}

export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only ever grow; durations come from here. */
  monotonic(): number;
}

export interface Host {
  platform: string;
  hostname: string;
  /** Process id of the engine. */
  pid: number;
  /** 0 is root. */
  uid: number;
  /** The harness's own environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the Node that runs the engine; what `node` means in a task. */
  nodePath: string;
  nodeVersion: string;
  /** Whether a process id is alive. */
  alive(pid: number): boolean;
  /** Absolute path of a program on the harness's PATH (links followed), or undefined. */
  which(program: string): Promise<string | undefined>;
}
