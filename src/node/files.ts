import { chmodSync, lchownSync, lstatSync, mkdirSync, realpathSync, renameSync, symlinkSync } from 'node:fs';
import type { Files } from '../ports.ts';
import { copyFile, copyTree } from './copy.ts';
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
  async makeDirExclusive(path) {
    mkdirSync(path);
  },
  openSink,
  openFull,
  write,
  replace,
  async rename(from, to) {
    renameSync(from, to);
  },
  publishDir,
  async link(target, path) {
    symlinkSync(target, path);
  },
  async chmod(path, mode) {
    if (lstatSync(path).isSymbolicLink()) throw systemError('ELOOP', 'a link has no mode of its own', path);
    chmodSync(path, mode);
  },
  async chown(path, { uid, gid }) {
    lchownSync(path, uid, gid);
  },
  remove,
  copyFile,
  copyTree,
  scratch,
  removeStaleScratch,
  realPath: async path => realpathSync.native(path),
};
