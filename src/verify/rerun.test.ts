import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findProgram } from '../preflight/dependencies.ts';
import { loadTask } from '../scenario/task.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { problemsOf } from '../testing/project.ts';
import { rerunBundle } from './rerun.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
let green: Awaited<ReturnType<typeof aGreenBundle>>;
beforeAll(async () => {
  green = await aGreenBundle();
});
afterAll(() => green[Symbol.asyncDispose]());

/** @param from folder of tasks that stands in the place of fixtures/ */
const rerun = (dir: string, { from = fixtures, present = true } = {}) =>
  rerunBundle(
    {
      dir,
      loadTask: id => loadTask(join(from, id), green.ports),
      programOf: async name => (present ? findProgram(name, green.ports) : null),
      signal: new AbortController().signal,
    },
    green.ports,
  );
it('a run that passed passes again, from its seed and its patch', async () => {
  const { verdict, exit, ran, problems } = await rerun(green.green);
  expect([verdict, exit, ran, problems]).toEqual(['consistent', 0, true, []]);
});

it('a run whose tests failed fails again', async () => {
  const fake = [{ plan: ['x'] }, { write: 'strings.js', text: 'export const slugify = text => text;\n' }, { claim: 'completed' as const }];
  const { dir } = await green.run({ fake });
  const { verdict, exit, ran, problems } = await rerun(dir);
  expect([verdict, exit, ran, problems]).toEqual(['consistent', 1, true, []]);
});

it('an answer that leans on something outside of the patch is found, with every test that says so', async () => {
  const outside = join(green.top, 'answer.js');
  await green.ports.files.write(outside, '');
  const seed = await green.ports.files.readText(join(fixtures, 'n1-string-slugify/repo/strings.js'));
  const leaning = `import { existsSync } from 'node:fs';\n${seed.replace("replace(' ', '-')", `replace(existsSync('${outside}') ? / +/g : ' ', '-')`)}`;
  const { dir, report } = await green.run({ fake: [{ plan: ['x'] }, { write: 'strings.js', text: leaning }, { claim: 'completed' }] });
  await green.ports.files.remove(outside);
  const { verdict, exit, problems } = await rerun(dir);
  expect([report.status, verdict, exit]).toEqual(['pass', 'invalid', 4]);
  expect(problems.map(({ problem }) => problem)).toEqual(
    expect.arrayContaining([
      'the tests ended with 0, and end with 1 now',
      'slugify replaces every space was passed, and is failed now',
      'ended pass, and ends fail when it is verified again',
    ]),
  );
});

it('a bundle that does not agree with itself is not run', async () => {
  const copy = await green.copyOf(green.green);
  await green.ports.files.write(join(copy, 'patch.diff'), '');
  const { verdict, exit, ran } = await rerun(copy);
  expect([verdict, exit, ran]).toEqual(['invalid', 4, false]);
});

it('a run that never came to its tests has nothing to run again', async () => {
  const { dir } = await green.run({ stage: 3 });
  const { verdict, exit, ran, notes } = await rerun(dir);
  expect([verdict, exit, ran, notes.at(-1)]).toEqual(['consistent', 2, false, 'nothing was verified in this run, and so nothing again']);
});

it('the seed has to be the one of the run, and the program of the tests has to be here', async () => {
  const from = join(green.top, 'fixtures');
  await green.ports.files.copyTree(join(fixtures, 'n1-string-slugify'), join(from, 'n1-string-slugify'));
  await green.ports.files.write(join(from, 'n1-string-slugify/repo/more.txt'), '');
  expect(await problemsOf(rerun(green.green, { from }))).toEqual([expect.stringContaining('was made from another version of the task')]);
  expect(await problemsOf(rerun(green.green, { present: false }))).toEqual([expect.stringContaining('is not on the PATH')]);
});
