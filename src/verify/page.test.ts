import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { ordinaryGiven } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { runPlan } from '../run.ts';
import { loadTask } from '../scenario/task.ts';
import { forger } from '../testing/forger.ts';
import { aPlan } from '../testing/plan.ts';
import { verifyBundle } from './verify.ts';

const ports = nodePorts({ PATH: process.env['PATH'] });
const room = await ports.files.scratch('page-test');
afterAll(() => room[Symbol.asyncDispose]());
const project = resolve(import.meta.dirname, '../..');

/** A bundle of stage 4: a source that was admitted, and a branch that somebody agreed to. */
async function aHandedOverBundle(): Promise<string> {
  const engine = { ...(await createEngine(project, ports)), calibrationTimes: 1 };
  const plan = await aPlan(room.path, ports, {
    task: await loadTask(join(project, 'fixtures/c1-duration-rounds'), ports),
    stage: 4,
    approval: { answer: 'granted', actor: 'jp' },
    given: { ...ordinaryGiven, prior_stage: 'promoted' },
  });
  return (await runPlan(plan, ports, new AbortController().signal, engine)).dir;
}
const bundle = await aHandedOverBundle();

const [source, handover] = ['Source', 'Handover'].map(title => new RegExp(`## ${title}\\n[^]*?\\n(?=## )`));

it('the page of a bundle tells of source and handover, and verify renders the same', async () => {
  const page = await ports.files.readText(join(bundle, 'report.md'));
  expect(page).toMatch(/original: `fixtures\/sources\/proofgate-model.bundle`, untouched/);
  expect(page).toMatch(/One commit was handed over[^]*main: untouched[^]*approved by: jp/);
  expect(await verifyBundle(bundle, ports)).toMatchObject({ verdict: 'consistent', status: 'pass' });
});

it.each<[string, (page: string) => string]>([
  ['without its source', page => page.replace(source!, '')],
  ['without its handover', page => page.replace(handover!, '')],
  ['with an original that changed', page => page.replace('bundle`, untouched', 'bundle`, **changed while the run went on**')],
  ['with another approver', page => page.replace('approved by: jp', 'approved by: ada')],
])('a page %s is found, however well it is sealed again', async (_what, forge) => {
  const copy = join(room.path, `copy-${ports.randomHex(4)}`);
  await ports.files.copyTree(bundle, copy);
  const all = forger(copy, ports.files);
  const page = await all.text('report.md');
  expect(forge(page)).not.toBe(page);
  await all.write('report.md', forge(page));
  await all.reseal();
  const { problems } = await verifyBundle(copy, ports);
  expect(problems).toEqual([{ artifact: 'report.md', problem: 'does not say what the evidence says' }]);
});
