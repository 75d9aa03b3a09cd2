/** Programs of somebody else, our own tools, and our own programs. Types only. */

import type { Served } from './network.ts';

export interface SuperviseOptions {
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignal;
  /** Marks every process of the tree in its environment, so that strays can be found where there is no pid namespace. */
  runId: string;
  /** Written to its standard input at once. */
  input?: string;
  /** Leaves standard input open for `Supervised.write`; otherwise it is closed after `input`. */
  interactive?: boolean;
  onStdout?(chunk: Uint8Array): void;
  onStderr?(chunk: Uint8Array): void;
  /**
   * A private channel at file descriptor 4: what the program writes there comes here.
   * `socket` cannot be opened a second time by path; `pipe` can be opened as /dev/fd/4 by a program that insists on a file.
   */
  report?: { kind: 'socket' | 'pipe'; onData(chunk: Uint8Array): void };
  /** More processes than this at one time end the tree. */
  maxProcesses?: number;
  /** The tree is put into the namespace of this server where it has one; where not, its connections are watched. */
  network?: Served | undefined;
}

/** How the tree ended; every process of it is dead (or counted in `survivors`). */
export interface Exit {
  /** Why it did not start (`ENOENT`, `EACCES`); null when it did. */
  spawnError: string | null;
  /** Exit code, 128 + n for a signal; null when it did not start. 124 when the time was up. */
  code: number | null;
  timedOut: boolean;
  aborted: boolean;
  /** The limit of processes was hit. */
  tooManyProcesses: boolean;
  /** Processes of the tree that were still seen after the kill. */
  survivors: number;
  /** How the tree was held together. */
  tree: 'pid_namespace' | 'best_effort';
  /** `address:port` of remote ends that were seen beside `SuperviseOptions.network`; none where nobody had to look. */
  connections: readonly string[];
  elapsedMs: number;
}

export interface Supervised {
  /** Writes to standard input; harmless when it is closed already. */
  write(text: string): void;
  /** Ends the whole tree now. */
  kill(): void;
  /** Resolves when the last process is dead and every byte was handed over. Never rejects for what the program did. */
  exit: Promise<Exit>;
}

export type Supervise = (argv: readonly [string, ...string[]], options: SuperviseOptions) => Supervised;

export interface ExecResult {
  /** Exit code; null when it did not start or was ended for time. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** `ENOENT` and the like. */
  spawnError: string | null;
}

export type Exec = (
  argv: readonly [string, ...string[]],
  options: { cwd: string; env: Record<string, string>; input?: string | Uint8Array; timeoutMs?: number; stdoutFile?: string },
) => Promise<ExecResult>;

/** A user of the system and its group. */
export interface User {
  uid: number;
  gid: number;
}

export interface StartOptions {
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  /** Whom it runs as, with that group and no other; only root can choose. Default: whoever runs us. */
  user?: User | undefined;
  onStdout(chunk: Uint8Array): void;
  /** Marks of what it has under supervision itself (`SuperviseOptions.runId`); asked when it has ended. */
  runIds(): readonly string[];
}

/** How one of our own programs ended. */
export interface StartedExit {
  /** Why it did not start (`ENOENT`, `EACCES`, `EPERM`); null when it did. */
  spawnError: string | null;
  /** Exit code, 128 + n for a signal; null when it did not start. */
  code: number | null;
  /** The end of what it wrote there. */
  stderr: string;
  /** Processes with one of its marks that were still seen after the kill. */
  survivors: number;
}

export interface Started {
  /** Writes to its standard input, which ends when we do; harmless when it is closed already. */
  write(text: string): void;
  /** SIGKILL, for the program alone. */
  kill(): void;
  /** Resolves when it is dead, with everything that carries one of its marks, and every byte was handed over. */
  exit: Promise<StartedExit>;
}

export type Start = (argv: readonly [string, ...string[]], options: StartOptions) => Started;
