import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { admitOwned as admitted } from '../admission/index.ts';
import { OwnedRepository } from '../model/admission.ts';
import { nodePorts } from '../node/ports.ts';
import { commandLine } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

/** A project, and beside its sources a repository of two commits. */
async function place() {
  const made = await aProject({ 'notes/a.md': 'one\n' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: join(made.root, 'notes'), encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'first');
  const first = git('rev-parse', 'HEAD');
  git('commit', '-q', '--allow-empty', '-m', 'second');
  return { ...made, first, git, [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
}
const words = '--path notes --owner jp --noncritical --by jp'.split(' ');
const admit = (root: string, ...argv: string[]) => commandLine(root, ['admit', 'owned', ...argv]);

describe('admit owned', { concurrent: true }, () => {
  it('records a repository by its folder, the commit that it begins with and its main branch, for stage 5', async () => {
    await using made = await place();
    const { exit, out } = await admit(made.root, 'my-notes', ...words, '--json');
    const { file, record } = JSON.parse(out) as { file: string; record: unknown };
    expect([exit, file]).toEqual([0, join(made.root, 'admissions/owned/my-notes.json')]);
    expect(OwnedRepository.parse(record)).toMatchObject({
      id: 'my-notes',
      path: 'notes',
      root_commit: made.first,
      branch: 'main',
      owner: 'jp',
      noncritical: true,
      admitted_by: 'jp',
      stages: [5],
      core_promotion_status: 'not-promoted',
    });
    const question = { id: 'my-notes', stage: 5, now: Date.now() + 1000, folders: [join(made.root, 'admissions/owned')] } as const;
    expect(await admitted(question, nodePorts().files)).toMatchObject({ value: { root_commit: made.first } });
    expect((await commandLine(made.root, ['lint'])).out).not.toContain('owned');
  });

  it('says it to a person, and writes onto a record only where it is told to', async () => {
    await using made = await place();
    made.git('branch', '-m', 'trunk');
    const { out } = await admit(made.root, 'my-notes', ...words, '--branch', 'trunk', '--scope', 'one branch a week', '--days', '7');
    expect(out).toContain('  admits   a branch in notes, beside trunk, for stage 5\n');
    expect(out).toContain('  used by  source: {owned: my-notes} of a task.yaml');
    const again = await admit(made.root, 'my-notes', ...words, '--branch', 'trunk');
    expect([again.exit, again.err]).toEqual([64, expect.stringContaining('is there already, and stands')]);
    expect((await admit(made.root, 'my-notes', ...words, '--branch', 'trunk', '--replace')).exit).toBe(0);
  });

  it.each<[string, string[], string]>([
    ['without an id', words, 'takes the id of one repository'],
    ['with two', ['a', 'b', ...words], 'takes the id of one repository'],
    ['by what is no id', ['../a', ...words], '../a: cannot be the id of a repository'],
    ['without a folder', ['a', ...words.slice(2)], '--path: is missing'],
    ['of a folder that is no repository', ['a', '--path', 'admissions', ...words.slice(2)], 'is no repository with a work tree'],
    ['of a branch that it has not', ['a', ...words, '--branch', 'trunk'], '--branch: notes has no branch trunk'],
    ['without an owner', ['a', ...words.slice(0, 2), ...words.slice(4)], '--owner: is missing'],
    ['that nobody calls noncritical', ['a', ...words.filter(word => word !== '--noncritical')], '--noncritical: is missing'],
    ['for which nobody answers', ['a', ...words.slice(0, -2)], '--by: is missing'],
    ['with an option of a source', ['a', ...words, '--license', 'MIT'], '--license: has no meaning for an owned repository'],
  ])('one %s is refused, and nothing is written', async (_what, argv, message) => {
    await using made = await place();
    mkdirSync(join(made.root, 'admissions'), { recursive: true });
    const { exit, err } = await admit(made.root, ...argv);
    expect([exit, err]).toEqual([64, expect.stringContaining(message)]);
    expect(await nodePorts().files.stat(join(made.root, 'admissions/owned'))).toBeUndefined();
  });
});
