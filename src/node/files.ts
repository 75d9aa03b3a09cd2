import { chmod, lstat, mkdir, realpath, rename, symlink } from 'node:fs/promises';
import type { Files } from '../ports.ts';
import { copyTree } from './copy.ts';
import { makeFolder, publishDir, systemError } from './folders.ts';
import { digest, list, readBytes, readChunks, readText, stat } from './reading.ts';
import { remove } from './removal.ts';
import { removeStaleScratch, scratch } from './scratch.ts';
import { walk } from './walk.ts';
import { openFull, openSink, replace, write } from './writing.ts';

/** The real file system. */
export const files: Files = {
  readText,
  readBytes,
  readChunks,
  digest,
  stat,
  list,
  walk,

  async makeDir(path) {
    makeFolder(path);
  },
  makeDirExclusive: path => mkdir(path),
  openSink,
  openFull,
  write,
  replace,
  rename,
  publishDir,
  link: symlink,
  async chmod(path, mode) {
    if ((await lstat(path)).isSymbolicLink()) throw systemError('ELOOP', 'a link has no mode of its own', path);
    await chmod(path, mode);
  },
  remove,
  copyTree,
  scratch,
  removeStaleScratch,
  realPath: path => realpath(path),
};
