import { join } from 'node:path';
import { scenarios } from '../src/vitest.ts';
import { idleScenarios, idleTests, nameOf, type Settings, type Shape } from './projects.ts';
import { median } from './stats.ts';
import { runSuite } from './suite.ts';

/** Part (b): processor time of a suite in which nothing is done, scenarios against native tests. */
export interface Collection {
  shapes: { name: string; scenariosCpuMs: number; testsCpuMs: number; scenariosWallMs: number; testsWallMs: number; ratio: number }[];
}

/** A native test that does what a skipped scenario does, and no less: it is started, and says that it is not to be run. */
const SKIPS = `ctx => ctx.skip('nothing to run')`;

/** @param scratch an empty folder, whose owner removes it */
export async function measureCollection(scratch: string, shapes: readonly Shape[], rounds: number): Promise<Collection> {
  const measured: Collection['shapes'] = [];
  for (const [index, shape] of shapes.entries()) {
    const { ours, theirs } = await twins(join(scratch, `${index}`), shape);
    const [a, b] = await sideBySide([ours, theirs], shape.files * shape.rows, rounds);
    const cpu = [a, b].map(side => median(side.map(cost => cost.cpuMs))) as [number, number];
    const wall = [a, b].map(side => median(side.map(cost => cost.wallMs))) as [number, number];
    measured.push({
      name: nameOf(shape),
      scenariosCpuMs: cpu[0],
      testsCpuMs: cpu[1],
      scenariosWallMs: wall[0],
      testsWallMs: wall[1],
      ratio: cpu[0] / cpu[1],
    });
  }
  return { shapes: measured };
}

/** Two projects of one shape. The native one has the settings that the plugin takes for its own. */
export async function twins(dir: string, shape: Shape): Promise<{ ours: string; theirs: string }> {
  const [ours, theirs] = [join(dir, 'scenarios'), join(dir, 'tests')];
  await idleScenarios(ours, shape);
  await idleTests(theirs, shape, await settingsOfPlugin(ours), SKIPS);
  return { ours, theirs };
}

async function settingsOfPlugin(root: string): Promise<Settings> {
  const { config } = scenarios();
  if (typeof config !== 'function') throw new Error('the plugin has no config hook any more');
  const answer = await config.call({} as never, { root }, { command: 'serve', mode: 'test' });
  const { pool, isolate, maxWorkers } = (answer as { test: Settings }).test;
  return { ...(pool && { pool }), ...(isolate !== undefined && { isolate }), ...(maxWorkers && { maxWorkers }) };
}

/** A first round of each fills what Vitest keeps on disk and is not counted; then they take turns, each first every other time. */
async function sideBySide(dirs: readonly [string, string], tests: number, rounds: number) {
  const costs: [Awaited<ReturnType<typeof runSuite>>[], Awaited<ReturnType<typeof runSuite>>[]] = [[], []];
  for (const dir of dirs) await runSuite(dir, tests);
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) costs[side].push(await runSuite(dirs[side], tests));
  }
  return costs;
}
