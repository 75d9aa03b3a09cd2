import { join } from 'node:path';
import { type ExecutionMode, executionModes, SourceAdmission } from '../model/admission.ts';
import type { Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { lapse, readRecord, type Read } from './record.ts';

/** An id is a slug, and cannot lead out of a folder. */
export const sourceRecordName = ({ id }: Pick<SourceAdmission, 'id'>): string => `${id}.json`;

/** What each stage does with a source: at stage 4 a remote is made of it, which may be pushed to. */
const modeOf = (stage: Stage): ExecutionMode => (stage === 4 ? 'sandbox_remote' : 'workspace_copy');

interface SourceQuestion {
  id: string;
  stage: Stage;
  /** Milliseconds since the epoch. */
  now: number;
  /** Absolute folders, in order; the first that has the record decides. */
  folders: readonly string[];
}

/** The record of a source, if it holds for this stage, here and now; or why there is none that does. Whether the files are those that were admitted is another question. */
export async function admitSource(question: SourceQuestion, files: Files): Promise<Read<SourceAdmission> | { problem: string }> {
  const { id, folders } = question;
  const name = sourceRecordName({ id });
  for (const folder of folders) {
    const read = await readRecord(join(folder, name), SourceAdmission, files);
    if (!read) continue;
    if ('problem' in read) return read;
    const lapsed = sourceLapse(read.value, question);
    return lapsed ? { problem: `${name} ${lapsed}` } : read;
  }
  return { problem: `no record admits the source ${id}: ${name} is not there` };
}

/** Why the record of a source does not hold; undefined: it holds. */
export function sourceLapse(record: SourceAdmission, { id, stage, now }: Omit<SourceQuestion, 'folders'>): string | undefined {
  if (record.id !== id) return `admits ${record.id}, and not ${id}`;
  const lapsed = lapse(record, { now, stage });
  if (lapsed) return lapsed;
  const needed = modeOf(stage);
  const has = record.execution_mode;
  return executionModes.indexOf(has) < executionModes.indexOf(needed) ? `allows ${has}, and stage ${stage} needs ${needed}` : undefined;
}
