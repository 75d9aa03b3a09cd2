import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { checkEnding, openWorkspace, readTree, renderPatch, type Workspace } from './index.ts';

const ports = nodePorts();
let room: { path: string } & AsyncDisposable;
let workspace: Workspace;
let scratch: string;

beforeEach(async () => {
  room = await ports.files.scratch('workspace-test');
  const seed = join(room.path, 'seed');
  scratch = join(room.path, 'scratch');
  for (const dir of [seed, scratch, join(room.path, 'parent')]) mkdirSync(dir);
  writeFileSync(join(seed, 'a.txt'), 'one\n');
  writeFileSync(join(seed, 'b.txt'), 'two\n');
  workspace = await openWorkspace(seed, join(room.path, 'parent'), [], ports);
});
afterEach(() => room[Symbol.asyncDispose]());

const inWorkspace = (script: string) => execFileSync('bash', ['-euc', script], { cwd: workspace.dir, stdio: 'pipe', encoding: 'utf8' });
const inSeed = (script: string) => execFileSync('bash', ['-euc', script], { cwd: workspace.seedDir, stdio: 'pipe' });
const read = () => readTree(workspace, scratch, ports);
const names = (reading: { files: { path: string; change: string }[] }) => reading.files.map(file => `${file.change} ${file.path}`);

describe('the tree is read', () => {
  it('against the baseline: added, modified, deleted, by mode and by type, sorted by bytes', async () => {
    inWorkspace('echo more >> a.txt; rm b.txt; mkdir z; echo x > z/y; echo q > B; ln -s a.txt c');
    expect(names(await read())).toEqual(['added B', 'modified a.txt', 'deleted b.txt', 'added c', 'added z/y']);
  });

  it('with an executable bit as a change of mode, and a link in the place of a file as a change of type', async () => {
    inWorkspace('chmod +x a.txt; rm b.txt; ln -s a.txt b.txt');
    expect(names(await read())).toEqual(['mode a.txt', 'type b.txt']);
  });

  it('with a mode that changed beside the content as a change of mode', async () => {
    inWorkspace('echo more >> a.txt; chmod +x a.txt');
    expect(names(await read())).toEqual(['mode a.txt']);
  });

  it('with what is too much to be an answer named and not kept', async () => {
    inWorkspace('for n in 1 2 3; do head -c 15000000 /dev/zero > big$n; done');
    const { files, snapshotDir } = await read();
    expect(files.map(({ path, oddity }) => [path, oddity])).toEqual([
      ['big1', null],
      ['big2', null],
      ['big3', 'too_large'],
    ]);
    expect(existsSync(join(snapshotDir, 'big3'))).toBe(false);
  });

  it('and what is too large by itself takes no room from the others', async () => {
    inWorkspace('truncate -s 1T a.hole; echo more >> b.txt');
    expect((await read()).files.map(({ path, oddity }) => [path, oddity])).toEqual([
      ['a.hole', 'too_large'],
      ['b.txt', null],
    ]);
  });

  it('with what the agent committed, too', async () => {
    inWorkspace('echo more >> a.txt; git commit -qam done');
    const reading = await read();
    expect(names(reading)).toEqual(['modified a.txt']);
    expect(reading.commits).toBe(true);
    expect(reading.unfinished).toEqual([]);
  });

  it('and keeps the contents, so that nothing looks at the tree again', async () => {
    inWorkspace('echo kept > new.txt');
    const { snapshotDir } = await read();
    writeFileSync(join(workspace.dir, 'new.txt'), 'changed later\n');
    expect(readFileSync(join(snapshotDir, 'new.txt'), 'utf8')).toBe('kept\n');
  });

  it('whatever hostile thing stands in it: a FIFO, a sparse terabyte, a name that is no text', async () => {
    inWorkspace(String.raw`mkfifo pipe; truncate -s 1T huge; printf x > "$(printf 'n\xff')"; ln a.txt hard`);
    const { files } = await read();
    expect(files.map(({ path, oddity }) => [path, oddity])).toEqual([
      ['hard', 'hard_link'],
      ['huge', 'too_large'],
      [String.raw`n\xff`, 'name_not_utf8'],
      ['pipe', 'fifo'],
    ]);
  });
});

