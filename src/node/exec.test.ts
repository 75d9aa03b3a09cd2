import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePorts } from './ports.ts';

const { exec, host, files, clock, randomHex } = nodePorts({ PATH: `relative::${process.env['PATH']}`, ONLY: 'mine' });
const at = { cwd: '/', env: { PATH: '/usr/bin:/bin' } };
let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'proofgate-test-'))));
afterEach(() => files.remove(dir));

describe('a tool of our own', () => {
  it('answers with its code and its outputs, byte for byte', async () => {
    expect(await exec(['sh', '-c', 'echo out; printf err >&2; exit 3'], at)).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err',
      spawnError: null,
    });
  });

  it('gets exactly the environment it is given, and an empty standard input', async () => {
    expect((await exec(['env'], at)).stdout).toBe('PATH=/usr/bin:/bin\n');
    expect((await exec(['cat'], at)).stdout).toBe('');
    expect((await exec(['cat'], { ...at, input: Buffer.from('given') })).stdout).toBe('given');
    expect((await exec(['true'], { ...at, input: 'x'.repeat(1_000_000) })).code).toBe(0);
  });

  it('that is not there, or runs out of time, has no code', async () => {
    expect(await exec(['no-such-tool'], at)).toMatchObject({ code: null, spawnError: 'ENOENT' });
    expect(await exec(['/etc/passwd'], at)).toMatchObject({ code: null, spawnError: 'EACCES' });
    expect(await exec(['sh', '-c', 'sleep 9 & sleep 9'], { ...at, timeoutMs: 100 })).toMatchObject({ code: null, spawnError: null });
  });

  it('ended by a signal has the code of a shell', async () => {
    expect(await exec(['sh', '-c', 'kill -9 $$'], at)).toMatchObject({ code: 137, spawnError: null });
  });

  it('writes its output to a file when asked to, but not through a link', async () => {
    const file = join(dir, 'out');
    expect(await exec(['printf', '\\377'], { ...at, stdoutFile: file })).toMatchObject({ code: 0, stdout: '' });
    expect([...readFileSync(file)]).toEqual([0xff]);
    symlinkSync('out', join(dir, 'link'));
    await expect(exec(['true'], { ...at, stdoutFile: join(dir, 'link') })).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('the host', () => {
  it('finds a program on the PATH it was given, links followed, and only what can be run', async () => {
    writeFileSync(join(dir, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(dir, 'data'), '', { mode: 0o644 });
    symlinkSync('tool', join(dir, 'alias'));
    const { which } = nodePorts({ PATH: `.:${dir}` }).host;
    expect(await Promise.all(['alias', 'data', 'absent', './tool', join(dir, 'alias')].map(name => which(name)))).toEqual([
      await files.realPath(join(dir, 'tool')),
      undefined,
      undefined,
      undefined,
      await files.realPath(join(dir, 'tool')),
    ]);
  });

  it('tells what it is', () => {
    expect(host).toMatchObject({ platform: process.platform, pid: process.pid, nodePath: process.execPath, env: { ONLY: 'mine' } });
    expect([host.alive(process.pid), host.alive(1), host.alive(99_999_999)]).toEqual([true, true, false]);
  });

  it('has a clock that only grows and bytes that do not repeat', () => {
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
    expect(clock.monotonic()).toBeLessThanOrEqual(clock.monotonic());
    expect(randomHex(8)).toMatch(/^[0-9a-f]{16}$/);
    expect(randomHex(8)).not.toBe(randomHex(8));
  });
});
