import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Report } from '../model/report.ts';
import { referencesOf } from '../expect/references.ts';
import { changesOf } from './schema-changes.ts';

const wordsOf = (schema: z.ZodType, document: unknown) => [...changesOf(schema, document)].map(({ what }) => what);

describe('every change of a document', () => {
  it.each<[string, z.ZodType, unknown, readonly string[]]>([
    ['every other word of an enum', z.strictObject({ a: z.enum(['x', 'y', 'z']) }), { a: 'x' }, ['a: "y"', 'a: "z"', 'a: removed']],
    ['null where it may be', z.strictObject({ a: z.string().nullable() }), { a: 'x' }, ['a: "x~"', 'a: ""', 'a: null']],
    ['a value where there is null', z.strictObject({ a: z.int().nullable() }), { a: null }, ['a: 1']],
    ['a number more and less', z.strictObject({ a: z.int() }), { a: 3 }, ['a: 4', 'a: 2']],
    [
      'an hour later and earlier',
      z.strictObject({ a: z.iso.datetime() }),
      { a: '2026-01-01T01:00:00.000Z' },
      ['a: "2026-01-01T02:00:00.000Z"', 'a: "2026-01-01T00:00:00.000Z"'],
    ],
    ['an element more, less, and two exchanged', z.array(z.int()), [1, 2], ['all of it: [1,2,2]', 'all of it: [1]', 'all of it: [2,1]']],
    ['each element', z.array(z.boolean()), [true], ['0: false']],
    ['a key that the schema has and the document has not', z.strictObject({ a: z.boolean().optional() }), {}, ['a: true']],
    ['a key that nobody knows', z.strictObject({}), {}, ['proofgate~honesty: true']],
    ['data of any kind', z.record(z.string(), z.unknown()), { a: { b: [1] } }, ['a.b.0: 2', 'a.b: removed', 'a: removed']],
  ])('%s', (_title, schema, document, changes) => {
    expect(wordsOf(schema, document)).toEqual(expect.arrayContaining([...changes]));
  });

  it('each is another document', () => {
    const document = referencesOf({ backend: 'fake', stage: 2, task: 't' })[0]!.evidence.report;
    for (const { to } of changesOf(Report, document)) expect(to).not.toEqual(document);
  });

  it('a field that somebody adds to the report is changed without a word about it here', () => {
    const report = referencesOf({ backend: 'fake', stage: 2, task: 't' })[0]!.evidence.report;
    const Next = Report.extend({ weather: z.enum(['fine', 'foul']) });
    expect(wordsOf(Next, { ...report, weather: 'fine' })).toEqual(expect.arrayContaining(['weather: "foul"', 'weather: removed']));
    for (const key of Object.keys(Report.shape)) expect(wordsOf(Report, report).some(what => what.startsWith(key))).toBe(true);
  });
});
