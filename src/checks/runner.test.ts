import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { VerificationSpec } from '../model/task.ts';
import { nodePorts } from '../node/ports.ts';
import { findPytest, makeContract, writeTree, type Tree } from '../testing/tiny-task.ts';
import { TaskSpec } from '../model/task.ts';
import { openRoom, runTests } from './runner.ts';

vi.setConfig({ testTimeout: 60_000 });
const ports = nodePorts();
const scratch = await ports.files.scratch('runner-test-');
afterAll(() => scratch[Symbol.asyncDispose]());
const live = new AbortController().signal;
const hasPytest = (await findPytest(ports)) !== undefined;

/** Runs a command in a tree of these files. */
async function run(tree: Tree, verification: Partial<VerificationSpec>, signal = live) {
  const room = openRoom(scratch.path, ports);
  await writeTree(room.tree, tree, ports);
  const spec = TaskSpec.parse({
    task: 1,
    id: 't',
    prompt: 'p',
    allowed_paths: ['x'],
    verification: { fail_to_pass: ['x'], timeout: '20s', ...verification },
  });
  let log = '';
  const result = await runTests(
    { contract: await makeContract({ spec, digest: '' }, ports), signal, ...room, onOutput: chunk => void (log += Buffer.from(chunk)) },
    ports,
  );
  return { ...result, log, room, told: result.tests.map(test => `${test.id}: ${test.outcome}`) };
}

const node = (tree: Tree, ...args: string[]) =>
  run({ 'package.json': '{"type":"module"}', ...tree }, { command: ['node', '--test', ...args] });
const header = `import { after, before, describe, it, suite, test } from 'node:test';\n`;

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
    const room = openRoom(scratch.path, ports);
    await writeTree(
      room.tree,
      { 'a.test.mjs': `${header} for (let i = 0; i < 3000; i++) test('a test with a rather long name ' + i, () => {});` },
      ports,
    );
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

describe('the environment is the same everywhere', () => {
  it('and has nothing of the harness', async () => {
    process.env['NODE_OPTIONS_FOR_TEST'] = 'leaks';
    const { room } = await node({
      'a.test.js': `${header} import fs from 'node:fs'; test('a', () => fs.writeFileSync('env.json', JSON.stringify(process.env)));`,
    });
    delete process.env['NODE_OPTIONS_FOR_TEST'];
    const env = JSON.parse(readFileSync(join(room.tree, 'env.json'), 'utf8')) as Record<string, string>;
    expect(
      Object.keys(env)
        .filter(name => !name.startsWith('NODE_TEST') && name !== 'PWD' && name !== 'OLDPWD' && name !== 'SHLVL' && name !== '_')
        .toSorted(),
    ).toEqual(['HOME', 'LC_ALL', 'NO_COLOR', 'PATH', 'PROOFGATE_RUN_ID', 'PYTHONDONTWRITEBYTECODE', 'PYTHONSAFEPATH', 'TMPDIR', 'TZ']);
    expect(env).toMatchObject({ HOME: join(room.dir, 'home'), TMPDIR: join(room.dir, 'tmp'), LC_ALL: 'C.UTF-8', NO_COLOR: '1' });
    expect(env['PATH']!.split(':').slice(-3)).toEqual(['/usr/local/bin', '/usr/bin', '/bin']);
  });
});

describe('a run that does not end by itself', () => {
  it('is ended for time, and has no exit code', async () => {
    const result = await run(
      { 'a.test.mjs': `${header} test('a', () => {}); test('b', () => { for (;;); });` },
      { command: ['node', '--test'], timeout: '700ms' },
    );
    expect(result).toMatchObject({ exit_code: null, timed_out: true });
  });

  it('rejects with the reason when it is aborted', async () => {
    const controller = new AbortController();
    void setTimeout(200).then(() => controller.abort(new Error('stop')));
    await expect(
      run({ 'a.test.mjs': `${header} test('b', () => { for (;;); });` }, { command: ['node', '--test'] }, controller.signal),
    ).rejects.toThrow('stop');
  });

  it('that was never started has no exit code either', async () => {
    expect(await run({}, { command: ['no-such-program', 'pytest'], report: 'pytest' })).toMatchObject({
      exit_code: null,
      timed_out: false,
      tests: [],
      garbage: 0,
    });
  });
});

