import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SourceAdmission } from '../model/admission.ts';
import { nodePorts } from '../node/ports.ts';
import { aPlan } from '../testing/plan.ts';
import { lookAgain, obtainSource } from './index.ts';

const ports = nodePorts();
const { files } = ports;
const room = await files.scratch('sources-test');
afterAll(() => room[Symbol.asyncDispose]());
const at = (...names: string[]) => join(room.path, ...names);
const git = (script: string) =>
  execFileSync('bash', ['-euc', script], {
    cwd: at('repo'),
    stdio: 'pipe',
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  });

/** A repository with whatever the script commits, as a bundle below a project with its record. */
async function admitted(script: string, over: Partial<SourceAdmission> = {}, path = '.') {
  for (const dir of [at('repo'), at('project'), at('scratch')]) await files.remove(dir);
  for (const dir of [at('repo'), at('project/admissions/sources'), at('scratch')]) mkdirSync(dir, { recursive: true });
  git(
    `git init -q -b main; git config user.name a; git config user.email a@b; ${script}; git add -A; git commit -qm all; git bundle create -q ../project/a.bundle main`,
  );
  const commit = git('git rev-parse HEAD').trim();
  const { sha256, bytes } = await files.digest(at('project/a.bundle'));
  const record: SourceAdmission = {
    schema: 'proofgate/source-admission/1',
    id: 'a',
    previous_id: null,
    url: 'https://example.invalid/a.git',
    commit,
    tag: null,
    license_note: 'MIT',
    retrieved_at: '2026-06-01T00:00:00Z',
    retrieval_command: 'git clone',
    integrity: { kind: 'git_bundle', path: 'a.bundle', bytes, sha256 },
    execution_mode: 'workspace_copy',
    protected_boundary: 'the bundle',
    admitted_by: 'somebody',
    admitted_at: '2026-06-01T00:00:00Z',
    expires_at: '2099-06-01T00:00:00Z',
    stages: [3],
    core_promotion_status: 'not-promoted',
    notice: 'authorizes nothing',
    ...over,
  };
  writeFileSync(at('project/admissions/sources/a.json'), JSON.stringify(record));
  const plan = await aPlan(at('out'), ports, { project: at('project'), stage: 3 });
  const spec = { ...plan.task.spec, source: { admission: 'a', path } };
  const asked = { ...plan, task: { ...plan.task, spec }, admissions: { ...plan.admissions, sources: [at('project/admissions/sources')] } };
  return obtainSource(asked, at('scratch'), ports);
}

describe('a source that is admitted', () => {
  it('becomes the seed as it was committed, byte by byte, with its links and its executable bits', async () => {
    const { plan, source } = await admitted(
      String.raw`printf 'a\nb' > crlf.txt; echo '* text eol=crlf ident' > .gitattributes; mkdir d; printf '#!/bin/sh\n' > d/run; chmod +x d/run; ln -s crlf.txt link; : > empty`,
    );
    expect(source?.facts).toMatchObject({ problem: null, kind: 'git_bundle', original: { path: 'a.bundle', after: null } });
    expect(plan.task.seed.filter(({ kind }) => kind !== 'dir').map(({ path, kind, mode }) => [path, kind, (mode & 0o100) !== 0])).toEqual([
      ['.gitattributes', 'file', false],
      ['crlf.txt', 'file', false],
      ['d/run', 'file', true],
      ['empty', 'file', false],
      ['link', 'link', true],
    ]);
    expect(readFileSync(join(plan.task.repoDir, 'crlf.txt'), 'utf8')).toBe('a\nb');
  });

  it('can be one of its folders', async () => {
    const { plan } = await admitted('mkdir -p d/e; echo 1 > d/e/f; echo 2 > g', {}, 'd');
    expect(plan.task.seed.map(({ path }) => path)).toEqual(['e', 'e/f']);
  });

  it('brings no hook and no configuration along', async () => {
    const { source } = await admitted('echo 1 > f; git config core.fsmonitor "touch EXECUTED"');
    expect(readFileSync(join(source!.gitDir!, 'config'), 'utf8')).not.toContain('fsmonitor');
    expect(existsSync(join(source!.gitDir!, 'hooks'))).toBe(false);
  });

  it('is looked at again, and an original that changed or went has another digest', async () => {
    const { source } = await admitted('echo 1 > f');
    const { before } = source!.facts.original!;
    expect((await lookAgain(source!)).original).toMatchObject({ before, after: before });
    writeFileSync(at('project/a.bundle'), 'other');
    expect((await lookAgain(source!)).original?.after).not.toBe(before);
    await files.remove(at('project/a.bundle'));
    expect((await lookAgain(source!)).original?.after).toMatch(/^[0-9a-f]{64}$/);
  });
});

it.each<[string, string, Partial<SourceAdmission>, string, string]>([
  ['whose record is of another stage', 'echo 1 > f', { stages: [2] }, '.', 'holds for stage 2 and not for stage 3'],
  ['that may only be read', 'echo 1 > f', { execution_mode: 'read_only' }, '.', 'allows read_only, and stage 3 needs workspace_copy'],
  ['at a commit that it has not', 'echo 1 > f', { commit: '0'.repeat(40) }, '.', 'a.bundle: it has no commit 000'],
  ['of a folder that it has not', 'echo 1 > f', {}, 'd', 'has no folder d'],
  ['of a folder that is a file', 'echo 1 > f', {}, 'f', 'has no folder f'],
  [
    'with a repository in it',
    'git -c init.defaultBranch=x init -q sub; git -C sub -c user.name=a -c user.email=a@b commit -q --allow-empty -m x',
    {},
    '.',
    'sub can be no part of a workspace (mode 160000)',
  ],
])('a source %s is not obtained, and the seed is empty', async (_what, script, over, path, problem) => {
  const { plan, source } = await admitted(script, over, path);
  expect(source?.facts.problem).toContain(problem);
  expect([plan.task.seed, source?.record, source?.gitDir, source?.facts.seed]).toEqual([[], null, null, null]);
});