describe('work beside a commit is unfinished', () => {
  it.each([
    ['an edit', 'echo b >> b.txt', ['b.txt (not committed)']],
    ['an untracked file', 'echo x > x', ['x (untracked)']],
    ['a deletion', 'rm b.txt', ['b.txt (deletion not committed)']],
    ['something staged', 'echo b >> b.txt; git add b.txt', ['b.txt (not committed)', 'b.txt (staged)']],
    ['a stash', 'echo b >> b.txt; git stash -q', ['a stash is left']],
    ['a stash that was packed', 'echo b >> b.txt; git stash -q; git pack-refs --all --prune', ['a stash is left']],
    ['a lock', 'touch .git/index.lock', ['index.lock is left: git did not come to its end']],
    ['a second worktree', 'git worktree add -q --detach ../second', ['a worktree is left']],
    [
      'a commit on another branch',
      'git checkout -qb side; echo s > s; git add s; git commit -qm s; git checkout -q main',
      ['commits beside HEAD (refs/heads/side)'],
    ],
    [
      'a commit on another branch that was packed',
      'git checkout -qb side; echo s > s; git add s; git commit -qm s; git checkout -q main; git pack-refs --all --prune',
      ['commits beside HEAD (refs/heads/side)'],
    ],
    ['an ignored file', 'mkdir -p .git/info; echo secret > .git/info/exclude; echo s > secret', ['secret (untracked)']],
  ])('%s', async (_name, script, unfinished) => {
    inWorkspace(`echo more >> a.txt; git commit -qam done; ${script}`);
    expect((await read()).unfinished).toEqual(unfinished);
  });

  it('an open merge', async () => {
    inWorkspace(
      'git checkout -qb side; echo s > s; git add s; git commit -qm s; git checkout -q main; echo m > m; git add m; git commit -qm m; git merge -q --no-commit side',
    );
    expect((await read()).unfinished).toContain('a merge is open');
  });

  it.each([
    ['that is gone', 'rm -rf .git', '.git is gone'],
    ['that is a file', 'rm -rf .git; echo gitdir: /tmp > .git', '.git is a file now'],
    ['with refs that lead to themselves', 'rm -rf .git/refs; ln -s refs .git/refs', 'the refs of the workspace cannot be read'],
    ['whose packed refs nobody could read', 'truncate -s 1T .git/packed-refs', 'the refs of the workspace cannot be read'],
    ['whose head is a pipe', 'rm .git/HEAD; mkfifo .git/HEAD', 'HEAD of the workspace cannot be read'],
    ['whose HEAD is no text', String.raw`printf 'ref: refs/heads/a\0b\n' > .git/HEAD`, 'HEAD of the workspace cannot be read'],
    [
      'without objects',
      'rm -rf .git/objects; printf "%040d\n" 1 > .git/refs/heads/main',
      'the last commit of the workspace cannot be read',
    ],
    [
      'with an index that nobody could load',
      'echo x > x; git add x; git commit -qm x; truncate -s 3G .git/index',
      'the index of the workspace cannot be read',
    ],
  ])('a git directory %s', async (_name, script, finding) => {
    inWorkspace(script);
    expect((await read()).unfinished).toEqual([finding]);
  });

  it('but not for a backend that never commits', async () => {
    inWorkspace('echo more >> a.txt; echo x > x');
    const reading = await read();
    expect([reading.commits, reading.unfinished]).toEqual([false, []]);
    expect(await checkEnding(workspace, reading, [], ports)).toEqual([]);
  });

  it('and what changes after the reading is dirty', async () => {
    const reading = await read();
    inWorkspace('echo late >> a.txt');
    expect(await checkEnding(workspace, reading, [], ports)).toEqual(['a.txt (modified after it was read)']);
  });
});

describe("git never executes the agent's configuration", () => {
  const canary = () => join(room.path, 'EXECUTED');

  it.each([
    ['fsmonitor', 'git config core.fsmonitor "touch $CANARY; false"'],
    ['a clean filter', `git config filter.evil.clean "sh -c 'touch $CANARY; cat'"; echo '* filter=evil' > .gitattributes`],
    ['a filter process', `git config filter.evil.process "touch $CANARY"; echo '* filter=evil' > .gitattributes`],
    ['a hook', 'mkdir -p .git/hooks; printf "#!/bin/sh\\ntouch $CANARY\\n" > .git/hooks/post-index-change; chmod +x .git/hooks/*'],
    ['an external diff', 'git config diff.external "touch $CANARY"'],
    ['a textconv', `git config diff.evil.textconv "touch $CANARY; cat"; echo '* diff=evil' > .gitattributes`],
    ['an included configuration', 'printf "[core]\\n\\tfsmonitor = touch $CANARY\\n" > evil.cfg; git config include.path ../evil.cfg'],
    ['a nested repository', 'mkdir n; (cd n; git init -q --template=; git config core.fsmonitor "touch $CANARY; false"; echo x > x)'],
    [
      'a promisor remote',
      'git config remote.evil.url "ext::touch $CANARY"; git config remote.evil.promisor true; git config protocol.ext.allow always; rm -rf .git/objects/*',
    ],
    ['alternates', 'mkdir -p .git/objects/info; echo /nonexistent > .git/objects/info/alternates'],
  ])('%s', async (_name, plant) => {
    inWorkspace(`echo more >> a.txt; git commit -qam done; CANARY=${canary()}; ${plant}; rm -f ${canary()}; echo more >> b.txt`);
    const reading = await read();
    const patch = Buffer.from(await renderPatch(workspace, reading, scratch, ports)).toString();
    await checkEnding(workspace, reading, [], ports);
    expect(existsSync(canary())).toBe(false);
    expect(patch).toContain('b/b.txt');
    expect(reading.files.map(file => file.path)).toContain('b.txt');
  });
});

