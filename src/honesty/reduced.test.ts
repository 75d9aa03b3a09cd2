import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readEvidence } from '../scenario/bundle-evidence.ts';
import { judgeScenario } from '../scenario/judging.ts';
import { loadScenarios } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { aProject } from '../testing/project.ts';
import { loaderOf, tryReductions, type Load } from './reduced.ts';
import { shelve } from './shelf.ts';
import { makeTable } from './table.ts';

const bundle = await aGreenBundle();
const project = await aProject({
  'scenarios/a.yaml': 'scenario: 1\nexpect: {status: pass, changed_files: [strings.js], report: {stage: 2}, verification: {ran: true}}\n',
});
afterAll(() => Promise.all([bundle[Symbol.asyncDispose](), project[Symbol.asyncDispose]()]));
const { ports, green } = bundle;
const place = { project: project.root, scenarios: join(project.root, 'scenarios') };
const [scenario] = await loadScenarios(join(place.scenarios, 'a.yaml'), place, ports);
const shelf = await shelve(await readEvidence({ dir: green, exit: 0, scenarioDir: project.root }, ports));

async function reduce(load: Load) {
  const table = makeTable();
  const count = await tryReductions({ scenario: scenario!, shelf }, { judge: judgeScenario, load }, table, () => true);
  return { count, survivors: table.survivors.map(({ what, because }) => [what, because]), rows: [...table.rows.keys()] };
}

it('what is left of a scenario is refused at load, or refuses a run that was killed', async () => {
  const { count, survivors, rows } = await reduce(loaderOf(place, ports, newMemory()));
  expect(survivors).toEqual([]);
  expect(rows).toEqual(['load: all expected', 'load: nothing expected', 'load: one key expected']);
  expect(count).toEqual({ refused: 4, enough: 1 });
});

it('a loader that takes everything is found', async () => {
  const { survivors } = await reduce(async () => undefined);
  expect(survivors).toEqual([
    ['expect: {}', 'expected a load error, and it loads'],
    ['expect: {report: …}', 'it loads, and accepts a run that was killed and ended with 1'],
  ]);
});

it('a loader that takes nothing is found: it would prove nothing to refuse the rest', async () => {
  const { survivors } = await reduce(
    loaderOf({ ...place, project: '/no/such/place' }, { files: { ...ports.files, readBytes: async () => Buffer.from('x') } }, newMemory()),
  );
  expect(survivors).toMatchObject([['expect: all of it', expect.stringContaining('expected to load, and is refused')]]);
});
