import { describe, expect, it } from 'vitest';
import { readReport } from './report-readers.ts';

function read(format: Parameters<typeof readReport>[0], text: string, { chunk = 1024, max = 1_000_000 } = {}) {
  const reader = readReport(format, max);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  const { tests, garbage } = reader.end();
  return { told: tests.map(test => `${test.id}: ${test.outcome}`), garbage };
}

describe('lines', () => {
  const line = (id: string, outcome = 'passed') => `${JSON.stringify({ id, outcome })}\n`;

  it('are tests, in their order, wherever chunks are cut', () => {
    expect(read('lines', line('a') + line('ünï → 日本', 'failed'), { chunk: 1 })).toEqual({
      told: ['a: passed', 'ünï → 日本: failed'],
      garbage: 0,
    });
  });

  it.each([
    ['no JSON', 'hello\n'],
    ['an empty line', '\n'],
    ['an outcome nobody knows', '{"id":"a","outcome":"fine"}\n'],
    ['a test without a name', '{"outcome":"passed"}\n'],
    ['more than a test', '{"id":"a","outcome":"passed","x":1}\n'],
    ['a list', '[]\n'],
    ['an end that was cut off', '{"id":"a","outcome":"pas'],
    ['an end without a line end', '{"id":"a","outcome":"passed"}'],
  ])('%s is garbage', (_title, text) => {
    expect(read('lines', line('x') + text)).toEqual({ told: ['x: passed'], garbage: 1 });
  });

  it('beyond the limit are not read, and are garbage', () => {
    const { told, garbage } = read('lines', line('a').repeat(10), { chunk: 30, max: 100 });
    expect(told.length).toBeLessThan(5);
    expect(garbage).toBeGreaterThan(0);
  });

  it('up to the limit are read', () => {
    expect(read('lines', line('a'), { max: line('a').length })).toEqual({ told: ['a: passed'], garbage: 0 });
    expect(read('lines', line('a'), { max: line('a').length - 1 }).garbage).toBe(1);
  });

  it('none at all is no test and no garbage', () => {
    expect(read('lines', '')).toEqual({ told: [], garbage: 0 });
  });
});

describe('JUnit', () => {
  it('names suites from the outermost inward, and how each case ended', () => {
    const text = `<?xml version="1.0"?><testsuites name="all"><testsuite name="a &gt; b"><testsuite name="c">
      <testcase name="passes" classname="x"/><testcase name="fails"><failure>why</failure></testcase><testcase name="breaks"><error/></testcase></testsuite>
      <testcase name="skips"><skipped/></testcase><testcase name="waits"><skipped type="todo"/></testcase></testsuite><testcase name="bare"><system-out>x</system-out></testcase></testsuites>`;
    expect(read('junit', text, { chunk: 7 })).toEqual({
      told: [
        'a > b > c > passes: passed',
        'a > b > c > fails: failed',
        'a > b > c > breaks: failed',
        'a > b > skips: skipped',
        'a > b > waits: todo',
        'bare: passed',
      ],
      garbage: 0,
    });
  });

  it('may be a single suite', () => {
    expect(read('junit', '<testsuite name="a"><testcase name="b"/></testsuite>').told).toEqual(['a > b: passed']);
  });

  it.each(['<testsuites>', 'not xml', '<html/>', '<testsuites/><testsuites/>', '<!DOCTYPE x [<!ENTITY e "a">]><testsuite name="&e;"/>'])(
    '%s is garbage',
    text => {
      expect(read('junit', text)).toEqual({ told: [], garbage: 1 });
    },
  );

  it('nothing is nothing', () => {
    expect(read('junit', '\n')).toEqual({ told: [], garbage: 0 });
  });

  it('a whole report and something behind the limit is garbage beside it', () => {
    expect(read('junit', `<testsuite name="a"/>${' '.repeat(200)}`, { chunk: 30, max: 100 }).garbage).toBe(1);
  });
});

describe('CTRF', () => {
  const report = (...tests: unknown[]) => JSON.stringify({ reportFormat: 'CTRF', results: { tool: { name: 'x' }, tests } });

  it('names suite and test, and how it ended', () => {
    const told = ['passed', 'failed', 'skipped', 'pending', 'other'].map(status => ({
      name: status,
      status,
      suite: ['a', 'b'],
      duration: 1,
    }));
    expect(
      read('ctrf', report(...told, { name: 'c', suite: 'a', status: 'passed' }, { name: 'd', status: 'passed', flaky: true })),
    ).toEqual({
      told: [
        'a > b > passed: passed',
        'a > b > failed: failed',
        'a > b > skipped: skipped',
        'a > b > pending: todo',
        'a > b > other: failed',
        'a > c: passed',
        'd: failed',
      ],
      garbage: 0,
    });
  });

  it.each(['{}', '{"results":{}}', '[', report({ name: '', status: 'passed' }), report({ name: 'a', status: 'great' })])(
    '%s is garbage',
    text => {
      expect(read('ctrf', text)).toEqual({ told: [], garbage: 1 });
    },
  );
});
