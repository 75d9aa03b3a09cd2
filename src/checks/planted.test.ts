import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bindingsOf } from './bindings.ts';
import { isCalled, plantedNames } from './planted-names.ts';
import { isTestFile, plant } from './planted.ts';

const names = () => {
  let n = 0;
  return () => `keeps amber birch${n++ || ''}`;
};
const added = (path: string, text: string) => plant(path, text, names())?.text.slice(text.length);

describe('what a file calls the exports of a module', () => {
  it.each<[string, Partial<{ whole: string[]; namespaces: string[]; named: Record<string, string> }>]>([
    [`import assert from 'node:assert';`, { whole: ['assert'] }],
    [`import assert, { equal, ok as fine } from "assert";`, { whole: ['assert'], named: { equal: 'equal', ok: 'fine' } }],
    [`import * as a from 'node:assert'`, { namespaces: ['a'] }],
    [`import { strict as assert } from 'node:assert';`, { whole: ['assert'] }],
    [`import { default as assert } from 'node:assert';`, { whole: ['assert'] }],
    [`import {\n  equal,\n  throws,\n} from 'node:assert';`, { named: { equal: 'equal', throws: 'throws' } }],
    [`const assert = require('node:assert').strict;`, { whole: ['assert'] }],
    [`const { equal, ok: fine } = require('assert');`, { named: { equal: 'equal', ok: 'fine' } }],
    [`const same = require('assert').equal`, { named: { equal: 'same' } }],
    [`import x from 'node:assert-plus'; import y from './assert'; import 'assert';`, {}],
    [`import { type AssertPredicate, ok } from 'assert'`, { named: { ok: 'ok' } }],
    [`import { 'no name' as x, ok } from 'assert'`, { named: { ok: 'ok' } }],
  ])('%s', (text, { whole = [], namespaces = [], named = {} }) => {
    expect(bindingsOf(text, ['assert'])).toEqual({ whole, namespaces, named: new Map(Object.entries(named)) });
  });
});

describe('planted tests fail by the functions that the file itself compares with', () => {
  it.each([
    [
      'names of its own',
      `import { test } from 'node:test';\nimport { equal as same } from 'node:assert/strict';\ntest('a', () => same(1, 1));`,
      `\n\ntest('keeps amber birch', () => {\n  same('amber', 'birch');\n});\n`,
    ],
    [
      'CommonJS',
      `const { it } = require('node:test'); const assert = require('node:assert'); it('a', () => { assert.ok(1); });`,
      `\n\nit('keeps amber birch', () => {\n  assert.ok('amber'.includes('birch'));\n});\n`,
    ],
    [
      'a module called as a function',
      `import t2 from 'node:test'; import assert from 'node:assert'; t2('a', () => assert(1));`,
      `\n\nt2('keeps amber birch', () => {\n  assert('amber'.includes('birch'));\n});\n`,
    ],
    [
      'the strict half',
      `import test from 'node:test'; import * as a from 'node:assert'; test('a', () => a.strict.equal(1, 1))`,
      `\n\ntest('keeps amber birch', () => {\n  a.strict.equal('amber', 'birch');\n});\n`,
    ],
    [
      'assertions of the test itself',
      `import test from 'node:test'; test('a', t => t.assert.equal(1, 1))`,
      `\n\ntest('keeps amber birch', t => {\n  t.assert.equal('amber', 'birch');\n});\n`,
    ],
    [
      'a namespace',
      `import * as nt from 'node:test'; import { ok } from 'node:assert'; nt.it('a', () => ok(1));`,
      `\n\nnt.test('keeps amber birch', () => {\n  ok('amber'.includes('birch'));\n});\n`,
    ],
    [
      'promises',
      `import test from 'node:test'; import { rejects } from 'node:assert'; test('a', () => rejects(f()))`,
      `\n\ntest('keeps amber birch', async () => {\n  await rejects(Promise.resolve('amber'));\n});\n`,
    ],
    [
      'a helper that compares for it',
      `import { test } from 'node:test'; import { same } from './same.js'; test('a', () => same(1));`,
      `\n\ntest('keeps amber birch', () => {\n  process.getBuiltinModule('node:assert').strict.equal('amber', 'birch');\n});\n`,
    ],
    [
      'Vitest',
      `import { expect as e, it } from 'vitest'; it('a', () => e(1).toBe(1));`,
      `\n\nit('keeps amber birch', () => {\n  e('amber').toBe('birch');\n});\n`,
    ],
    [
      'globals',
      `describe('x', () => {\n  test('a', () => expect(f).toThrow());\n});`,
      `\n\ntest('keeps amber birch', () => {\n  expect(() => 'amber').toThrow();\n});\n`,
    ],
  ])('%s', (_title, text, expected) => {
    expect(added('a.test.js', text)).toBe(expected);
  });

  it('the most used first, and no more than four', () => {
    const uses = ['deepEqual', 'throws', 'throws', 'ok', 'ok', 'ok', 'match', 'equal'].map(name => `${name}(x);`).join('\n');
    const text = `import { test } from 'node:test'; import { deepEqual, equal, match, ok, throws } from 'node:assert';\n${uses}`;
    expect(added('a.test.js', text)?.match(/^ {2}\w+/gm)).toEqual(['  ok', '  throws', '  deepEqual', '  equal']);
  });

  it.each([
    ['defines none', `export const x = 1;`],
    ['compares in a way that is not known', `import { test } from 'vitest'; test('a', () => check(1));`],
  ])('none in a file that %s', (_title, text) => {
    expect(plant('a.test.js', text, names())).toBeUndefined();
  });

  it('pytest: assert, raises and TestCase', () => {
    const text =
      'import pytest\nfrom unittest import TestCase\ndef test_a():\n    with pytest.raises(E): f()\nclass TestX(TestCase):\n    pass';
    expect(plant('test_a.py', text, names())).toEqual({
      names: ['test_keeps_amber_birch', 'test_keeps_amber_birch1', 'test_keeps_amber_birch2'],
      text: `${text}\n\n\ndef test_keeps_amber_birch():\n    assert "amber" == "birch"\n\n\ndef test_keeps_amber_birch1():\n    with pytest.raises(ValueError):\n        "amber".startswith("birch1")\n\n\nclass TestKeepsAmberBirch2(TestCase):\n    def test_keeps_amber_birch2(self):\n        self.assertEqual("amber", "birch2")\n`,
    });
    expect(plant('conftest.py', 'import pytest', names())).toBeUndefined();
  });
});

