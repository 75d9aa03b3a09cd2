import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { aTestRoom, header } from '../testing/test-room.ts';

vi.setConfig({ testTimeout: 60_000 });
const tests = await aTestRoom();
afterAll(() => tests[Symbol.asyncDispose]());
const { node, run } = tests;

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
      run({ 'a.test.mjs': `${header} test('b', () => { for (;;); });` }, { command: ['node', '--test'] }, { signal: controller.signal }),
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
