import { sha256 } from './model/digest.ts';
import { basename, join } from 'node:path';
import { binaryRecordName } from './admission/index.ts';
import { BinaryAdmission } from './model/admission.ts';

/** Where the records of the stand-ins are, and only they: an executable that is no part of this repository has its record elsewhere. */
export const STAND_IN_RECORDS = 'admissions/binaries';

/**
 * The admissions of the stand-ins for WorkOS Case, by path in the repository. They are made where the programs are made, because a record
 * admits exactly one digest. Not part of the package.
 * @param programs text by path, see gen-ca.ts
 */
export const caAdmissions = (programs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(programs).map(([path, text]) => {
      const record = admissionOf(basename(path), text);
      return [join(STAND_IN_RECORDS, binaryRecordName(record)), `${JSON.stringify(record, null, 2)}\n`];
    }),
  );

const admissionOf = (name: string, text: string): BinaryAdmission =>
  BinaryAdmission.parse({
    schema: 'proofgate/binary-admission/1',
    backend: 'case',
    name,
    version: null,
    sha256: sha256(text),
    bytes: Buffer.byteLength(text),
    source: { url: 'fixtures/ca/src of this repository', commit: 'the commit that holds this record' },
    built_by: 'npm run gen, of fixtures/ca/src',
    admitted_by: 'proofgate',
    admitted_at: '2026-06-01T00:00:00Z',
    expires_at: '2027-06-30T00:00:00Z',
    stages: [1, 2, 3, 4, 5],
    core_promotion_status: 'not-promoted',
    notice: 'A stand-in for WorkOS Case in tests without a network. What it does says nothing about Case, and promotes nothing.',
  });
