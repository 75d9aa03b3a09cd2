import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { dirtyIn, type OwnedRepo, tipOf } from '../sources/index.ts';
import { shadow } from '../sources/repository.ts';
import { git as hardened } from '../workspace/index.ts';
import { openOwned } from './owned.ts';

const ports = nodePorts();
const room = await ports.files.scratch('owned-test');
afterAll(() => room[Symbol.asyncDispose]());
const dir = join(room.path, 'repo');
const repo: OwnedRepo = { dir, gitDir: join(dir, '.git') };
const shadowDir = join(room.path, 'shadow.git');
const canary = join(room.path, 'EXECUTED');
const git = (script: string) =>
  execFileSync('bash', ['-euc', script], {
    cwd: dir,
    stdio: 'pipe',
    encoding: 'utf8',
    env: { ...process.env, CANARY: canary, GIT_CONFIG_GLOBAL: '/dev/null' },
  }).trim();
let base: string;

beforeEach(async () => {
  for (const path of [dir, shadowDir, canary]) await ports.files.remove(path);
  mkdirSync(dir);
  git(
    'git init -q -b main; git config user.name a; git config user.email a@b; echo 1 > f; echo "*.log" > .gitignore; git add -A; git commit -qm all; echo noise > x.log',
  );
  base = git('git rev-parse main');
  await shadow(repo, shadowDir, base, ports);
});

const open = (disposable = false) => openOwned({ gitDir: shadowDir, base, task: 't', id: 'r', repo, branch: 'main', disposable }, ports);

/** A commit that only the harness has. */
async function aCommit(): Promise<string> {
  const run = async (args: string[]) => (await hardened(args, { cwd: shadowDir, env: { GIT_DIR: shadowDir } }, ports)).stdout.trim();
  return await run(['commit-tree', await run(['rev-parse', `${base}^{tree}`]), '-p', base, '-m', 'proven']);
}

it.each([
  ['nothing', 'true', []],
  ['an edit', 'echo 2 >> f', ['f (modified)']],
  ['a deletion', 'rm f', ['f (deleted)']],
  ['an untracked file', 'echo 2 > g', ['g (untracked)']],
  ['what is ignored', 'echo 2 > y.log', []],
  ['an open merge', 'git rev-parse HEAD > .git/MERGE_HEAD', ['MERGE_HEAD (not ended)']],
])('the work tree of an owner is dirty by what he has not committed: %s', async (_what, script, expected) => {
  git(script);
  expect(await dirtyIn(repo, shadowDir, base, ports)).toEqual(expected);
});

it('a branch is put there, and main, the work tree, the index and the configuration stay as they were', async () => {
  const destination = open();
  const before = [await destination.main(), await destination.rest('proofgate/x'), git('git status --porcelain')];
  const commit = await aCommit();
  await destination.deliver(commit, 'proofgate/x');
  expect(await tipOf(repo, 'proofgate/x', ports)).toBe(commit);
  expect(git('git log -1 --format=%s proofgate/x; git fsck --strict 2>&1')).toBe('proven');
  expect([await destination.main(), await destination.rest('proofgate/x'), git('git status --porcelain')]).toEqual(before);
  expect(await destination.rest('proofgate/other')).not.toBe(before[1]);
});

it('a branch that is there already is not moved', async () => {
  git('git branch proofgate/x');
  await expect(open().deliver(await aCommit(), 'proofgate/x')).rejects.toThrow('update-ref');
  expect(await tipOf(repo, 'proofgate/x', ports)).toBe(base);
});

it.each([
  [
    'hook',
    'mkdir -p .git/hooks; for h in reference-transaction post-update update pre-receive post-index-change; do printf "#!/bin/sh\\ntouch $CANARY\\n" > .git/hooks/$h; chmod +x .git/hooks/$h; done',
  ],
  ['fsmonitor', 'git config core.fsmonitor "touch $CANARY; false"'],
  ['filter', `git config filter.evil.clean "sh -c 'touch $CANARY; cat'"; echo '* filter=evil' > .git/info/attributes; echo 2 >> f`],
  [
    'directory of hooks',
    'mkdir h; printf "#!/bin/sh\\ntouch $CANARY\\n" > h/reference-transaction; chmod +x h/reference-transaction; git config core.hooksPath h',
  ],
])('no %s of the repository runs', async (_what, plant) => {
  git(plant);
  await ports.files.remove(canary);
  await dirtyIn(repo, shadowDir, base, ports);
  const destination = open();
  await destination.deliver(await aCommit(), 'proofgate/x');
  await destination.rest('proofgate/x');
  expect(existsSync(canary)).toBe(false);
});

it('main of a real repository is not moved by a scenario', async () => {
  await expect(open().moveMain()).rejects.toThrow('is not moved');
  expect(git('git rev-parse main')).toBe(base);
});