describe('patch.diff', () => {
  it('applies to the seed with -p1 and gives the tree again', async () => {
    writeFileSync(join(workspace.dir, 'bin'), Buffer.from([0, 1, 2, 255]));
    inWorkspace('echo more >> a.txt; rm b.txt; mkdir d; echo x > "d/with space"; chmod +x a.txt; : > empty');
    symlinkSync('a.txt', join(workspace.dir, 'link'));
    const patch = await renderPatch(workspace, await read(), scratch, ports);
    const again = join(room.path, 'again');
    await ports.files.copyTree(workspace.seedDir, again);
    execFileSync('git', ['apply', '-p1', '-'], {
      cwd: again,
      input: patch,
      env: { PATH: process.env['PATH'], GIT_CEILING_DIRECTORIES: room.path },
    });
    const listed = async (dir: string) =>
      (await ports.files.walk(dir, { skip: ['.git'] })).map(e => [e.path, e.kind, e.digest, e.mode & 0o111]);
    expect(await listed(again)).toEqual(await listed(workspace.dir));
  });

  it('names both sides of an added and of a deleted file', async () => {
    inWorkspace('rm b.txt; echo x > "diff --git b"');
    const patch = Buffer.from(await renderPatch(workspace, await read(), scratch, ports)).toString();
    expect(patch.match(/^diff --git .*$/gm)).toEqual(['diff --git a/b.txt b/b.txt', 'diff --git a/diff --git b b/diff --git b']);
  });

  it('notes what a patch cannot show', async () => {
    inWorkspace('mkfifo pipe');
    expect(Buffer.from(await renderPatch(workspace, await read(), scratch, ports)).toString()).toBe(
      '# proofgate: not representable: "pipe" (fifo)\n',
    );
  });

  it('is empty when nothing changed', async () => {
    expect((await renderPatch(workspace, await read(), scratch, ports)).length).toBe(0);
  });
});

describe('what a backend keeps for itself', () => {
  beforeEach(async () => {
    await ports.files.remove(workspace.dir);
    workspace = await openWorkspace(workspace.seedDir, workspace.parent, ['.own'], ports);
    inWorkspace('mkdir .own; echo books > .own/log; echo more >> a.txt');
  });
  const commit = (paths: string) => inWorkspace(`git add ${paths}; git commit -qm work`);

  it('is no part of its answer', async () => {
    expect(names(await read())).toEqual(['modified a.txt']);
  });

  it('is nothing left beside its commits', async () => {
    commit('a.txt');
    const reading = await read();
    expect(names(reading)).toEqual(['modified a.txt']);
    expect(await checkEnding(workspace, reading, [], ports)).toEqual([]);
  });

  it('is part of its answer once it was committed, and so is what was not committed of it', async () => {
    commit('-A');
    inWorkspace('echo again >> .own/log; echo new > .own/other');
    const reading = await read();
    expect(names(reading)).toEqual(['added .own/log', 'added .own/other', 'modified a.txt']);
    expect(reading.unfinished).toEqual(expect.arrayContaining(['.own/log (not committed)', '.own/other (untracked)']));
  });

  it('hides nothing that only begins with its name', async () => {
    inWorkspace('echo x > .own-not; mkdir sub; mkdir sub/.own; echo y > sub/.own/z');
    expect(names(await read())).toEqual(['added .own-not', 'modified a.txt', 'added sub/.own/z']);
  });

  it('hides nothing where the seed has something under that name', async () => {
    await ports.files.remove(workspace.dir);
    inSeed('mkdir .own; echo theirs > .own/log');
    workspace = await openWorkspace(workspace.seedDir, workspace.parent, ['.own'], ports);
    inWorkspace('echo mine > .own/log');
    expect(names(await read())).toEqual(['modified .own/log']);
  });
});
