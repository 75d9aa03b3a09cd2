import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { git } from './git.ts';
import { makeGitDir, openWorkspace } from './open.ts';

const ports = nodePorts();
let room: { path: string } & AsyncDisposable;
beforeEach(async () => void (room = await ports.files.scratch('repository-test')));
afterEach(() => room[Symbol.asyncDispose]());

/** Opens a workspace for a seed of these files, and asks git about it as an agent would. */
async function opened(seed: Record<string, string>, prepare: (seedDir: string) => void = () => {}) {
  const [seedDir, parent] = ['seed', 'parent'].map(name => join(room.path, name)) as [string, string];
  for (const dir of [seedDir, parent]) mkdirSync(dir);
  for (const [path, text] of Object.entries(seed)) {
    mkdirSync(dirname(join(seedDir, path)), { recursive: true });
    writeFileSync(join(seedDir, path), text);
  }
  prepare(seedDir);
  const workspace = await openWorkspace(seedDir, parent, [], ports);
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
  const ask = (...args: string[]) => execFileSync('git', args, { cwd: workspace.dir, env, encoding: 'utf8' }).trimEnd();
  return { ...workspace, ask };
}

/** Every order and form that trees and indexes have rules for. */
const tricky = {
  'a.txt': 'one\n',
  empty: '',
  'a/b/c.txt': 'deep\n',
  'a-b': 'sorts between a and a/\n',
  a0: 'sorts after a/\n',
  'ä ö.txt': 'not ASCII\n',
  [`${'long'.repeat(50)}/${'name'.repeat(50)}/x`]: 'a path of 400 bytes\n',
  '.gitignore': 'a.txt\n',
  'crlf.txt': 'as it is\r\n',
  twice: 'one\n',
  // sizes around every border of the size field of a pack
  ...Object.fromEntries([15, 16, 2047, 2048, 300_000].map(size => [`size-${size}`, 'x'.repeat(size)])),
};

describe('the repository of a workspace', () => {
  it('has the commit that git itself would have made', async () => {
    const { dir, ask, baselineCommit } = await opened(tricky, seed => {
      chmodSync(join(seed, 'a0'), 0o755);
      symlinkSync('a.txt', join(seed, 'link'));
    });
    expect(ask('rev-parse', 'HEAD')).toBe(baselineCommit);
    rmSync(join(dir, '.git'), { recursive: true });
    for (const args of [
      ['init', '--quiet', '--template='],
      ['add', '--all', '--force', '.'],
      ['commit', '--quiet', '-m', 'baseline'],
    ]) {
      await git(args, { cwd: dir }, ports);
    }
    expect(ask('rev-parse', 'HEAD')).toBe(baselineCommit);
  });

  it('is whole in the eyes of git: objects, refs, reflog and index', async () => {
    const { dir, ask } = await opened(tricky);
    expect(ask('fsck', '--strict', '--full')).toBe('');
    expect(ask('verify-pack', `.git/objects/pack/${readdirSync(join(dir, '.git/objects/pack'))[0]}`)).toBe('');
    expect(ask('status', '--porcelain', '--ignored')).toBe('');
    expect(ask('branch', '--show-current')).toBe('main');
    expect(ask('log', '--format=%an <%ae> %at %s')).toBe('proofgate <proofgate@localhost> 1767225600 baseline');
    expect(ask('reflog', '--format=%gs')).toBe('commit (initial): baseline');
  });

  it('knows its files at a glance: nothing has to be read again to see that it did not change', async () => {
    const past = new Date('2026-01-01T00:00:00Z');
    const { dir, ask } = await opened({ 'a.txt': 'one\n', 'b/c.txt': 'two\n' });
    expect(ask('diff-files')).toBe('');
    expect(ask('diff-index', 'HEAD')).toBe('');
    utimesSync(join(dir, 'a.txt'), past, past);
    expect(ask('diff-files', '--name-only')).toBe('a.txt');
  });

  it('is known to the harness by its objects, whoever made them', async () => {
    const gitDir = join(room.path, 'harness.git');
    for (const attributes of ['', '*.txt text\n']) {
      await using own = await ports.files.scratch('repository-test');
      mkdirSync(join(own.path, 'seed'));
      writeFileSync(join(own.path, 'seed', 'a.txt'), 'one\r\n');
      if (attributes) writeFileSync(join(own.path, 'seed', '.gitattributes'), attributes);
      const workspace = await openWorkspace(join(own.path, 'seed'), own.path, [], ports);
      await makeGitDir(gitDir, workspace, ports);
      const { stdout } = await git(
        ['ls-tree', '-r', '--name-only', workspace.baselineCommit],
        { cwd: own.path, env: { GIT_DIR: gitDir } },
        ports,
      );
      expect(stdout).toBe(attributes ? '.gitattributes\na.txt\n' : 'a.txt\n');
    }
  });

  it('takes whatever an agent does with it', async () => {
    const { dir, ask } = await opened(tricky);
    writeFileSync(join(dir, 'a.txt'), 'two\n');
    ask('commit', '--quiet', '-am', 'edit');
    ask('tag', 'v1');
    ask('stash', 'list');
    ask('gc', '--quiet', '--prune=now');
    expect(ask('diff', '--name-only', 'HEAD~1')).toBe('a.txt');
    expect(ask('fsck', '--strict', '--full')).toBe('');
  });

  it('has a commit even where the seed has no file', async () => {
    const { ask } = await opened({});
    expect(ask('ls-tree', '-r', 'HEAD')).toBe('');
    expect(ask('fsck', '--strict')).toBe('');
  });

  it('is made by git where the seed wants its contents changed on the way in', async () => {
    const { ask } = await opened({ '.gitattributes': '*.txt text\n', 'a.txt': 'one\r\n' });
    expect(ask('cat-file', 'blob', 'HEAD:a.txt')).toBe('one');
    expect(ask('status', '--porcelain')).toBe('');
  });
});
