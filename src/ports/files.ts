/** The file system as the engine sees it. Types only. */

import type { User } from './processes.ts';

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
  /** Copies a tree of files, folders and links, but what is skipped, as new files (never hard links). @throws UserError naming anything else */
  copyTree(from: string, to: string, options?: Pick<WalkOptions, 'skip'>): Promise<void>;
  /** A fresh private folder (0700), named with the engine's pid, that removes itself. */
  scratch(prefix: string): Promise<{ path: string } & AsyncDisposable>;
  /** Removes what engines that were killed left behind under this prefix. @returns the folders that are gone */
  removeStaleScratch(prefix: string): Promise<string[]>;
  realPath(path: string): Promise<string>;
}
