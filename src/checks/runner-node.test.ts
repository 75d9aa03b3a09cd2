import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { aTestRoom, header } from '../testing/test-room.ts';

vi.setConfig({ testTimeout: 60_000 });
const tests = await aTestRoom();
afterAll(() => tests[Symbol.asyncDispose]());
const { furnish, node, run } = tests;

describe("Node's test runner tells every test by its names and its end", () => {
  it.each([
    ['a test', `test('works', () => {});`, ['works: passed']],
    ['a test that throws', `test('fails', () => { throw new Error('x'); });`, ['fails: failed']],
    [
      'suites from the outermost inward',
      `describe('a', () => { describe('b', () => { it('c', () => {}); }); it('d', () => {}); });`,
      ['a > b > c: passed', 'a > d: passed'],
    ],
    [
      'a suite after a suite',
      `suite('a', () => { test('x', () => {}); }); suite('b', () => { test('x', () => {}); });`,
      ['a > x: passed', 'b > x: passed'],
    ],
    [
      'subtests, and the test that has them',
      `test('a', async t => { await t.test('b', () => {}); await t.test('c', () => { throw new Error('x'); }); });`,
      ['a > b: passed', 'a > c: failed', 'a: failed'],
    ],
    [
      'subtests that run at once',
      `const wait = ms => new Promise(r => setTimeout(r, ms));
       test('a', { concurrency: true }, t => Promise.all([t.test('b', async u => { await wait(20); await u.test('deep', () => {}); }), t.test('c', () => {})]));`,
      ['a > b > deep: passed', 'a > b: passed', 'a > c: passed', 'a: passed'],
    ],
    [
      'a skipped test',
      `test.skip('a', () => {}); test('b', t => t.skip()); test('c', t => t.skip('why'));`,
      ['a: skipped', 'b: skipped', 'c: skipped'],
    ],
    ['a test to be done', `test.todo('a'); test('b', { todo: true }, () => { throw new Error('x'); });`, ['a: todo', 'b: todo']],
    [
      'a test that is expected to fail',
      `test('a', { expectFailure: true }, () => { throw new Error('x'); }); test('b', { expectFailure: true }, () => {});`,
      ['a: expected_failure', 'b: failed'],
    ],
    [
      'a suite whose hook fails before its tests',
      `describe('a', () => { before(() => { throw new Error('x'); }); it('b', () => {}); });`,
      ['a > b: failed', 'a: failed'],
    ],
    [
      'a suite whose hook fails after its tests',
      `describe('a', () => { after(() => { throw new Error('x'); }); it('b', () => {}); });`,
      ['a > b: passed', 'a: failed'],
    ],
    ['a suite that cannot be loaded', `describe('a', () => { it('b', () => {}); throw new Error('x'); });`, ['a > b: failed', 'a: failed']],
    ['nothing of a suite that is skipped', `describe.skip('a', () => { it('b', () => {}); });`, []],
    ['two tests of one name twice', `test('a', () => {}); test('a', () => {});`, ['a: passed', 'a: passed']],
    ['names that would break a line', `test('a\\n{"id":"b","outcome":"passed"}', () => {});`, ['a\n{"id":"b","outcome":"passed"}: passed']],
  ])('%s', async (_title, text, told) => {
    expect((await node({ 'a.test.js': header + text })).told).toEqual(told);
  });

  it.each([
    ['fails on import', `throw new Error('x');`, ['sub/a.test.js: failed'], 1],
    ['does not parse', `this is no JavaScript`, ['sub/a.test.js: failed'], 1],
    [
      'dies in the middle',
      `${header} test('a', () => {}); test('b', () => process.kill(process.pid, 'SIGKILL'));`,
      ['sub/a.test.js: failed'],
      1,
    ],
    ['leaves with another exit code', `${header} test('a', () => {}); process.exitCode = 3;`, ['a: passed', 'sub/a.test.js: failed'], 1],
    [
      'throws when its tests are over',
      `${header} test('a', () => { setTimeout(() => { throw new Error('late'); }, 20); });`,
      ['a: passed', 'sub/a.test.js: failed'],
      1,
    ],
  ])('a file that %s is a failed test of its name', async (_title, text, told, code) => {
    expect(await node({ 'sub/a.test.js': text })).toMatchObject({ told, exit_code: code, garbage: 0, timed_out: false });
  });

  it.each([
    ['is empty', ''],
    ['leaves with exit code 0 before its tests', `${header} test('a', () => {}); process.exit(0);`],
    [
      'leaves with exit code 0 in one of its tests',
      `${header} test('a', () => {}); test('b', () => process.exit(0)); test('c', () => {});`,
    ],
  ])('a file that %s has no tests, though the runner is content', async (_title, text) => {
    expect(await node({ 'a.test.js': text })).toMatchObject({ told: [], exit_code: 0 });
  });

  it('several files that run at once are told apart', async () => {
    const slow = `${header} describe('a', () => { it('slow', () => new Promise(r => setTimeout(r, 100))); it('b', () => {}); });`;
    const fast = `${header} describe('a', () => { it('fast', () => {}); }); test('c', () => {});`;
    expect((await node({ 'a.test.js': slow, 'b.test.js': fast, 'c.test.js': `throw new Error('x');` })).told.toSorted()).toEqual([
      'a > b: passed',
      'a > fast: passed',
      'a > slow: passed',
      'c.test.js: failed',
      'c: passed',
    ]);
  });

  it('a single file without --test tells its tests too', async () => {
    expect(await run({ 'a.mjs': `${header} test('a', () => {});` }, { command: ['node', 'a.mjs'] })).toMatchObject({
      told: ['a: passed'],
      exit_code: 0,
    });
  });

  it("a reporter of the task's own keeps the output", async () => {
    const { told, log } = await node({ 'a.test.js': `${header} test('a', () => {});` }, '--test-reporter=dot');
    expect({ told, log: log.trim() }).toEqual({ told: ['a: passed'], log: '.' });
  });
});

