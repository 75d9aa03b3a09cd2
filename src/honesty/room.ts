import { join } from 'node:path';
import { reportText } from '../evidence/seal.ts';
import type { Report } from '../model/report.ts';
import type { Files as FilePort, Ports } from '../ports.ts';
import { forger, type Forger, type Loose } from '../testing/forger.ts';
import { memoryFolder } from './memory-folder.ts';
import type { Specimen } from './specimen.ts';

/** A copy of a bundle that may be spoilt. */
export interface Room extends Forger {
  /** Absolute. */
  dir: string;
  files: FilePort;
  bytes(path: string): Promise<Uint8Array>;
  /** The bundle of the baseline, where there is one; sealing this again does not seal the outer one. */
  baseline: Forger;
  /** Changes the report and gives it the digest of itself; manifest and artifacts stay as they are said there. */
  resign(change: (report: Loose) => void, below?: string): Promise<void>;
}

function roomIn(dir: string, files: FilePort): Room {
  const own = forger(dir, files);
  return {
    ...own,
    dir,
    files,
    bytes: path => files.readBytes(join(dir, path)),
    baseline: forger(join(dir, 'baseline'), files),
    async resign(change, below = '') {
      const path = join(below, 'report.json');
      const report = JSON.parse(await own.text(path)) as Loose;
      change(report);
      await own.write(path, reportText(report as Report));
    },
  };
}

/** A copy in memory: for everything that is the content of files. */
export const memoryRoom = (specimen: Specimen, real: FilePort): Room =>
  roomIn(specimen.dir, memoryFolder(specimen.dir, specimen.files, specimen.folders, real));

/** A copy on disk, for what only a disk can hold: links, folders and FIFOs in the place of files. */
export async function diskRoom(specimen: Specimen, ports: Ports): Promise<Room & AsyncDisposable> {
  const scratch = await ports.files.scratch('proofgate-honesty');
  const dir = join(scratch.path, 'bundle');
  await ports.files.copyTree(specimen.dir, dir);
  return { ...roomIn(dir, ports.files), [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}
