import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { files } from './files.ts';

const root = process.getuid?.() === 0;
const linux = process.platform === 'linux';
let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'proofgate-test-'))));
afterEach(() => files.remove(dir));
const at = (path: string) => join(dir, path);
const text = (path: string) => readFileSync(at(path), 'utf8');

describe('a sink', () => {
  it('starts empty and grows; what is written is there before the next line runs', () => {
    writeFileSync(at('log'), 'old');
    const sink = files.openSink(at('log'));
    expect(text('log')).toBe('');
    sink.write('one ');
    sink.write(Buffer.from('two'));
    expect(text('log')).toBe('one two');
    sink.close();
    sink.close();
  });

  it('keeps growing when somebody truncates it', () => {
    const sink = files.openSink(at('log'));
    sink.write('x'.repeat(1000));
    writeFileSync(at('log'), '');
    sink.write('end');
    sink.close();
    expect(text('log')).toBe('end');
  });
});

describe.each([
  ['a sink', (path: string) => files.openSink(path).close()],
  ['write', (path: string) => files.write(path, 'x')],
])('%s does not write', (_title, attempt) => {
  const refusal = async (path: string) => {
    try {
      await attempt(path);
      return 'written';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };

  it('through a link', async () => {
    writeFileSync(at('target'), 'precious');
    symlinkSync('target', at('link'));
    expect(await refusal(at('link'))).toBe('ELOOP');
    expect(text('target')).toBe('precious');
  });

  it('to a file that has another name', async () => {
    writeFileSync(at('target'), 'precious');
    linkSync(at('target'), at('link'));
    expect(await refusal(at('link'))).toBe('EMLINK');
    expect(text('target')).toBe('precious');
  });

  it('to a FIFO, a folder or a device, and does not wait for them', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    expect(await refusal(at('fifo'))).toBe('ENXIO');
    expect(await refusal(dir)).toBe('EISDIR');
    expect(await refusal('/dev/null')).toBe('EINVAL');
  });
});

describe('write', () => {
  it('makes the parents, replaces the contents, and gives the mode that was asked for', async () => {
    await files.write(at('a/b/c'), 'one', { mode: 0o777 });
    await files.write(at('a/b/c'), 'two');
    expect([text('a/b/c'), statSync(at('a/b/c')).mode & 0o777]).toEqual(['two', 0o777]);
  });
});

describe('replace', () => {
  it('puts the new content in place and leaves nothing beside it', async () => {
    await files.replace(at('state.json'), 'one');
    await files.replace(at('state.json'), 'two');
    expect([text('state.json'), readdirSync(dir)]).toEqual(['two', ['state.json']]);
  });

  it('replaces a link, not what it points to', async () => {
    writeFileSync(at('target'), 'precious');
    symlinkSync('target', at('link'));
    await files.replace(at('link'), 'new');
    expect([text('target'), text('link')]).toEqual(['precious', 'new']);
  });

  it('leaves everything as it was when it cannot', async () => {
    mkdirSync(at('taken'));
    await expect(files.replace(at('taken'), 'x')).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(files.replace(at('absent/x'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(dir)).toEqual(['taken']);
  });

  it.runIf(root && linux)('leaves the old content when the disk is full (needs root)', async () => {
    mkdirSync(at('small'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', at('small')]);
    try {
      await files.replace(at('small/state'), 'old');
      await expect(files.replace(at('small/state'), 'x'.repeat(200_000))).rejects.toMatchObject({ code: 'ENOSPC' });
      expect([text('small/state'), readdirSync(at('small'))]).toEqual(['old', ['state']]);

      const sink = files.openSink(at('small/log'));
      expect(() => sink.write('x'.repeat(200_000))).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      sink.close();
    } finally {
      execFileSync('umount', [at('small')]);
    }
  });
});

describe('folders', () => {
  it('are made with their parents, once or again', async () => {
    await files.makeDir(at('a/b/c'));
    await files.makeDir(at('a/b/c/'));
    expect(statSync(at('a/b/c')).isDirectory()).toBe(true);
  });

  it.runIf(linux)('that cannot be made are refused (Node itself would try for ever)', async () => {
    await expect(files.makeDir('/proc/x/y')).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(at('file'), '');
    await expect(files.makeDir(at('file/x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(files.makeDir(at('file'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('are reserved by one only', async () => {
    await files.makeDirExclusive(at('mine'));
    await expect(files.makeDirExclusive(at('mine'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('are published onto nothing, not even onto an empty folder', async () => {
    mkdirSync(at('from'));
    mkdirSync(at('to'));
    await expect(files.publishDir(at('from'), at('to'))).rejects.toMatchObject({ code: 'EEXIST' });
    await files.publishDir(at('from'), at('new'));
    expect(readdirSync(dir).toSorted()).toEqual(['new', 'to']);
  });
});

describe('modes', () => {
  it('are not changed through a link', async () => {
    writeFileSync(at('target'), '', { mode: 0o600 });
    symlinkSync('target', at('link'));
    await expect(files.chmod(at('link'), 0o777)).rejects.toMatchObject({ code: 'ELOOP' });
    expect(statSync(at('target')).mode & 0o777).toBe(0o600);
  });
});
