import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Report } from '../model/report.ts';
import { AnyMatcher, matcherFor } from './matcher.ts';

const accepts = (schema: z.ZodType, ...values: unknown[]) => values.filter(value => !schema.safeParse(value).success);
const rejects = (schema: z.ZodType, ...values: unknown[]) => values.filter(value => schema.safeParse(value).success);

describe('a matcher for anything', () => {
  it('takes data and operators', () => {
    expect(
      accepts(AnyMatcher, 1, 'x', null, [], [{ a: [1] }], { a: { $any: 'string' } }, { $not: null }, { $exact: {} }, { $exact: { $a: 1 } }),
    ).toEqual([]);
  });

  it.each([
    ['an empty map', {}],
    ['an empty map further in', { a: [{}] }],
    ['an unknown operator', { $exists: true }],
    ['an operator beside a key', { $any: 'string', a: 1 }],
    ['a choice of nothing', { $oneOf: [] }],
    ['a list that has to contain nothing', { $contains: [] }],
    ['an absence that is none', { $absent: false }],
    ['an unknown type', { $any: 'text' }],
    ['a pattern that is none', { $re: '(' }],
    ['a pattern that matches everything', { $re: '' }],
    ['a pattern between slashes', { $re: '/a/' }],
    ['a bound that is text', { $gte: '1' }],
    ['a negation of nothing', { $not: {} }],
  ])('refuses %s', (_title, value) => {
    expect(rejects(AnyMatcher, value, { x: value }, [value], { $not: value })).toEqual([]);
  });
});

describe('a matcher for values of a schema', () => {
  const Shape = z.strictObject({
    word: z.enum(['a', 'b']),
    maybe: z.string().nullable(),
    count: z.int().optional(),
    list: z.array(z.strictObject({ id: z.string() })),
    map: z.record(z.string(), z.number()),
    yes: z.boolean(),
    rung: z.union([z.literal(1), z.literal(2)]),
  });
  const matcher = matcherFor(Shape);

  it('takes a part of it, at every depth, and operators of the kind', () => {
    // oxfmt-ignore
    const written = [
      { word: 'a' }, { word: { $oneOf: ['a', 'b'] } }, { word: { $re: '^a' } }, { maybe: null }, { maybe: { $any: 'string' } },
      { count: { $gte: 1, $lt: 3 } }, { count: { $absent: true } }, { list: [] }, { list: [{ id: 'x' }] }, { list: { $contains: [{ id: { $re: 'x' } }] } },
      { map: { any: 1 } }, { map: { $exact: {} } }, { yes: true }, { rung: 2 }, { rung: { $gte: 1 } }, { $not: { word: 'a' } },
    ];
    expect(accepts(matcher, ...written)).toEqual([]);
  });

  it.each([
    ['an unknown key', { wrod: 'a' }],
    ['an unknown key in a list', { list: [{ idd: 'x' }] }],
    ['an unknown key below an operator', { list: { $contains: [{ idd: 'x' }] } }],
    ['an unknown key below a negation', { $not: { wrod: 'a' } }],
    ['an unknown key that should be absent', { wrod: { $absent: true } }],
    ['a word that it does not know', { word: 'c' }],
    ['such a word below a negation', { word: { $not: 'c' } }],
    ['a literal of another type', { yes: 'true' }],
    ['null where nothing is null', { word: null }],
    ['a rung that does not exist', { rung: 3 }],
    ['an operator of another kind', { yes: { $gte: 1 } }],
    ['an empty map', { map: {} }],
    ['an empty element', { list: [{}] }],
    ['nothing', {}],
  ])('refuses %s', (_title, value) => {
    expect(rejects(matcher, value)).toEqual([]);
  });

  it('knows the whole report', () => {
    const report = matcherFor(Report);
    expect(
      accepts(report, { blockers: [{ code: 'no_diff' }] }, { verification: { counts: { failed: 1 } } }, { case_process_started: false }),
    ).toEqual([]);
    expect(
      rejects(report, { blockers: [{ codes: 'no_diff' }] }, { blockers: [{ code: 'no_dif' }] }, { verification: { count: {} } }),
    ).toEqual([]);
  });
});
