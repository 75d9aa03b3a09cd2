import { describe, expect, it } from 'vitest';
import { match, matches } from './match.ts';
import type { Matcher } from './matcher.ts';

describe('the matching table', () => {
  it.each<[written: Matcher, holds: unknown[], doesNot: unknown[]]>([
    [{ a: 1 }, [{ a: 1 }, { a: 1, b: 2 }], [{ a: 2 }, {}, [], null, undefined, 1]],
    [{ a: { b: 1 } }, [{ a: { b: 1, c: 2 }, d: 3 }], [{ a: { c: 1 } }, { a: 1 }, { b: 1 }]],
    [[1, { a: 1 }], [[1, { a: 1, b: 2 }]], [[1], [{ a: 1 }, 1], [1, { a: 1 }, 2], { 0: 1, 1: { a: 1 } }, undefined]],
    [[], [[]], [[0], {}, '', null, undefined]],
    [null, [null], [undefined, 0, '', false, {}]],
    ['fail', ['fail'], ['Fail', 'failed', ['fail'], undefined]],
    ['/fail/', ['/fail/'], ['fail']],
    [1, [1], ['1', 1.5, true, [1]]],
    [0, [0], [false, null, '', undefined]],
    [true, [true], ['true', 1]],
    [{ $absent: true }, [undefined], [null, 0, '']],
    [{ a: { $absent: true } }, [{}, { b: 1 }], [{ a: null }, { a: 1 }, undefined]],
    [{ $re: 'b.d' }, ['abcde'], ['bd', 5, null, ['bcd'], undefined]],
    [{ $exact: { a: [1, { b: null }] } }, [{ a: [1, { b: null }] }], [{ a: [1, { b: null }], c: 1 }, { a: [1, {}] }]],
    [{ $exact: {} }, [{}], [{ a: 1 }, [], null]],
    [{ $contains: [1, { a: 1 }] }, [[{ a: 1, b: 2 }, 3, 1]], [[1], [{ a: 1 }], [1, { a: 2 }], 1, { 0: 1 }]],
    [{ $contains: [1, 1] }, [[1, 2, 1]], [[1], [1, 2]]],
    [{ $contains: [{ a: 1 }, { a: 1, b: 2 }] }, [[{ a: 1, b: 2 }, { a: 1 }]], [[{ a: 1, b: 2 }]]],
    [
      { $unordered: [1, 2] },
      [
        [1, 2],
        [2, 1],
      ],
      [[1], [1, 2, 2], [1, 1], 12],
    ],
    [
      { $unordered: [{ $any: 'number' }, 1] },
      [
        [1, 2],
        [2, 1],
        [1, 1],
      ],
      [
        [2, 3],
        ['1', 1, 2],
      ],
    ],
    [{ $any: 'string' }, ['', 'x'], [1, null, undefined, []]],
    [{ $any: 'array' }, [[], [1]], [{}, 'x']],
    [{ $any: 'object' }, [{}, { a: 1 }], [[], null]],
    [{ $any: 'null' }, [null], [undefined, {}]],
    [{ $gte: 1, $lt: 9 }, [1, 8.9], [0, 9, '5', null, undefined]],
    [{ $gt: 1, $lte: 9 }, [1.1, 9], [1, 9.1]],
    [{ $not: { a: 1 } }, [{ a: 2 }, {}, 1, undefined], [{ a: 1 }, { a: 1, b: 2 }]],
    [{ $oneOf: ['a', null] }, ['a', null], ['b', undefined, ['a']]],
  ])('%j', (written, holds, doesNot) => {
    expect(holds.filter(actual => !matches(written, actual))).toEqual([]);
    expect(doesNot.filter(actual => matches(written, actual))).toEqual([]);
  });

  it('keys of a prototype are not there', () => {
    expect(matches({ toString: { $any: 'object' } }, {})).toBe(false);
    expect(matches({ constructor: { $absent: true } }, {})).toBe(true);
  });

  it('an operator that slipped by the schema never holds', () => {
    expect(matches({ $exists: true }, 1)).toBe(false);
  });
});

describe('text that may be a pattern', () => {
  it.each([
    ['/b+/', 'abbc', true],
    ['/B+/i', 'abbc', true],
    ['/^c/m', 'a\nc', true],
    ['/^c/', 'a\nc', false],
    ['/b+', 'abbc', false],
    ['abbc', 'abbc', true],
  ])('%s over %j: %s', (written, actual, holds) => {
    expect(matches([written], [actual], 'pattern')).toBe(holds);
    expect(matches({ $contains: [written] }, ['x', actual], 'pattern')).toBe(holds);
  });
});

describe('a mismatch', () => {
  it('stands at the deepest place that differs, once for every difference', () => {
    const found = match({ a: { b: 1, c: [1, 2] }, d: null }, { a: { b: 2, c: [1, 3] }, d: 0 }, ['expect', 'report']);
    expect(found.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      'expect.report.a.b: expected 1, got 2',
      'expect.report.a.c.1: expected 2, got 3',
      'expect.report.d: expected null, got 0',
    ]);
  });

  it.each<[Matcher, unknown, string]>([
    [1, undefined, 'expected 1, got nothing there'],
    [[1, 2], [1], 'expected [1,2] (2 elements), got [1]'],
    [{ a: 1 }, [1], 'expected a map, got [1]'],
    [{ $gte: 3 }, 2, 'expected at least 3, got 2'],
    [{ $not: 2 }, 2, 'expected anything but 2, got 2'],
    [{ $re: 'x' }, 'y', 'expected a match of /x/, got "y"'],
    [{ $absent: true }, null, 'expected no such key, got null'],
  ])('%j over %j says so', (written, actual, message) => {
    expect(match(written, actual, ['x'])[0]?.message).toBe(message);
  });
});
