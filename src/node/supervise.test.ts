import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import type { Exit } from '../ports.ts';
import { begin, livingWith, run, trees, uniqueSleep } from './trial.ts';

const linux = process.platform === 'linux';
const scratch = mkdtempSync(join(tmpdir(), 'proofgate-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Descriptors of a program that lead to a socket or a pipe. (`ls` adds the folder it reads.) */
async function descriptorsSeen(tree: Exit['tree'], over = {}) {
  const { stdout } = await run(tree, ['ls', '-l', '/proc/self/fd'], over);
  return stdout
    .split('\n')
    .map(line => / (\d+) -> (?:socket|pipe|.*report)/.exec(line)?.[1])
    .filter(fd => fd !== undefined);
}

describe.each(trees)('a program in a tree held by %s', tree => {
  it('ends as it ends', async () => {
    expect(await run(tree, 'echo out; echo err >&2; exit 7')).toMatchObject({
      spawnError: null,
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
      timedOut: false,
      aborted: false,
      tooManyProcesses: false,
      survivors: 0,
      tree,
    });
  });

  it.each([
    ['KILL', 137],
    ['SEGV', 139],
    ['TERM', 143],
  ])('ended by SIG%s has the code of a shell, and the shell says nothing about it', async (signal, code) => {
    expect(await run(tree, `kill -${signal} $$; sleep 9`)).toMatchObject({ code, stdout: '', stderr: '' });
  });

  it('that signals its own process group hits itself, not its supervision', async () => {
    expect(await run(tree, 'kill -TERM 0; sleep 9')).toMatchObject({ code: 143, spawnError: null });
  });

  it('is found by name on the PATH it is given, and by nothing else', async () => {
    const [bin, here] = [join(scratch, `bin-${tree}`), join(scratch, `here-${tree}`)];
    for (const [dir, says] of [
      [bin, 'from the PATH'],
      [here, 'from the working folder'],
    ] as const) {
      mkdirSync(dir);
      writeFileSync(join(dir, 'tool'), `#!/bin/sh\necho ${says}\n`);
      chmodSync(join(dir, 'tool'), 0o755);
    }
    expect(await run(tree, ['tool'], { cwd: here, env: { PATH: `.::${bin}` } })).toMatchObject({ stdout: 'from the PATH\n' });
    expect(await run(tree, ['tool'], { cwd: here, env: { PATH: '.:' } })).toMatchObject({ spawnError: 'ENOENT' });
    expect(await run(tree, ['./tool'], { cwd: here })).toMatchObject({ stdout: 'from the working folder\n' });
  });

  it('gets its arguments as they are', async () => {
    const args = ['', 'two words', '$HOME', '-n', '"', "'", 'ä\n', '*'] as const;
    const { stdout } = await run(tree, ['printf', '[%s]', ...args]);
    expect(stdout).toBe(args.map(arg => `[${arg}]`).join(''));
  });

  it('gets the environment it was given and the marker, nothing inherited', async () => {
    const { stdout } = await run(tree, ['env'], { env: { PATH: '/usr/bin:/bin', GIVEN: 'a b\nc' }, runId: 'run-env' });
    expect(stdout.split('\n').toSorted()).toEqual(['', 'GIVEN=a b', 'PATH=/usr/bin:/bin', 'PROOFGATE_RUN_ID=run-env', 'c']);
  });

  it.runIf(linux)('sees no descriptor but 0, 1, 2, and 4 if there is a report', async () => {
    expect(await descriptorsSeen(tree)).toEqual(['0', '1', '2']);
    expect(await descriptorsSeen(tree, { report: { kind: 'socket', onData() {} } })).toEqual(['0', '1', '2', '4']);
    expect(await descriptorsSeen(tree, { report: { kind: 'pipe', onData() {} } })).toEqual(['0', '1', '2', '4']);
  });

  it('has no terminal to talk to', async () => {
    expect(await run(tree, 'echo > /dev/tty')).toMatchObject({ code: expect.not.stringMatching('0') });
  });
});

describe.each(trees)('standard input, %s', tree => {
  it('is what was given, then ends', async () => {
    expect(await run(tree, 'cat', { input: 'given\n' })).toMatchObject({ code: 0, stdout: 'given\n' });
  });

  it('is empty otherwise', async () => {
    expect(await run(tree, 'cat; echo end')).toMatchObject({ stdout: 'end\n' });
  });

  it('stays open for a conversation', async () => {
    const talk = begin(tree, 'read a; echo "got $a"; read b; echo "got $b"', { interactive: true, input: 'one\n' });
    while (!talk.heard.stdout.includes('got one')) await sleep(5);
    talk.write('two\n');
    expect(await talk.done).toMatchObject({ code: 0, stdout: 'got one\ngot two\n' });
    talk.write('into the void\n');
  });

  it('may be closed by the program without harm', async () => {
    const talk = begin(tree, 'exec <&-; echo closed; sleep 0.2', { interactive: true, input: 'x'.repeat(1_000_000) });
    for (let i = 0; i < 20; i++) await sleep(10).then(() => talk.write('y'.repeat(10_000)));
    expect(await talk.done).toMatchObject({ code: 0, stdout: 'closed\n' });
  });
});

describe.each(trees)('a tree held by %s is ended', tree => {
  it('when its time is up, though it ignores every polite signal', async () => {
    const word = uniqueSleep();
    const exit = await run(tree, `trap '' TERM HUP INT; (setsid sh -c "trap '' TERM; sleep ${word}" &); sleep ${word}`, { timeoutMs: 200 });
    expect(exit).toMatchObject({ code: 124, timedOut: true, aborted: false, survivors: 0, stderr: '' });
    expect(exit.elapsedMs).toBeLessThan(1500);
    expect(livingWith(word)).toEqual([]);
  });

  it('when the run is aborted', async () => {
    const word = uniqueSleep();
    const stop = new AbortController();
    const going = begin(tree, `echo up; setsid sleep ${word} & sleep ${word}`, { signal: stop.signal });
    while (!going.heard.stdout) await sleep(5);
    stop.abort();
    expect(await going.done).toMatchObject({ code: 137, aborted: true, timedOut: false, survivors: 0, stderr: '' });
    expect(livingWith(word)).toEqual([]);
  });

  it('and not even started when it was aborted before', async () => {
    expect(await run(tree, 'echo up', { signal: AbortSignal.abort() })).toMatchObject({
      aborted: true,
      code: null,
      spawnError: null,
      stdout: '',
    });
  });

  it('when it is killed', async () => {
    const going = begin(tree, 'echo up; sleep 60');
    while (!going.heard.stdout) await sleep(5);
    going.kill();
    going.kill();
    expect(await going.done).toMatchObject({ code: 137, timedOut: false, aborted: false });
  });

  it('when what hears it cannot take more, and that error is the one that is thrown', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const word = uniqueSleep();
    const fails = run(tree, `echo x; sleep ${word}`, {
      onStdout() {
        throw full;
      },
    });
    await expect(fails).rejects.toBe(full);
    expect(livingWith(word)).toEqual([]);
  });

  it.runIf(linux)('when it has more processes than it may', async () => {
    const word = uniqueSleep();
    const many = (count: number) => `i=0; while [ $i -lt ${count} ]; do (setsid sleep ${word} &); i=$((i+1)); done; sleep 0.6`;
    expect(await run(tree, many(30), { maxProcesses: 20 })).toMatchObject({ tooManyProcesses: true, code: 137, survivors: 0, stderr: '' });
    expect(await run(tree, many(10), { maxProcesses: 12 })).toMatchObject({ tooManyProcesses: false, code: 0, survivors: 0 });
    expect(livingWith(word)).toEqual([]);
  });
});

describe.each(trees)('what a program leaves behind, %s', tree => {
  it.each([
    ['in the background', word => `sleep ${word} &`],
    ['in another session', word => `setsid sleep ${word} &`],
    ['by forking twice', word => `(setsid sh -c 'trap "" TERM HUP; sleep ${word}' &) &`],
    ['holding all its outputs', word => `(setsid sleep ${word} <&- &) ; echo end`],
    ['with a clean environment', word => `(env -i setsid sleep ${word} >/dev/null 2>&1 &)`],
  ] as [string, (word: string) => string][])('%s dies with it', async (_title, script) => {
    const word = uniqueSleep();
    const exit = await run(tree, `${script(word)}\nsleep 0.05; exit 3`);
    expect(exit).toMatchObject({ code: 3, survivors: 0 });
    expect(exit.elapsedMs).toBeLessThan(1000);
    expect(livingWith(word)).toEqual([]);
  });

  it('is ended for a run whose name begins like another one, and only for that', async () => {
    const word = uniqueSleep();
    const other = begin(tree, `sleep ${word}`, { runId: 'run-12' });
    await run(tree, 'true', { runId: 'run-1' });
    expect(livingWith(word).length).toBeGreaterThan(0);
    other.kill();
    await other.done;
  });
});

describe('without a pid namespace', () => {
  it.runIf(linux)('a stray that shed every mark survives, but it can neither hang us nor be heard', async () => {
    const word = uniqueSleep();
    const stray = `ulimit -w 1; exec env -i setsid sh -c 'trap "" PIPE; sleep 0.3; echo late >&4; echo late; exec sleep ${word}'`;
    const exit = await run('best_effort', `(${stray}) & sleep 0.1; echo early >&4; echo early`, {
      report: { kind: 'socket', onData() {} },
    });
    const alive = livingWith(word);
    for (const pid of alive) process.kill(pid, 'SIGKILL');
    expect(exit).toMatchObject({ code: 0, report: 'early\n' });
    expect(exit.elapsedMs).toBeLessThan(1500);
    expect(alive.length).toBe(1);
  });
});

describe.each(trees)('what cannot be started, %s', tree => {
  it.each([
    ['a program that is not there', ['no-such-program'], {}, 'ENOENT'],
    ['a path that is not there', ['/no/such/program'], {}, 'ENOENT'],
    ['a file that is not executable', ['/etc/passwd'], {}, 'EACCES'],
    ['a folder', ['/tmp'], {}, 'EACCES'],
    ['anything in a folder that is not there', ['true'], { cwd: '/no/such/folder' }, 'ENOTDIR'],
    ['more arguments than the system takes', ['true', 'x'.repeat(3_000_000)], {}, 'E2BIG'],
  ] as [string, [string, ...string[]], object, string][])('%s', async (_title, argv, over, spawnError) => {
    expect(await run(tree, argv, over)).toMatchObject({ spawnError, code: null, survivors: 0, timedOut: false });
  });

  it('a program without PATH', async () => {
    expect(await run(tree, ['true'], { env: {} })).toMatchObject({ spawnError: 'ENOENT' });
  });
});

describe.each(trees)('output, %s', tree => {
  it('goes through flat memory: 256 MiB', async () => {
    let bytes = 0;
    let peak = 0;
    const before = process.memoryUsage.rss();
    const exit = await run(tree, 'head -c 268435456 /dev/zero', {
      onStdout(chunk) {
        bytes += chunk.length;
        peak = Math.max(peak, process.memoryUsage.rss() - before);
      },
    });
    expect(exit.code).toBe(0);
    expect(bytes).toBe(256 * 1024 * 1024);
    expect(peak).toBeLessThan(120_000_000);
  });

  it('is complete when the program ends at once, every time', async () => {
    for (let i = 0; i < 10; i++) {
      const { stdout, report } = await run(tree, 'head -c 150000 /dev/zero; head -c 150000 /dev/zero >&4', {
        report: { kind: 'socket', onData() {} },
      });
      expect([stdout.length, report.length]).toEqual([150_000, 150_000]);
    }
  });
});

it('works in a worker thread', async () => {
  const source = `
    import { parentPort } from 'node:worker_threads';
    const { nodePorts } = await import(${JSON.stringify(new URL('./ports.ts', import.meta.url).href)});
    const options = { cwd: '/', env: { PATH: '/bin:/usr/bin' }, timeoutMs: 5000, signal: new AbortController().signal, runId: 'worker' };
    parentPort.postMessage((await nodePorts().supervise(['sh', '-c', 'exit 5'], options).exit).code);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const code = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  expect(code).toBe(5);
});
