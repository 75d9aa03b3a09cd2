import { sha256 } from '../model/digest.ts';
import { asCase } from './gate-faults-evidence.ts';
import type { GateFault, Loose } from './gate-fault.ts';

/** Everything that may let a run in, by the folder of its record. */
const kinds = {
  models: 'the admission of a model',
  binaries: 'the admission of an executable',
  sources: 'the admission of a source',
  owned: 'the word of an owner',
  comparisons: 'the comparison',
} as const;

/** What is done to a record, and the one reason that it gives. */
const spoilt: readonly { how: string; codes: GateFault['codes']; spoil(record: Loose): void }[] = [
  { how: 'edited', codes: ['admission_changed'], spoil: record => void (record.now.sha256 = sha256('edited')) },
  {
    how: 'expired, or gone',
    codes: ['admission_lapsed'],
    spoil: record => void Object.assign(record, { now: null, problem: 'it expired' }),
  },
  { how: 'of last year', codes: ['admission_stale'], spoil: record => void (record.now.admitted_at = '2025-01-01T00:00:00Z') },
];

/** What is done to the records by which a run was let in, as the protected base has them. */
export const recordsFaults: readonly GateFault[] = Object.entries(kinds).flatMap(([kind, what]) =>
  spoilt.map(({ how, codes, spoil }) => ({
    what: `${what} ${how}`,
    exit: 3 as const,
    codes,
    input: asCase(bundle => {
      const record: Loose = { ...bundle.records[0], now: { ...bundle.records[0].now }, file: `admissions/${kind}/x.json` };
      bundle.records.push(record);
      spoil(record);
    }),
  })),
);