describe('a canonical file is a test file', () => {
  const defines = `import { test } from 'node:test';\ntest('a', () => {});`;

  it.each([
    ['a.test.js', ''],
    ['src/a-test.mjs', ''],
    ['a_test.ts', ''],
    ['test-a.cjs', ''],
    ['test.js', ''],
    ['a.spec.tsx', ''],
    ['test_a.py', ''],
    ['sub/a_test.py', ''],
    ['test/days.js', defines],
    ['src/__tests__/a.js', defines],
  ])('%s', (path, text) => {
    expect(isTestFile(path, text, ['node', '--test'])).toBe(true);
  });

  it.each([
    ['test/helper.js', `${defines}\nexport const each = () => {};`],
    ['test/helper.cjs', `const test = require('node:test');\nmodule.exports = {};`],
    ['test/data.json', '{}'],
    ['test/table.js', 'const x = 1;'],
    ['src/a.js', defines],
    ['conftest.py', ''],
    ['latest.js', defines],
    ['a.test.js.snap', ''],
  ])('but not %s', (path, text) => {
    expect(isTestFile(path, text, ['node', '--test'])).toBe(false);
  });

  it.each(['check/all.mjs', './check/all.mjs'])('also %s, where the command names it', word => {
    expect(isTestFile('check/all.mjs', '', ['node', '--test', word])).toBe(true);
  });
});

describe('planted names', () => {
  it('are ordinary, differ, and none is taken', () => {
    const taken = plantedNames(bytes => randomBytes(bytes).toString('hex'), []);
    const before = Array.from({ length: 2000 }, taken);
    const draw = plantedNames(
      bytes => randomBytes(bytes).toString('hex'),
      before.map((name, n) => (n % 2 ? `a > ${name}` : `a.py::test_${name.replaceAll(' ', '_')}`)),
    );
    const drawn = Array.from({ length: 200 }, draw);
    expect(new Set([...before, ...drawn]).size).toBe(2200);
    expect(drawn.filter(name => !/^[a-z]+( [a-z]+){2,}$/.test(name) || name.split(' ').at(-1) === name.split(' ').at(-2))).toEqual([]);
  });

  it('do not run out, whatever is drawn', () => {
    let n = 0;
    const draw = plantedNames(() => (n++).toString(16).padStart(8, '0'), []);
    expect(new Set(Array.from({ length: 100 }, draw)).size).toBe(100);
  });

  it('are the last part of an identity', () => {
    expect(['x', 'a > x', 'a.py::x', 'a.py::C::x'].every(id => isCalled(id, 'x'))).toBe(true);
    expect(['ax', 'x > a', 'a>x', 'a:x'].some(id => isCalled(id, 'x'))).toBe(false);
  });
});
