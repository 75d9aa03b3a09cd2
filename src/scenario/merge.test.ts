import { describe, expect, it } from 'vitest';
import { merge } from './merge.ts';

describe('laid over each other', () => {
  it.each([
    ['maps merge at every depth', { a: { b: 1, c: { d: 2 } } }, { a: { c: { e: 3 } } }, { a: { b: 1, c: { d: 2, e: 3 } } }],
    ['lists replace', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['an empty list replaces', { a: [1] }, { a: [] }, { a: [] }],
    ['scalars replace', { a: 1, b: 2 }, { a: 'x' }, { a: 'x', b: 2 }],
    ['a map replaces a scalar', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
    ['a scalar replaces a map', { a: { b: 2 } }, { a: 1 }, { a: 1 }],
    ['null removes', { a: { b: 1, c: 2 }, d: 3 }, { a: { b: null }, d: null }, { a: { c: 2 } }],
    ['null removes what is not there', {}, { a: null, b: { c: null } }, { b: {} }],
    ['false and 0 are values', { a: true, b: 1 }, { a: false, b: 0 }, { a: false, b: 0 }],
    ['nothing changes nothing', { a: 1 }, undefined, { a: 1 }],
  ])('%s', (_title, base, over, merged) => {
    const before = structuredClone(base);
    expect(merge(base, over)).toEqual(merged);
    expect(base).toEqual(before);
  });

  it('null stays where it is a value', () => {
    expect(merge({ a: 1, b: 1 }, { a: null, b: null }, ([key]) => key === 'a')).toEqual({ a: null });
  });
});
