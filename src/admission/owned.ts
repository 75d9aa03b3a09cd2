import { join } from 'node:path';
import { OwnedRepository } from '../model/admission.ts';
import type { Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { lapse, readRecord, type Read } from './record.ts';

interface OwnedQuestion {
  id: string;
  stage: Stage;
  /** Milliseconds since the epoch. */
  now: number;
  /** Absolute folders, in order; the first that has the record decides. */
  folders: readonly string[];
}

/** The record by which an owner declared a repository noncritical, if it holds here and now; or why there is none that does. */
export async function admitOwned(
  { id, stage, now, folders }: OwnedQuestion,
  files: Files,
): Promise<Read<OwnedRepository> | { problem: string }> {
  const name = `${id}.json`;
  for (const folder of folders) {
    const read = await readRecord(join(folder, name), OwnedRepository, files);
    if (!read) continue;
    if ('problem' in read) return read;
    const lapsed = ownedLapse(read.value, { id, stage, now });
    return lapsed ? { problem: `${name} ${lapsed}` } : read;
  }
  return { problem: `no owner declared the repository ${id} noncritical: ${name} is not there` };
}

/** Why the record of a repository does not hold; undefined: it holds. */
export function ownedLapse(record: OwnedRepository, { id, stage, now }: Omit<OwnedQuestion, 'folders'>): string | undefined {
  return record.id === id ? lapse(record, { now, stage }) : `declares ${record.id}, and not ${id}`;
}
