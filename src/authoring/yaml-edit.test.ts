import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json, Path } from '../model/json.ts';
import { editYaml } from './yaml-edit.ts';

const edit = (text: string, path: Path, to: Json) => {
  const { text: after, refused } = editYaml(text, [{ path, to }]);
  return refused[0] ? `refused: ${refused[0].why}` : after;
};

/** Everything around a value that must stay: comments, odd spaces, quotes, a matcher, blank lines. */
const file = `# top
a:   fail   # why
b: {x: 'one', "y": [1,  2], z: {$gte: 0}}   # flow

list:
  - p
  - "q"   # said of q

# next
m: { n: "t" }
`;

describe('a value takes the place of another one, and nothing else changes', () => {
  it.each<[string, Path, Json, string, string]>([
    ['text for text', ['a'], 'pass', 'a:   fail ', 'a:   pass '],
    ['in a flow map, in its quotes', ['b', 'x'], 'two', "'one'", "'two'"],
    ['a quote in single quotes', ['b', 'x'], "it's", "'one'", "'it''s'"],
    ['a number in a flow list', ['b', 'y', 1], 30, '[1,  2]', '[1,  30]'],
    ['a number for text', ['m', 'n'], 5, '"t"', '5'],
    ['text that looks like a number', ['a'], '5', 'a:   fail ', 'a:   "5" '],
    ['text that looks like a boolean', ['list', 0], 'true', '- p', '- "true"'],
    ['text that ends a flow list', ['b', 'y', 0], 'a, b]', '[1,  2]', '["a, b]",  2]'],
    ['text that begins a comment', ['a'], 'x # y', 'a:   fail ', 'a:   "x # y" '],
    ['a line break, on one line', ['a'], 'one\ntwo', 'a:   fail ', 'a:   "one\\ntwo" '],
    ['a control character, as an escape', ['a'], 'x\u0007', 'a:   fail ', 'a:   "x\\a" '],
    ['letters that are not ASCII', ['a'], 'größer', 'a:   fail ', 'a:   größer '],
    ['null', ['a'], null, 'a:   fail ', 'a:   null '],
    ['an empty text', ['a'], '', 'a:   fail ', 'a:   "" '],
  ])('%s', (_title, path, to, before, after) => {
    expect(edit(file, path, to)).toBe(file.replace(before, after));
  });

  it('text of several lines in a block stays in a block', () => {
    expect(edit('t: |\n  one\n  two\nu: 1 # x\n', ['t'], 'three\nfour\n')).toBe('t: |\n  three\n  four\nu: 1 # x\n');
  });

  it('also where lines end in CR LF', () => {
    expect(edit('a: 1 # x\r\nb: 2\r\n', ['a'], 3)).toBe('a: 3 # x\r\nb: 2\r\n');
  });

  it('several edits of one file', () => {
    expect(
      editYaml(file, [
        { path: ['a'], to: 'pass' },
        { path: ['m', 'n'], to: 'u' },
      ]).text,
    ).toBe(file.replace('a:   fail ', 'a:   pass ').replace('"t"', '"u"'));
  });
});

