import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { files } from './files.ts';

let dir: string;
let from: string;
let to: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'proofgate-test-'));
  [from, to] = [join(dir, 'from'), join(dir, 'to')];
  mkdirSync(from);
});
afterEach(() => files.remove(dir));

describe('a copy', () => {
  it('has new files with the same bytes; of the modes, only "executable" is kept', async () => {
    writeFileSync(join(from, 'plain'), 'p');
    writeFileSync(join(from, 'tool'), 't');
    chmodSync(join(from, 'plain'), 0o666);
    chmodSync(join(from, 'tool'), 0o4711);
    mkdirSync(join(from, 'sub'), { mode: 0o700 });
    linkSync(join(from, 'plain'), join(from, 'sub/again'));
    await files.copyTree(from, to);
    const modeOf = (path: string) => statSync(join(to, path)).mode & 0o7777;
    expect(['plain', 'tool', 'sub', 'sub/again'].map(modeOf)).toEqual([0o644, 0o755, 0o755, 0o644]);
    expect(readFileSync(join(to, 'sub/again'), 'utf8')).toBe('p');
    expect(statSync(join(to, 'plain')).nlink).toBe(1);
    expect(statSync(join(to, 'plain')).ino).not.toBe(statSync(join(from, 'plain')).ino);
  });

  it('lacks what is skipped, which need not be such as can be copied', async () => {
    mkdirSync(join(from, 'sub/big'), { recursive: true });
    writeFileSync(join(from, 'sub/file'), 'f');
    writeFileSync(join(from, 'sub/big/file'), '');
    truncateSync(join(from, 'sub/big/file'), 65 * 1024 * 1024);
    await files.copyTree(from, to, { skip: ['sub/big', 'nothing'] });
    expect(readdirSync(join(to, 'sub'))).toEqual(['file']);
  });

  it('has links with the same targets, wherever they point', async () => {
    for (const [name, target] of [
      ['in', 'plain'],
      ['out', '/etc/passwd'],
      ['up', '../..'],
    ] as const)
      symlinkSync(target, join(from, name));
    await files.copyTree(from, to);
    expect(['in', 'out', 'up'].map(name => readlinkSync(join(to, name)))).toEqual(['plain', '/etc/passwd', '../..']);
  });

  it('replaces what is in its way and never writes through it', async () => {
    mkdirSync(join(from, 'sub'));
    writeFileSync(join(from, 'sub/file'), 'new');
    mkdirSync(to);
    mkdirSync(join(dir, 'outside'));
    writeFileSync(join(dir, 'outside/file'), 'precious');
    symlinkSync('../outside', join(to, 'sub'));
    await files.copyTree(from, to);
    expect(readFileSync(join(dir, 'outside/file'), 'utf8')).toBe('precious');
    expect(lstatSync(join(to, 'sub')).isDirectory()).toBe(true);
    expect(readFileSync(join(to, 'sub/file'), 'utf8')).toBe('new');
  });
});

describe('nothing is copied', () => {
  it('when something cannot be, and everything of that kind is named at once', async () => {
    writeFileSync(join(from, 'fine'), '');
    writeFileSync(join(from, 'huge'), '');
    truncateSync(join(from, 'huge'), 2 ** 40);
    execFileSync('mkfifo', [join(from, 'queue')]);
    const error: unknown = await files.copyTree(from, to).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).problems).toMatchObject([
      { at: join(from, 'huge'), message: expect.stringContaining('1099511627776 bytes') },
      { at: join(from, 'queue'), message: 'cannot copy a fifo' },
    ]);
    expect(await files.stat(to)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('when a name is not UTF-8', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${from}/a`), Buffer.from([0xff])]), '');
    await expect(files.copyTree(from, to)).rejects.toThrow('a\\xff: the name is not UTF-8');
  });
});
