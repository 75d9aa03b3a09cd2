import type { Limit } from './limits.ts';
import type { Random } from './random.ts';
import type { Room } from './room.ts';
import type { Specimen } from './specimen.ts';

/** A bundle that was tampered with in one way, and what verify has to say of it. */
export interface BundleMutant {
  /** Row of the kill table. */
  kind: string;
  what: string;
  /** Artifacts that have to be named, all of them. */
  names: readonly string[];
  /** Of these at least one: where a fact is believed, and what differs from it is named. */
  oneOf?: readonly string[];
  change(room: Room): Promise<void>;
  /** What only a disk can hold. */
  onDisk?: true;
  /** Documented: it may stay unfound, and is then no kill. */
  limit?: Limit;
  /** Nothing is wrong with it: a control of what makes the others. */
  isSound?: true;
}

/** How much of what there is to be tried. */
export interface Extent {
  /** Bytes of each file that are flipped, or all. */
  bytes: number | 'all';
  random: Random;
}

/** Every mutant of one family. */
export type Family = (specimen: Specimen, extent: Extent) => Iterable<BundleMutant>;

export const EVENTS = 'events.normalized.jsonl';
export const TRACE = 'trace.jsonl';
export const CONTRACT = 'task.contract.json';

export const pathsOf = ({ files }: Specimen): string[] => [...files.keys()];