describe('the channel is private', () => {
  it('what tests print is log, whatever it looks like', async () => {
    const { told, garbage, log } = await node({
      'a.test.js': `${header} console.log('{"id":"b","outcome":"passed"}'); test('a', () => { process.stderr.write('noise'); });`,
    });
    expect({ told, garbage }).toEqual({ told: ['a: passed'], garbage: 0 });
    expect(log).toContain('{"id":"b","outcome":"passed"}');
  });

  it('the process of a test file has no descriptor of it, and none is to be had by path', async () => {
    const look = `${header} import fs from 'node:fs';
      const line = '{"id":"forged","outcome":"passed"}\\n';
      test('a', () => {
        const open = fd => { try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
          const sockets = fs.readdirSync('/proc/self/fd').filter(fd => Number(fd) > 2 && open(fd).startsWith('socket'));
          if (sockets.length > 0) throw new Error('sockets at ' + sockets);
          let code;
          try { fs.writeSync(fs.openSync('/proc/' + process.ppid + '/fd/4', 'w'), line); } catch (error) { code = error.code; }
          if (code !== 'ENXIO') throw new Error('opened');
      });`;
    expect(await node({ 'a.test.js': look })).toMatchObject({ told: ['a: passed'], garbage: 0 });
  });

  it('a process that outlives the runner does not live on', async () => {
    const late = `${header} import { spawn } from 'node:child_process';
      test('a', () => { spawn('/bin/sh', ['-c', 'sleep 0.3; touch late'], { detached: true, stdio: 'ignore' }).unref(); });`;
    const { told, room } = await node({ 'a.test.js': late });
    await setTimeout(500);
    expect(told).toEqual(['a: passed']);
    expect(existsSync(join(room.tree, 'late'))).toBe(false);
  });
});

describe('a slow reader', () => {
  it('makes the reporter wait, and loses nothing', async () => {
    const room = await furnish({
      'a.test.mjs': `${header} for (let i = 0; i < 3000; i++) test('a test with a rather long name ' + i, () => {});`,
    });
    const fifo = join(room.dir, 'report');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    const args = [
      `--test-reporter=${join(import.meta.dirname, '../children/node-test-reporter.js')}`,
      '--test-reporter-destination=stderr',
      '--test',
    ];
    const child = spawn(process.execPath, args, { cwd: room.tree, stdio: ['ignore', 'ignore', 'inherit', 'ignore', writer] });
    closeSync(writer);
    const ended = new Promise(resolve => child.on('exit', resolve));
    await setTimeout(1500);
    const heard = await text(new Socket({ fd: reader, readable: true, writable: false }));
    expect(await ended).toBe(0);
    expect(heard.split('\n').filter(Boolean)).toHaveLength(3000);
  });
});
