import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { MAX_YAML_BYTES, parseYaml } from './yaml.ts';

const read = (text: string) => parseYaml(text, 'a.yaml').value;

/** `line:col message` of every problem. */
function problems(text: string): string[] {
  try {
    parseYaml(text, 'a.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ at, message }) => `${at?.replace('a.yaml:', '')} ${message}`);
  }
}

describe('a plain file is read', () => {
  it.each([
    ['a: 1\nb: [x, {c: true}]', { a: 1, b: ['x', { c: true }] }],
    ['---\na: null\nb: ~', { a: null, b: null }],
    ['a: no\nb: on\nc: "yes"', { a: 'no', b: 'on', c: 'yes' }],
    ['a: 1.50\nb: 1e3\nc: -2\nd: 0.1\ne: 0\nf: "007"', { a: 1.5, b: 1000, c: -2, d: 0.1, e: 0, f: '007' }],
    ['a: |\n  all:\n  \techo & * ! # x\n', { a: 'all:\n\techo & * ! # x\n' }],
    ['a: "\\t\\u0000"\n# a\ttab', { a: '\t\0' }],
    ['a: x & y * z\nb: ["&", "*", "!"]', { a: 'x & y * z', b: ['&', '*', '!'] }],
    ['a: []\nb: {}\nc: ""', { a: [], b: {}, c: '' }],
  ])('%j', (text, value) => {
    expect(read(text)).toEqual(value);
  });
});

describe('what another reader could take otherwise is refused, at its place', () => {
  it.each([
    ['a: &x 1', '1:4 an anchor is refused'],
    ['a: 1\nb: *x', '2:4 an alias is refused'],
    ['a: 1\nb: [!!str 2]', '2:5 a tag is refused'],
    ['%YAML 1.1\n---\na: no', '1:1 a directive is refused'],
    ['a: 1\n---\nb: 2', '2:1 a second document is refused'],
    ['a: 1\n<<: {b: 2}', '2:1 a merge key is refused'],
    ['\ta: 1', '1:1 a tab is refused'],
    ['a:\t1', '1:3 a tab is refused'],
    ['a: 1\n__proto__: {x: 1}', '2:1 the key "__proto__" is refused'],
    ['stаtus: fail', '1:1 the key "stаtus" is not printable ASCII'],
    ['"a\\nb": 1', '1:1 the key "a\\nb" is not printable ASCII'],
    ['"": 1', '1:1 an empty key is refused'],
    ['1: x', '1:1 a key must be text'],
    ['? [a]\n: x', '1:3 a key must be text'],
    ['a: 1\nb: 2\na: 3', '3:1 the key "a" stands twice, first on line 1'],
    ['a: {b: 1, b: 2}', '1:11 the key "b" stands twice, first on line 1'],
    ['a: 1e400', '1:4 1e400 is not a finite number'],
    ['a: .inf', '1:4 .inf is not a finite number'],
    ['a: .nan', '1:4 .nan is not a finite number'],
    ['a: 9007199254740993', '1:4 9007199254740993 would be read as 9007199254740992'],
    ['a: 0.1000000000000000055511151231257827', '1:4 0.1000000000000000055511151231257827 would be read as 0.1'],
    ['a: 1e-400', '1:4 1e-400 would be read as 0'],
    ['a: -0', '1:4 -0 would be read as 0'],
    ['a: 007', '1:4 007 has a leading zero'],
    ['a: -01.5', '1:4 -01.5 has a leading zero'],
    ['a: 0x1f', '1:4 0x1f is not a decimal number'],
    ['a: 0o17', '1:4 0o17 is not a decimal number'],
    ['a: 1\nb:\n', '2:1 nothing stands here'],
    ['a: {b}', '1:5 nothing stands here'],
    ['a: [{b: }]', '1:6 nothing stands here'],
    ['a:\n  -\n  - x', '2:3 nothing stands here'],
    ['a: x\0y', '1:5 control character U+0000'],
    ['', '1:1 the file is empty'],
    ['# only a remark', '1:1 the file is empty'],
  ])('%j', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it('and so is what does not parse', () => {
    expect(problems('a: "x\nb: 1')).toHaveLength(1);
    expect(problems('a: [1\nb: 2')[0]).toMatch(/^2:1 the list that begins with \[ is not closed/);
  });

  it('with every problem of the file at once, in order', () => {
    expect(problems('a: 007\nb: &x 1\nc:')).toEqual(['1:4 007 has a leading zero', '2:4 an anchor is refused', '3:1 nothing stands here']);
  });

  it('with the lines before it and a caret', () => {
    expect(() => parseYaml('a: 1\nb: 2\nc: 3\nd: &x 4', 'dir/a.yaml')).toThrow(
      ['dir/a.yaml:4:4: an anchor is refused', '  2 | b: 2', '  3 | c: 3', '  4 | d: &x 4', '    |    ^', '  hint: write the value'].join(
        '\n',
      ),
    );
  });
});

describe('a hostile file is answered', () => {
  it.each([
    ['above the limit of size', 'x'.repeat(MAX_YAML_BYTES + 1), /limit is 1048576/],
    ['nested without end', '[\n'.repeat(50_000), /nested too deeply/],
    ['with a thousand mistakes', 'a: &x 1\n'.repeat(1000), /anchor/],
  ])('%s', (_title, text, message) => {
    const found = problems(text);
    expect(found[0]).toMatch(message);
    expect(found.length).toBeLessThanOrEqual(20);
  });

  it('with many keys in time that grows with its size', () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    const start = performance.now();
    expect(problems(keys)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(15_000);
  }, 30_000);
});

describe('every value has a place', () => {
  const yaml = parseYaml('a: 1\nb:\n  c: [1, {d: 2}]\n', 'a.yaml');

  it.each([
    [['b', 'c', 1, 'd'], 'value', '3:14'],
    [['b', 'c', 1, 'd'], 'key', '3:11'],
    [['b', 'c', 0], 'key', '3:7'],
    [['b', 'x', 'y'], 'value', '3:3'],
    [['a', 'x'], 'value', '1:4'],
    [[], 'value', '1:1'],
  ] as const)('%j, its %s', (path, part, place) => {
    expect(yaml.problem(path, 'm', 'h', part).at).toBe(`a.yaml:${place}`);
  });
});
