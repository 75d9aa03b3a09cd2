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

// Files

/** What an entry of a tree is. Anything but `file`, `link` and `dir` can never be part of an answer. */
export type EntryKind = 'file' | 'link' | 'dir' | 'fifo' | 'socket' | 'char_device' | 'block_device' | 'unknown';

/** One entry that the walker saw. Nothing was opened that could block, nothing was followed. */
export interface Entry {
  /** Relative, `/`-separated. Bytes that are not UTF-8 are written `\xNN`. */
  path: string;
  kind: EntryKind;
  /** Permission bits, setuid, setgid and sticky included. */
  mode: number;
  bytes: number;
  /** SHA-256 of a file's bytes or a link's target; null for the rest and for what could not be read. */
  digest: string | null;
  /** Target of a link. */
  target?: string;
  /** What keeps it from being an ordinary entry: a name that is not UTF-8, too large, unreadable, a hard link. */
  oddity?: 'name_not_utf8' | 'too_large' | 'unreadable' | 'hard_link' | 'setuid';
}

/** What the system says of a path, links not followed. Times are milliseconds since the epoch. */
export interface Stat {
  kind: EntryKind;
  bytes: number;
  mode: number;
  /** When the content changed. */
  modified: number;
  /** When content or mode changed. */
  changed: number;
  /** These three where there is a real file system. */
  inode?: number;
  uid?: number;
  gid?: number;
}

export interface WalkOptions {
  /** Relative paths (at the root: names) that are neither entered nor listed. */
  skip?: readonly string[];
  /** Files above this many bytes are named, not read. */
  maxFileBytes?: number;
}

/** An open file that only grows. Bytes are handed to the kernel before `write` returns. */
export interface Sink {
  /** @throws the system error (ENOSPC, EACCES, EISDIR, …) */
  write(bytes: string | Uint8Array): void;
  /** Flushes to disk and closes; closing twice is harmless. */
  close(): void;
}

export interface Files {
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Streams a file in chunks: flat memory whatever its size. */
  readChunks(path: string): AsyncIterable<Uint8Array>;
  /** SHA-256 and size of a regular file, streamed. */
  digest(path: string): Promise<{ bytes: number; sha256: string; modified: number }>;
  /** Undefined where there is nothing. */
  stat(path: string): Promise<Stat | undefined>;
  /** Names in a folder, sorted by bytes. */
  list(dir: string): Promise<string[]>;
  /** Every entry below `root`, sorted by bytes of the path, folders included. Never blocks on a FIFO, never follows a link. */
  walk(root: string, options?: WalkOptions): Promise<Entry[]>;

  /** Makes a folder and its parents. */
  makeDir(path: string): Promise<void>;
  /** Makes one folder that must not exist. @throws EEXIST */
  makeDirExclusive(path: string): Promise<void>;
  /** Creates or truncates a file and keeps it open; never through a link. */
  openSink(path: string): Sink;
  /** Opens the device that is always full, so that a scenario's full disk is a real one. @throws where the host has none */
  openFull(): Sink;
  /** Writes a whole file that need not be durable; parents are made; never through a link. */
  write(path: string, bytes: string | Uint8Array, options?: { mode?: number }): Promise<void>;
  /** Writes beside, fsyncs, renames over, fsyncs the folder: old or new, never half. */
  replace(path: string, bytes: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Renames onto nothing, then fsyncs the folder. */
  publishDir(from: string, to: string): Promise<void>;
  link(target: string, path: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** Gives a file or folder, not what is in it, to another user; only root can. */
  chown(path: string, owner: User): Promise<void>;
  /** Removes a file or a whole tree, also one whose folders were made unreadable; what is absent is fine. */
  remove(path: string): Promise<void>;
  /** Copies one file, links followed, to a new one. @throws EEXIST */
  copyFile(from: string, to: string): Promise<void>;
  /** Copies a tree of files, folders and links as new files (never hard links). @throws UserError naming anything else */
  copyTree(from: string, to: string): Promise<void>;
  /** A fresh private folder (0700), named with the engine's pid, that removes itself. */
  scratch(prefix: string): Promise<{ path: string } & AsyncDisposable>;
  /** Removes what engines that were killed left behind under this prefix. @returns the folders that are gone */
  removeStaleScratch(prefix: string): Promise<string[]>;
  realPath(path: string): Promise<string>;
}

// Network

/** Answers one HTTP request; what it throws is a 500 without a body. */
export type HttpHandler = (request: Request) => Promise<Response>;

/** A server of the harness. Disposal ends every connection at once. */
export interface Served extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, as the one who is let in reaches it. */
  readonly origin: string;
  /** `private`: a network namespace of its own that holds this server and nothing else. `host`: the loopback of this machine. */
  readonly network: 'private' | 'host';
  /** Destinations that were asked for through this server as a proxy, and refused: `host:port`, each once, in order. */
  readonly refused: readonly string[];
}

export interface Http {
  /** Serves on 127.0.0.1, on a port that the system chooses. Where the host has no namespace for `private`, it stands on `host`. */
  serve(handler: HttpHandler, options?: { private?: boolean }): Promise<Served>;
  /** A request of the harness's own: no proxy, no configuration of the environment. @throws TypeError with the system's code as `cause.code` when nobody answers */
  fetch(url: string, init: { method: string; headers: Record<string, string>; body: string; signal: AbortSignal }): Promise<Response>;
}

// Processes

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
