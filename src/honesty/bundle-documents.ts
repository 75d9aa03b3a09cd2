import { serialize } from '../evidence/seal.ts';
import { Contract } from '../model/contract.ts';
import type { Schema } from '../model/shape.ts';
import { TestReport } from '../model/verification.ts';
import { z } from 'zod';
import { CONTRACT, EVENTS, TRACE, type BundleMutant, type Family } from './bundle-mutant.ts';
import type { Loose } from '../testing/forger.ts';
import { changesOf } from './schema-changes.ts';
import type { Specimen } from './specimen.ts';

/** Every field of what the verdict rests on, said otherwise, and the whole bundle sealed again. */
export const documentFamily: Family = function* (specimen) {
  yield* documentFields('contract field, sealed again', CONTRACT, Contract, specimen);
  yield* documentFields('test report field, sealed again', 'test-report.json', TestReport, specimen);
  const any = z.record(z.string(), z.unknown());
  yield* documentFields('eligibility field, sealed again', 'eligibility.json', any, specimen);
  const inspection = [...specimen.files.keys()].find(path => /^stage\d-no-target-inspection\.json$/.test(path));
  if (inspection) yield* documentFields('inspection field, sealed again', inspection, any, specimen);
};

function* documentFields(kind: string, path: string, schema: Schema, { files }: Specimen): Generator<BundleMutant> {
  const bytes = files.get(path);
  if (!bytes) return;
  for (const { to, what } of changesOf(schema, JSON.parse(Buffer.from(bytes).toString('utf8'))))
    yield {
      kind,
      what: `${path}: ${what}`,
      names: [path],
      async change(room) {
        await room.write(path, serialize(to));
        await room.reseal();
      },
    };
}

/** Lines of the logs that the verdict rests on, deleted, doubled and exchanged, the chain and the bundle made right again. */
export const logFamily: Family = function* ({ files }) {
  for (const path of [EVENTS, TRACE, 'backend/events.jsonl']) {
    const count =
      Buffer.from(files.get(path) ?? [])
        .toString('utf8')
        .split('\n').length - 1;
    const edit = (kind: string, at: number, change: (lines: Loose[]) => Loose[]): BundleMutant => ({
      kind: `${kind}, sealed again`,
      what: `${path}: line ${at + 1}`,
      names: [],
      // where the log says more or less than the backend did, it is the backend's own record that is named
      oneOf: path === EVENTS ? [EVENTS, 'backend/events.jsonl'] : path === TRACE ? [TRACE, EVENTS] : [path],
      async change(room) {
        if (path === EVENTS) await room.events(change);
        else await room.lines(path, change);
        await room.reseal();
      },
    });
    for (let at = 0; at < count; at++) {
      yield edit('line deleted', at, lines => lines.toSpliced(at, 1));
      yield edit('line doubled', at, lines => lines.toSpliced(at, 0, lines[at]));
      if (at + 1 < count) yield edit('lines exchanged', at, lines => lines.with(at, lines[at + 1]).with(at + 1, lines[at]));
    }
  }
};