describe("other runners report by Node's own JUnit, or by anything that is given the path", () => {
  it('node --test as JUnit', async () => {
    const text = `${header} describe('a', () => { it('b', () => {}); it('c', () => { throw new Error('x'); }); it.skip('d', () => {}); it.todo('e'); }); test('f', () => {});`;
    const { told, garbage, log } = await run({ 'a.test.mjs': text }, { command: ['node', '--test'], report: 'junit' });
    expect({ told, garbage }).toEqual({
      told: ['a > b: passed', 'a > c: failed', 'a > d: skipped', 'a > e: todo', 'f: passed'],
      garbage: 0,
    });
    expect(log).toContain('✔ b');
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

describe.skipIf(!hasPytest)('pytest tells every test by its node id and its end', () => {
  const pytest = (tree: Tree, ...args: string[]) => run(tree, { command: ['python3', '-m', 'pytest', '-q', ...args], report: 'pytest' });

  it('of every kind', async () => {
    const text = `
import pytest, unittest
@pytest.fixture
def broken(): raise RuntimeError
@pytest.fixture
def late():
    yield
    raise RuntimeError
def test_passes(): pass
def test_fails(): assert 0
def test_setup(broken): pass
def test_teardown(late): pass
@pytest.mark.skip
def test_skip(): pass
def test_skips_itself(): pytest.skip('why')
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.parametrize('x', [1, 2])
def test_many(x): assert x == 1
class TestClass:
    def test_method(self): pass
class Case(unittest.TestCase):
    def test_unit(self): self.assertEqual(1, 2)
    @unittest.expectedFailure
    def test_expected(self): self.assertEqual(1, 2)
`;
    const { told, garbage, exit_code } = await pytest({ 'test_a.py': text });
    expect({ garbage, exit_code, told: told.map(line => line.replace('test_a.py::', '')) }).toEqual({
      garbage: 0,
      exit_code: 1,
      told: [
        'test_passes: passed',
        'test_fails: failed',
        'test_setup: failed',
        'test_teardown: failed',
        'test_skip: skipped',
        'test_skips_itself: skipped',
        'test_xfail: expected_failure',
        'test_xpass: expected_failure',
        'test_strict: failed',
        'test_many[1]: passed',
        'test_many[2]: failed',
        'TestClass::test_method: passed',
        'Case::test_expected: expected_failure',
        'Case::test_unit: failed',
      ],
    });
  });

  it('a file that cannot be collected is a failed test of its name; one that skips itself is skipped', async () => {
    expect(
      (await pytest({ 'test_a.py': 'import no_such_module', 'test_b.py': 'import pytest\npytest.skip("why", allow_module_level=True)' }))
        .told,
    ).toEqual(['test_a.py: failed', 'test_b.py: skipped']);
  });

  it('code of the workspace is found, from the root, from a folder of tests and where the task says', async () => {
    const test = 'import strings, deep.strings, other\ndef test_a(): assert (strings.x, deep.strings.x, other.x) == (1, 2, 3)';
    const tree = {
      'strings.py': 'x = 1',
      'deep/strings.py': 'x = 2',
      'lib/other.py': 'x = 3',
      'tests/test_a.py': test,
      'pytest.ini': '[pytest]\npythonpath = lib',
    };
    expect(await pytest(tree)).toMatchObject({ told: ['tests/test_a.py::test_a: passed'], exit_code: 0 });
  });

  it('a module of the workspace does not stand in for one of the runner', async () => {
    const names = ['pytest', '_pytest', 'pluggy', 'json', 'argparse', 'xml', 'iniconfig', 'pytest_identities', 'sitecustomize'];
    const shadows = Object.fromEntries(names.map(name => [`${name}.py`, 'print("SHADOW"); import os; os._exit(0)']));
    const { told, log } = await pytest({ ...shadows, 'test_a.py': 'def test_a(): assert 0' });
    expect(told).toEqual(['test_a.py::test_a: failed']);
    expect(log).not.toContain('SHADOW');
  });

  it('the code under test finds no trace of the channel but an open descriptor', async () => {
    const text = `
import os, sys
def test_a():
    assert not [name for name in os.environ if 'REPORT' in name or name == 'PYTHONPATH']
    assert not [entry for entry in sys.path if 'children' in entry]
    try: os.fstat(4)
    except OSError: pass
    else: assert 'socket' not in os.readlink('/proc/self/fd/4')
    assert os.system('for fd in /proc/self/fd/*; do readlink $fd; done | grep socket') != 0
`;
    const { told, log } = await pytest({ 'test_a.py': text });
    expect(told, log).toEqual(['test_a.py::test_a: passed']);
  });

  it('configuration that lies outside of the tree is refused', async () => {
    const room = openRoom(scratch.path, ports);
    await writeTree(room.dir, { 'pytest.ini': '[pytest]\n' }, ports);
    const spec = TaskSpec.parse({
      task: 1,
      id: 't',
      prompt: 'p',
      allowed_paths: ['x'],
      verification: { command: ['python3', '-m', 'pytest'], report: 'pytest', fail_to_pass: ['x'] },
    });
    await writeTree(room.tree, { 'test_a.py': 'def test_a(): pass' }, ports);
    let log = '';
    const result = await runTests(
      {
        contract: await makeContract({ spec, digest: '' }, ports),
        signal: live,
        ...room,
        onOutput: chunk => void (log += Buffer.from(chunk)),
      },
      ports,
    );
    expect(result.tests).toEqual([]);
    expect(log).toContain('configuration from outside of the tree');
  });

  it('as JUnit, by the runner itself', async () => {
    const { told, garbage } = await run(
      { 'test_a.py': 'import strings\ndef test_a(): pass\ndef test_b(): assert 0', 'strings.py': '' },
      { command: ['python3', '-m', 'pytest'], report: 'junit' },
    );
    expect({ told, garbage }).toEqual({ told: ['pytest > test_a: passed', 'pytest > test_b: failed'], garbage: 0 });
  });
});
