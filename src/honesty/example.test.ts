import { describe, expect, it } from 'vitest';
import { exampleOf, exampleOfPattern } from './example.ts';

describe('an example of a regular expression', () => {
  it.each([
    ['plain', 'plain'],
    ['a\\.b', 'a.b'],
    ['^[0-9a-f]{4}$', '0000'],
    ['(one|two) (?:three)?four', 'one four'],
    ['x+y*z{2,}', 'xzz'],
    ['\\d\\w\\s', '0a '],
    ['[^a-z]', '0'],
    ['timed?.?out', 'timeout'],
    ['(?<name>a)', 'a'],
    ['strings\\.js|other', 'strings.js'],
  ])('%s', (source, example) => {
    expect(exampleOfPattern(source)).toBe(example);
  });

  it.each(['a(?=b)', '(?!x)y', '(a)\\1', '\\p{L}', 'a^b'])('%s has none: it is never guessed', source => {
    expect(exampleOfPattern(source)).toBeUndefined();
  });
});

describe('an example of a matcher', () => {
  it.each<[unknown, unknown]>([
    ['text', 'text'],
    [{ a: [1, { $any: 'boolean' }] }, { a: [1, true] }],
    [{ $gt: 3 }, 4],
    [{ $gte: 3, $lt: 9 }, 3],
    [{ $oneOf: [{ $re: 'x+' }, 2] }, 'x'],
    [{ $contains: [1, 2] }, [1, 2]],
    [{ $not: 'x' }, 'proofgate~honesty'],
    [{ $exact: {} }, {}],
  ])('%j', (matcher, example) => {
    expect(exampleOf(matcher as Parameters<typeof exampleOf>[0])).toEqual(example);
  });

  it('is none where two operators exclude each other', () => {
    expect(exampleOf({ $gt: 3, $lt: 1 })).toBeUndefined();
  });
});
