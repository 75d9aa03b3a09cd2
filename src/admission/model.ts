import { join } from 'node:path';
import { ModelAdmission } from '../model/admission.ts';
import type { Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { lapse, readRecord, type Read } from './record.ts';

/** The file name that the seeds give the record of a model (CTO-WORK-028). */
export const modelRecordName = (provider: string, model: string): string =>
  `CTO-CASE-MODEL-PROVIDER-ADMISSION.${plain(provider)}-${plain(model)}.json`;

/** A name is text from outside and becomes part of a path. */
const plain = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]/g, '-');

interface ModelQuestion {
  provider: string;
  id: string;
  backend: string;
  stage: Stage;
  /** Milliseconds since the epoch. */
  now: number;
  /** Absolute folders, in order; the first that has the record decides. */
  folders: readonly string[];
}

/** The record of a model, if it holds for this backend and stage, here and now; or why there is none that does. */
export async function admitModel(question: ModelQuestion, files: Files): Promise<Read<ModelAdmission> | { problem: string }> {
  const { provider, id, backend, folders } = question;
  const name = modelRecordName(provider, id);
  for (const folder of folders) {
    const read = await readRecord(join(folder, name), ModelAdmission, files);
    if (!read) continue;
    if ('problem' in read) return read;
    const { value } = read;
    if (value.provider !== provider || value.model !== id)
      return { problem: `${name} admits ${value.provider}/${value.model}, and not ${provider}/${id}` };
    if (!value.backends.includes(backend)) return { problem: `${name} holds for ${value.backends.join(', ')} and not for ${backend}` };
    const lapsed = lapse(value, question);
    return lapsed ? { problem: `${name} ${lapsed}` } : read;
  }
  return { problem: `no record admits ${provider}/${id}: ${name} is not there` };
}