describe('a list of values takes the place of another one, element by element', () => {
  const block = 'k: 1\nl:\n  - a\n  - b\n\n# next\nm: 2\n';
  it.each<[string, string, Json[], string]>([
    ['one at the end', block, ['a', 'b', 'c'], 'k: 1\nl:\n  - a\n  - b\n  - c\n\n# next\nm: 2\n'],
    ['one at the start', block, ['z', 'a', 'b'], 'k: 1\nl:\n  - z\n  - a\n  - b\n\n# next\nm: 2\n'],
    ['one in between', block, ['a', 'x', 'b'], 'k: 1\nl:\n  - a\n  - x\n  - b\n\n# next\nm: 2\n'],
    ['the last gone', block, ['a'], 'k: 1\nl:\n  - a\n\n# next\nm: 2\n'],
    ['the first gone', block, ['b'], 'k: 1\nl:\n  - b\n\n# next\nm: 2\n'],
    ['all other', block, ['x', 'y', 'z'], 'k: 1\nl:\n  - x\n  - y\n  - z\n\n# next\nm: 2\n'],
    ['all gone', block, [], 'k: 1\nl: []\n\n# next\nm: 2\n'],
    ['in brackets, one more', 'l: [a, "b"]  # c\n', ['a', 'b', 'c d'], 'l: [a, "b", "c d"]  # c\n'],
    ['in brackets, one less', 'l: [a, "b"]  # c\n', ['b'], 'l: ["b"]  # c\n'],
    ['in brackets, all gone', 'l: [a, "b"]  # c\n', [], 'l: []  # c\n'],
    ['in brackets, from nothing', 'l: []  # c\n', ['a', 'b'], 'l: [a, b]  # c\n'],
    ['in brackets over several lines', 'l: [\n  a,\n  b,\n]\n', ['a', 'b', 'c'], 'l: [\n  a,\n  b,\n  c,\n]\n'],
    ['at the end of a file without a newline', 'l:\n  - a', ['a', 'b'], 'l:\n  - a\n  - b'],
    ['where lines end in CR LF', 'l:\r\n  - a\r\n  - c\r\n', ['a', 'b', 'c'], 'l:\r\n  - a\r\n  - b\r\n  - c\r\n'],
    ['as deep as its key', 'l:\n- a\n- b\n', ['a', 'b', 'c'], 'l:\n- a\n- b\n- c\n'],
    ['that is not longer, with its comments', 'l:\n  - a # x\n  - b\n', ['z', 'b'], 'l:\n  - z # x\n  - b\n'],
  ])('%s', (_title, before, to, after) => {
    expect(edit(before, ['l'], to)).toBe(after);
  });
});

describe('what would lose something is refused', () => {
  it.each<[string, string, Path, Json, string]>([
    ['a comment at an element that goes', 'l:\n  - a # x\n  - b\n', ['l'], ['b'], 'a comment stands in the list'],
    ['a comment between elements', 'l:\n  - a\n  # x\n  - b\n', ['l'], ['a'], 'a comment stands in the list'],
    ['a comment in brackets', 'l: [a, # x\n  b]\n', ['l'], ['a'], 'a comment stands in the list'],
    ['a list with a map in it', 'l: [a, {b: 1}]\n', ['l'], ['a'], 'not every element is a plain value'],
    ['a map for a value', 'a: 1\n', ['a'], { b: 1 }, 'no plain value can take its place'],
    ['a value for a map', 'a: {b: 1}\n', ['a'], 1, 'it is neither a plain value nor a list of them'],
    ['a key that stands twice', 'a: 1\na: 2\n', ['a'], 3, 'it could not be written here'],
    ['a value that is not there', 'a: 1\n', ['b'], 1, 'it is neither a plain value nor a list of them'],
  ])('%s', (_title, text, path, to, why) => {
    expect(edit(text, path, to)).toBe(`refused: ${why}`);
  });
});

it('whatever text takes the place of another, a reader finds it again and everything else', () => {
  const texts = [
    '',
    ' ',
    'a: b',
    '- x',
    '#',
    "'",
    '"',
    '{',
    '}',
    '[',
    ',',
    '&a',
    '*a',
    '!t',
    '%',
    '@',
    '`',
    '|',
    '>',
    '?',
    '~',
    'null',
    '1e3',
    '0x1',
    '-',
    '\\',
    '\t',
    '\r',
    'a\u2028b',
    '\u{1f600}',
    '= x',
    'x:',
    '<<',
    '...',
    '---',
  ];
  const places: Path[] = [['a'], ['b', 'x'], ['b', 'y', 0], ['list', 1], ['m', 'n']];
  for (const text of texts) {
    for (const path of places) {
      const after = edit(file, path, text);
      const value = parse(after) as object;
      expect(
        path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], value),
        `${JSON.stringify(text)} at ${path.join('.')}: ${after}`,
      ).toBe(text);
      for (const comment of ['# top\n', '   # said of q\n', '\n# next\n']) expect(after).toContain(comment);
    }
  }
});
