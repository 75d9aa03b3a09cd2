import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { files } from './files.ts';
import { removeStaleScratch } from './ports.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'proofgate-test-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('a tree is removed whatever is in it; where links lead is left alone', async () => {
  mkdirSync(join(dir, 'outside'));
  writeFileSync(join(dir, 'outside/precious'), '');
  const tree = join(dir, 'tree');
  mkdirSync(join(tree, 'shut/inner'), { recursive: true });
  writeFileSync(join(tree, 'shut/inner/file'), '');
  symlinkSync('../outside', join(tree, 'link'));
  execFileSync('mkfifo', [join(tree, 'fifo')]);
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(process.platform === 'linux' ? [0xff] : [0x61])]), '');
  chmodSync(join(tree, 'shut/inner'), 0o500);
  chmodSync(join(tree, 'shut'), 0);
  chmodSync(tree, 0);
  await files.remove(tree);
  expect(readdirSync(dir)).toEqual(['outside']);
  expect(readdirSync(join(dir, 'outside'))).toEqual(['precious']);
});

it('what is absent is fine; a link is removed, not its target; a file is removed', async () => {
  writeFileSync(join(dir, 'file'), '');
  symlinkSync('file', join(dir, 'link'));
  await files.remove(join(dir, 'absent'));
  await files.remove(join(dir, 'link'));
  expect(readdirSync(dir)).toEqual(['file']);
  await files.remove(join(dir, 'file'));
  expect(readdirSync(dir)).toEqual([]);
});

it('a scratch folder is private, carries our pid, and removes itself', async () => {
  let path: string;
  {
    await using scratch = await files.scratch('pgtest');
    path = scratch.path;
    expect(path).toContain(`pgtest-${process.pid}.`);
    expect(await files.stat(path)).toMatchObject({ kind: 'dir', mode: 0o700 });
    mkdirSync(join(path, 'shut'), { mode: 0 });
  }
  expect(await files.stat(path)).toBeUndefined();
});

it('scratch folders of engines that were killed are found and removed; those of the living and of strangers are not', async () => {
  const prefix = `pgstale${process.pid}`;
  await using alive = await files.scratch(prefix);
  const named = (change: [string | RegExp, string], random: string) => alive.path.replace(...change).replace(/-\w{6}$/, `-${random}`);
  const dead = named([`-${process.pid}.`, '-99999999.'], 'AAAAAA');
  const link = named([`-${process.pid}.`, '-99999999.'], 'LLLLLL');
  const otherNamespace = named([/-\d+\.\d+-/, '-99999999.1-'], 'AAAAAA');
  const stranger = named([`${prefix}-`, `${prefix}-more-`], 'AAAAAA');
  const made = [dead, otherNamespace, stranger];
  for (const path of made) mkdirSync(path);
  symlinkSync(dir, link);
  try {
    expect(await removeStaleScratch(prefix)).toEqual([dead]);
    expect(await files.stat(alive.path)).toBeDefined();
    expect(await files.stat(otherNamespace)).toBeDefined();
    expect(await files.stat(stranger)).toBeDefined();
    expect(await files.stat(link)).toBeDefined();
  } finally {
    for (const path of [...made, link]) await files.remove(path);
  }
});
