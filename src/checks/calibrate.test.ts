import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { findPytest, writeTinyTask, type TinyTask } from '../testing/tiny-task.ts';
import { calibrate, calibrateOnce, type Calibration } from './calibrate.ts';

vi.setConfig({ testTimeout: 60_000 });
const ports = nodePorts();
const scratch = await ports.files.scratch('calibrate-test-');
afterAll(() => scratch[Symbol.asyncDispose]());
const live = new AbortController().signal;
const hasPytest = (await findPytest(ports)) !== undefined;
let n = 0;

async function job(tiny: TinyTask, over: { oracle?: string; times?: number; signal?: AbortSignal } = {}) {
  const dir = join(scratch.path, String(n++));
  const { task, contract } = await writeTinyTask(tiny, join(dir, 'task'), ports);
  const { times = 2, signal = live, ...rest } = over;
  return { task: { ...task, ...rest }, contract, times, scratch: join(dir, 'scratch'), signal };
}
async function tried(tiny: TinyTask, over: Parameters<typeof job>[1] = {}) {
  const made = await job(tiny, over);
  await ports.files.makeDir(made.scratch);
  const calibration = await calibrate(made, ports);
  expect(await ports.files.list(made.scratch), 'its trees are gone').toEqual([]);
  return calibration;
}

const tests = (two: number) =>
  `import { test } from 'node:test';\nimport { equal } from 'node:assert';\nimport { two } from './two.js';\ntest('is two', () => equal(two, ${two}));\ntest('is a number', () => equal(typeof two, ${two === 2 ? "'number'" : "'text'"}));\n`;
const two: TinyTask = {
  repo: { 'package.json': '{"type":"module"}', 'two.js': 'export const two = 1;\n', 'README.md': '' },
  tests: { 'two.test.js': tests(2) },
  twins: { 'two.test.js': tests(3) },
  answer: { 'two.js': 'export const two = 2;\n' },
  verification: { command: ['node', '--test'], report: 'node-test', fail_to_pass: ['is two'], timeout: '20s' },
};
const { twins: _, ...withoutTwins } = two;

describe('a task is calibrated by running it', () => {
  it('the seed fails, the oracle passes, the twins fail: identities are those that must pass', async () => {
    expect(await tried(two, { times: 3 })).toEqual({ problems: [], identities: ['is two', 'is a number'] });
    expect(await tried(withoutTwins)).toEqual({ problems: [], identities: ['is two', 'is a number'] });
  });

  it('a seed that is green to begin with proves nothing', async () => {
    expect((await tried({ ...two, repo: { ...two.repo, 'two.js': 'export const two = 1 + 1;\n' } })).problems).toEqual([
      expect.stringMatching(/^the seed is green already/),
    ]);
  });

  it('a flaky test is found by trying again', async () => {
    const flaky = `${tests(2)}import fs from 'node:fs';\ntest('is new', () => equal(fs.existsSync('${scratch.path}/mark') ? 1 : fs.writeFileSync('${scratch.path}/mark', ''), undefined));\n`;
    const { problems } = await tried({ ...withoutTwins, tests: { 'two.test.js': flaky } });
    expect(problems.join('\n')).toMatch(/"is new" is flaky/);
  });

  it('twins that do not fail are found', async () => {
    expect((await tried({ ...two, twins: two.tests })).problems).toEqual([
      expect.stringMatching(/^the twin of "is two" is passed/),
      expect.stringMatching(/^the twin of "is a number" is passed/),
    ]);
  });

  it('a command that shows no test is quoted with its last words', async () => {
    const { problems } = await tried({ ...two, verification: { ...two.verification, command: ['node', 'absent.js'] } });
    expect(problems[0]).toMatch(/^the seed shows no test at all \(exit code 1\): .*; its output ends: Node\.js v\d+/);
  });

  it('nothing is run, and nothing is wrong, where the contract names no command', async () => {
    const { command: _command, ...verification } = two.verification;
    expect(await tried({ ...two, verification })).toEqual({ problems: [], identities: [] });
  });

  it('a required Python task is calibrated as well', async ctx => {
    ctx.skip(!hasPytest, 'needs python3 with pytest');
    const test = 'from two import two\ndef test_two(): assert two == 2\n';
    expect(
      await tried({
        repo: { 'two.py': 'two = 1\n' },
        tests: { 'test_two.py': test },
        answer: { 'two.py': 'two = 2\n' },
        verification: { command: ['python3', '-m', 'pytest'], report: 'pytest', fail_to_pass: ['test_two.py::test_two'] },
      }),
    ).toEqual({ problems: [], identities: ['test_two.py::test_two'] });
  });
});

