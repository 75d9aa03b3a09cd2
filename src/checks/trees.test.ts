import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { leaveBehind, writeTinyTask, writeTree, type Tree } from '../testing/tiny-task.ts';
import { isCache, oracleTree, overlay, patchedTree, readExam } from './trees.ts';

const ports = nodePorts();
const scratch = await ports.files.scratch('trees-test-');
afterAll(() => scratch[Symbol.asyncDispose]());
let n = 0;

const repo: Tree = { 'src/a.js': 'old\n', 'src/b.js': '', 'folder/x': '', file: '' };
async function made(answer: Tree = { 'src/a.js': 'new\n' }) {
  const dir = join(scratch.path, String(n++));
  const { task } = await writeTinyTask(
    { repo, tests: { 'test/a.test.js': 'test' }, answer, verification: { fail_to_pass: ['x'] } },
    join(dir, 'task'),
    ports,
  );
  return {
    dir,
    task,
    tree: join(dir, 'tree'),
    has: (path: string) => existsSync(join(dir, 'tree', path)),
    text: (path: string) => readFileSync(join(dir, 'tree', path), 'utf8'),
  };
}

describe('a patched tree', () => {
  it('is the seed with the patch on it, and the seed stays as it is', async () => {
    const { dir, task, tree, has, text } = await made();
    const patch = await leaveBehind(
      task,
      {
        'src/a.js': 'mine',
        'src/b.js': null,
        'deep/er/c.js': 'c',
        'deep/link': { link: 'er' },
        file: null,
        'file/now/a/folder.js': 'x',
        'alone/link': { link: '../src' },
      },
      join(dir, 'agent'),
      ports,
    );
    await patchedTree(task.repoDir, patch, tree, ports);
    expect([text('alone/link/a.js'), text('deep/link/c.js'), text('file/now/a/folder.js'), has('src/b.js'), has('folder/x')]).toEqual([
      'mine',
      'c',
      'x',
      false,
      true,
    ]);
    expect(readFileSync(join(task.repoDir, 'src/a.js'), 'utf8')).toBe('old\n');
  });

  it('keeps whether a new file may be executed', async () => {
    const { dir, task, tree } = await made();
    await leaveBehind(task, { 'run.sh': '' }, join(dir, 'agent'), ports);
    await ports.files.chmod(join(dir, 'agent', 'run.sh'), 0o711);
    const patch = {
      snapshotDir: join(dir, 'agent'),
      files: [{ path: 'run.sh', change: 'added', kind: 'file', bytes: 0, mode: 0o711, digest: null, target: null, oddity: null } as const],
    };
    await patchedTree(task.repoDir, patch, tree, ports);
    expect(statSync(join(tree, 'run.sh')).mode & 0o777).toBe(0o755);
  });
});

describe('a tree with the oracle', () => {
  it('has new, changed and deleted files', async () => {
    const { task, tree, has, text } = await made({ 'src/a.js': 'new\n', 'src/b.js': null, 'src/c.js': 'c\n' });
    expect(await oracleTree(task, tree, ports)).toBeUndefined();
    expect([text('src/a.js'), has('src/b.js'), text('src/c.js')]).toEqual(['new\n', false, 'c\n']);
  });

  it("answers git's own words when it does not apply", async () => {
    const { task, tree } = await made();
    expect(await oracleTree({ ...task, oracle: task.oracle.replace('old', 'other') }, tree, ports)).toMatch(/patch does not apply/);
  });

  it('is not written through a link of the seed', async () => {
    const { dir, task, tree } = await made();
    await writeTree(task.repoDir, { out: { link: '../../outside' } }, ports);
    await ports.files.makeDir(join(dir, 'outside'));
    expect(await oracleTree({ ...task, oracle: '--- /dev/null\n+++ b/out/x.js\n@@ -0,0 +1 @@\n+x\n' }, tree, ports)).toMatch(
      /beyond a symbolic link/,
    );
  });

  it('lets a missing git be somebody else to mend', async () => {
    const { task, tree } = await made();
    const without = nodePorts({ PATH: '/nonexistent' });
    await expect(oracleTree(task, tree, without)).rejects.toThrow('git cannot be run');
  });
});

describe('tests that are laid over a tree', () => {
  it('win path by path, also over a link, a folder and a file in their way, and are never written through a link', async () => {
    const { dir, tree, text } = await made();
    const left: Tree = {
      'outside/keep': '',
      'tree/link': { link: '../outside' },
      'tree/a.js': { link: '../outside/keep' },
      'tree/b.js/inner': '',
      'tree/c': 'file',
      'tree/other': 'stays',
    };
    await writeTree(dir, left, ports);
    const tests = ['link/t.js', 'a.js', 'b.js', 'c/t.js', 'new/t.js'].map(path => ({ path, bytes: Buffer.from(path), mode: 0o644 }));
    await overlay(tree, tests, ports);
    expect(tests.map(({ path }) => text(path))).toEqual(tests.map(({ path }) => path));
    expect(lstatSync(join(tree, 'link')).isDirectory()).toBe(true);
    expect(readFileSync(join(dir, 'outside/keep'), 'utf8')).toBe('');
    expect(text('other')).toBe('stays');
  });

  it('are read with their bytes and modes', async () => {
    const { task } = await made();
    expect(await readExam(task, ports)).toEqual({
      tests: [{ path: 'test/a.test.js', bytes: Buffer.from('test'), mode: 0o644 }],
      twins: null,
    });
  });
});

it('byte code is what an interpreter left behind', () => {
  expect(['__pycache__/a.cpython-311.pyc', 'a/__pycache__/x', 'a.pyc'].every(isCache)).toBe(true);
  expect(['a.py', 'pycache/a', 'a.pyc.py'].some(isCache)).toBe(false);
});
