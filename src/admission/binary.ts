import { BinaryAdmission } from '../model/admission.ts';
import type { Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { lapse, readRecord, recordsIn, type Read } from './record.ts';

interface BinaryQuestion {
  backend: string;
  /** SHA-256 of the executable. */
  sha256: string;
  stage: Stage;
  /** Milliseconds since the epoch. */
  now: number;
  /** Absolute folders. */
  folders: readonly string[];
}

/** The record that admits exactly this executable for this backend and stage, here and now; or why there is none. */
export async function admitBinary(question: BinaryQuestion, files: Files): Promise<Read<BinaryAdmission> | { problem: string }> {
  const { backend, sha256, folders } = question;
  const problems: string[] = [];
  for (const path of await recordsIn(folders, files)) {
    const read = await readRecord(path, BinaryAdmission, files);
    if (!read) continue;
    if ('problem' in read) {
      problems.push(read.problem);
      continue;
    }
    if (read.value.backend !== backend || read.value.sha256 !== sha256) continue;
    const lapsed = lapse(read.value, question);
    if (!lapsed) return read;
    problems.push(`${read.ref.file} ${lapsed}`);
  }
  return { problem: [`no record admits the executable of ${backend} with SHA-256 ${sha256}`, ...problems].join('; ') };
}

/** File name of a record: for people, who look for it. A name is text from outside and becomes part of a path. */
export const binaryRecordName = ({ backend, name, sha256 }: Pick<BinaryAdmission, 'backend' | 'name' | 'sha256'>): string =>
  `${backend}-${name.replaceAll(/[^A-Za-z0-9._-]/g, '-')}-${sha256.slice(0, 12)}.json`;
