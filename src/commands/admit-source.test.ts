import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceAdmission } from '../model/admission.ts';
import { commandLine } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

/** A project with a bundle of one commit. */
async function place() {
  const made = await aProject({ 'src/a.js': 'export const a = 1;\n' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: made.root, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  git('add', 'src');
  git('commit', '-qm', 'all');
  git('bundle', 'create', '-q', 'a.bundle', 'main');
  return { ...made, commit: git('rev-parse', 'HEAD'), [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
}
const words = (commit: string) =>
  ['--id a-1 --source-url https://example.com/a.git --license MIT --retrieved-by git-clone --by jp --commit'.split(' '), commit].flat();

describe('admit source', { concurrent: true }, () => {
  it('records a bundle by its digest, its commit and its licence, for stage 3 and a copy', async () => {
    await using made = await place();
    const { exit, out } = await commandLine(made.root, ['admit', 'source', 'a.bundle', ...words(made.commit), '--json']);
    const { file, record } = JSON.parse(out) as { file: string; record: unknown };
    expect(exit).toBe(0);
    expect(file).toBe(join(made.root, 'admissions/sources/a-1.json'));
    expect(SourceAdmission.parse(record)).toMatchObject({
      id: 'a-1',
      previous_id: null,
      commit: made.commit,
      integrity: { kind: 'git_bundle', path: 'a.bundle' },
      execution_mode: 'workspace_copy',
      stages: [3],
    });
  });

  it('records with an update the one that it takes the place of', async () => {
    await using made = await place();
    await commandLine(made.root, ['admit', 'source', 'a.bundle', ...words(made.commit)]);
    const update = words(made.commit).map(word => (word === 'a-1' ? 'a-2' : word));
    const { exit, out } = await commandLine(made.root, ['admit', 'source', 'a.bundle', ...update, '--previous', 'a-1']);
    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining('updates  a-1') as string });
  });

  it.each([
    ['of a commit that it has not', ['a.bundle', ...words('0'.repeat(40))], 'it has no commit 0000'],
    ['that is no bundle', ['src/a.js', ...words('0'.repeat(40))], 'is no git bundle that is complete'],
    ['that is not there', ['b.bundle', ...words('0'.repeat(40))], 'is no file of the project'],
    [
      'of no licence',
      ['a.bundle', ...words('0'.repeat(40)).filter(word => word !== '--license' && word !== 'MIT')],
      '--license: is missing',
    ],
  ])('one %s is refused, and nothing is written', async (_what, argv, message) => {
    await using made = await place();
    const { exit, err } = await commandLine(made.root, ['admit', 'source', ...argv]);
    expect({ exit, err }).toMatchObject({ exit: 64, err: expect.stringContaining(message) as string });
    expect(await commandLine(made.root, ['lint']).then(({ out }) => out)).not.toContain('sources');
  });

  it('one that names an update of nothing is refused', async () => {
    await using made = await place();
    const { exit, err } = await commandLine(made.root, ['admit', 'source', 'a.bundle', ...words(made.commit), '--previous', 'a-0']);
    expect({ exit, err }).toMatchObject({ exit: 64, err: expect.stringContaining('--previous: no record is called a-0') as string });
  });
});
