import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { nameOf, passingScenarios, type Settings, type Shape } from './projects.ts';
import { median } from './stats.ts';
import { runSuite, type SuiteCost } from './suite.ts';

/** Part (c): passing runs at the same time against the same one after another, both through Vitest. */
export interface Throughput {
  shapes: {
    name: string;
    atOnceMs: number;
    oneByOneMs: number;
    ratio: number;
    /**
     * What the ratio cannot exceed: processors there are, to those that one run after another keeps busy by itself. The two test
     * commands of a run go on at the same time.
     */
    bound: number;
  }[];
}

const oneByOne: Settings = { maxWorkers: 1, maxConcurrency: 1 };

/** @param scratch an empty folder, whose owner removes it */
export async function measureThroughput(scratch: string, shapes: readonly Shape[], rounds: number): Promise<Throughput> {
  const measured: Throughput['shapes'] = [];
  for (const [index, shape] of shapes.entries()) {
    const dirs = [join(scratch, `at-once-${index}`), join(scratch, `one-by-one-${index}`)] as const;
    await passingScenarios(dirs[0], shape, {});
    await passingScenarios(dirs[1], shape, oneByOne);
    const costs: [SuiteCost[], SuiteCost[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        costs[side].push(await runSuite(dirs[side], shape.files * shape.rows));
      }
    }
    const [atOnceMs, oneByOneMs] = costs.map(side => median(side.map(cost => cost.wallMs))) as [number, number];
    const busy = median(costs[1].map(({ cpuMs, wallMs }) => cpuMs / wallMs));
    measured.push({ name: nameOf(shape), atOnceMs, oneByOneMs, ratio: oneByOneMs / atOnceMs, bound: availableParallelism() / busy });
  }
  return { shapes: measured };
}