describe('before anything is run', () => {
  it.each<[string, Partial<TinyTask>, { oracle?: string }, RegExp]>([
    [
      'an oracle that does not apply',
      {},
      { oracle: '--- a/two.js\n+++ b/two.js\n@@ -1 +1 @@\n-nothing\n+like this\n' },
      /^oracle\.patch does not apply to repo\/ \(.*patch failed: two\.js/s,
    ],
    ['an oracle that is no patch', {}, { oracle: 'hello' }, /^oracle\.patch does not apply/],
    ['an oracle that is empty', {}, { oracle: '' }, /^oracle\.patch does not apply/],
    [
      'an oracle outside of what is allowed',
      { answer: { ...two.answer, 'README.md': 'x\n' }, allowed: ['two.js'] },
      {},
      /^oracle\.patch changes README\.md, which allowed_paths does not allow/,
    ],
    [
      'an oracle that changes the test surface',
      { answer: { ...two.answer, 'package.json': '{"type":"module","a":1}\n' }, allowed: ['*'] },
      {},
      /^oracle\.patch changes package\.json, which is test surface/,
    ],
    [
      'an oracle that leaves the tree',
      {},
      { oracle: '--- /dev/null\n+++ b/../outside.js\n@@ -0,0 +1 @@\n+x\n' },
      /^oracle\.patch does not apply/,
    ],
    [
      'a command that reports nothing',
      { verification: { ...two.verification, command: ['npm', 'test'] } },
      {},
      /^nothing says how `npm test` would report its tests as node-test: start the command with node/,
    ],
    [
      'a program that is not there',
      { verification: { ...two.verification, command: ['no-such-program'] } },
      {},
      /^no-such-program is not on the PATH/,
    ],
  ])('%s is refused', async (_title, over, parts, sentence) => {
    const { problems, identities } = await tried({ ...two, ...over }, parts);
    expect(problems).toEqual([expect.stringMatching(sentence)]);
    expect(identities).toEqual([]);
  });
});

describe('what is aborted', () => {
  it('rejects with the reason and leaves nothing', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stop')), 100);
    const made = await job(two, { signal: controller.signal });
    await ports.files.makeDir(made.scratch);
    await expect(calibrate(made, ports)).rejects.toThrow('stop');
    expect(await ports.files.list(made.scratch)).toEqual([]);
  });
});

describe('a suite calibrates a task once', () => {
  const counted = () => {
    let runs = 0;
    return {
      ports: { ...ports, supervise: (...args: Parameters<typeof ports.supervise>) => (runs++, ports.supervise(...args)) },
      runs: () => runs,
    };
  };

  it('whoever asks, at the same time or later', async () => {
    const cache = new Map<string, Promise<Calibration>>();
    const world = counted();
    const made = await job(two);
    const results = await Promise.all([calibrateOnce(cache, made, world.ports), calibrateOnce(cache, made, world.ports)]);
    expect(await calibrateOnce(cache, { ...made, scratch: 'elsewhere' }, world.ports)).toBe(results[0]);
    expect(world.runs()).toBe(5);
  });

  it('and another one, or more often, by itself', async () => {
    const cache = new Map<string, Promise<Calibration>>();
    const world = counted();
    const made = await job(two);
    await calibrateOnce(cache, { ...made, times: 1 }, world.ports);
    await calibrateOnce(cache, { ...made, task: { ...made.task, digest: 'other' }, times: 1 }, world.ports);
    await calibrateOnce(cache, { ...made, times: 2 }, world.ports);
    expect({ runs: world.runs(), kept: cache.size }).toEqual({ runs: 11, kept: 3 });
  });

  it('what was aborted is not kept: who waited for it tries by itself', async () => {
    const cache = new Map<string, Promise<Calibration>>();
    const controller = new AbortController();
    const made = await job(two);
    const first = calibrateOnce(cache, { ...made, signal: controller.signal }, ports);
    const second = calibrateOnce(cache, made, ports);
    controller.abort(new Error('stop'));
    await expect(first).rejects.toThrow('stop');
    expect((await second).problems).toEqual([]);
    expect((await calibrateOnce(cache, made, ports)).problems).toEqual([]);
  });
});
