import { afterAll, describe, expect, it, vi } from 'vitest';
import { aTestRoom, header } from '../testing/test-room.ts';

vi.setConfig({ testTimeout: 60_000 });
const tests = await aTestRoom();
afterAll(() => tests[Symbol.asyncDispose]());
const { run } = tests;

describe("where the task says JUnit or CTRF, Node's runner is heard as ever, and anything else writes to the path that it is given", () => {
  it('node --test as JUnit', async () => {
    const text = `${header} describe('a', () => { it('b', () => {}); it('c', () => { throw new Error('x'); }); it.skip('d', () => {}); it.todo('e'); }); test('f', () => {});`;
    const { told, garbage, log } = await run({ 'a.test.mjs': text }, { command: ['node', '--test'], report: 'junit' });
    expect({ told, garbage }).toEqual({
      told: ['a > b: passed', 'a > c: failed', 'a > d: skipped', 'a > e: todo', 'f: passed'],
      garbage: 0,
    });
    expect(log).toContain('✔ b');
  });

  it('node --test as JUnit, which ends as the tests end', async () => {
    const text = `${header} describe('a', () => { it('b', () => {}); });`;
    expect(await run({ 'a.test.mjs': text }, { command: ['node', '--test'], report: 'junit' })).toMatchObject({
      told: ['a > b: passed'],
      exit_code: 0,
    });
  });

  it('a program that writes CTRF to {report}', async () => {
    const write = `require('node:fs').writeFileSync(process.argv[2], JSON.stringify({ results: { tests: [{ name: 'b', suite: 'a', status: 'passed' }] } }))`;
    expect(await run({ 'w.cjs': write }, { command: ['node', 'w.cjs', '{report}'], report: 'ctrf' })).toMatchObject({
      told: ['a > b: passed'],
      exit_code: 0,
    });
  });

  it('a program that is told by its environment where the report goes', async () => {
    const write = `require('node:fs').writeFileSync(process.env.PROOFGATE_REPORT_FILE, '<testsuite name="{report}"><testcase name="b"/></testsuite>')`;
    expect(await run({ 'w.cjs': write }, { command: ['node', 'w.cjs', '{report}'], report: 'junit' })).toMatchObject({
      told: ['{report} > b: passed'],
    });
  });
});
