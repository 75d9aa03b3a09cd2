import { join } from 'node:path';
import { admissionFolders, admitBinary, admitModel, admitOwned, admitSource, readRecord } from '../admission/index.ts';
import type { AdmissionFacts, RecordRef } from '../model/admission.ts';
import { Comparison, COMPARISON_MS, comparisonLapse } from '../model/comparison.ts';
import type { Contract } from '../model/contract.ts';
import type { Ports } from '../ports.ts';
import type { RecordEvidence } from './input.ts';

/** What a record of the protected base says now; or why none holds. */
type Found = { problem: string } | { value: { from: string; expires_at: string }; ref: { sha256: string } };

/** What the protected base says, now, of the records that let a run in: those of its executable, its model, its source and its comparison. */
export async function recordsOf(
  { backend: { id }, stage, model, task }: Contract,
  { binary, model: ofModel, source, comparison }: AdmissionFacts,
  base: string,
  { files, clock }: Pick<Ports, 'files' | 'clock'>,
): Promise<RecordEvidence[]> {
  const folders = admissionFolders(base, undefined);
  const now = clock.now();
  const question = { backend: id, stage, now };
  const records: RecordEvidence[] = [];
  const add = async (kind: string, ref: RecordRef | null, find: () => Promise<Found>) => {
    if (ref) records.push(recordOf(`admissions/${kind}/${ref.file}`, ref.sha256, await find()));
  };
  const { executable } = binary;
  if (executable)
    await add('binaries', binary.record, async () =>
      admitted(await admitBinary({ ...question, sha256: executable, folders: folders.binaries }, files)),
    );
  if (model)
    await add('models', ofModel.record, async () =>
      admitted(await admitModel({ ...question, provider: model.provider, id: model.id, folders: folders.models }, files)),
    );
  const asked = task.source;
  if (asked && 'owned' in asked)
    await add('owned', source.record, async () =>
      admitted(await admitOwned({ id: asked.owned, stage, now, folders: folders.owned }, files)),
    );
  else if (asked)
    await add('sources', source.record, async () =>
      admitted(await admitSource({ id: asked.admission, stage, now, folders: folders.sources }, files)),
    );
  await add('comparisons', comparison, () => compared(id, now, folders.comparisons, files));
  return records;
}

type Admitted = { problem: string } | { value: { admitted_at: string; expires_at: string }; ref: { sha256: string } };

const admitted = (found: Admitted): Found =>
  'problem' in found ? found : { ref: found.ref, value: { from: found.value.admitted_at, expires_at: found.value.expires_at } };

/** The comparison that stage 6 starts from, as preflight asks for it. */
async function compared(backend: string, now: number, folders: readonly string[], files: Ports['files']): Promise<Found> {
  const name = `${backend}.json`;
  for (const folder of folders) {
    const read = await readRecord(join(folder, name), Comparison, files);
    if (!read) continue;
    if ('problem' in read) return read;
    const lapsed = comparisonLapse(read.value, backend, now);
    if (lapsed !== undefined) return { problem: `the comparison ${name} ${lapsed}` };
    const { compared_at: from, expires_at } = read.value;
    // a day that somebody wrote into it makes nothing fresher
    const end = Math.min(Date.parse(expires_at), Date.parse(from) + COMPARISON_MS);
    if (end <= now) return { problem: `the comparison ${name} is of ${from}, and fresh for a week` };
    return { ref: read.ref, value: { from, expires_at: new Date(end).toISOString() } };
  }
  return { problem: `no comparison of ${backend} is there: ${name}` };
}

const recordOf = (file: string, sha256: string, found: Found): RecordEvidence =>
  'problem' in found
    ? { file, sha256, now: null, problem: found.problem }
    : {
        file,
        sha256,
        now: { sha256: found.ref.sha256, admitted_at: found.value.from, expires_at: found.value.expires_at },
        problem: null,
      };
