import { join } from 'node:path';
import { passingScenarios, nameOf, type Settings, type Shape } from './projects.ts';
import { median } from './stats.ts';
import { runSuite } from './suite.ts';

/** Part (c): passing runs at the same time against the same one after another, both through Vitest. */
export interface Throughput {
  shapes: { name: string; atOnceMs: number; oneByOneMs: number; ratio: number }[];
}

const oneByOne: Settings = { maxWorkers: 1, maxConcurrency: 1 };

/** @param scratch an empty folder, whose owner removes it */
export async function measureThroughput(scratch: string, shapes: readonly Shape[], rounds: number): Promise<Throughput> {
  const measured: Throughput['shapes'] = [];
  for (const [index, shape] of shapes.entries()) {
    const dirs = [join(scratch, `at-once-${index}`), join(scratch, `one-by-one-${index}`)] as const;
    await passingScenarios(dirs[0], shape, {});
    await passingScenarios(dirs[1], shape, oneByOne);
    const walls: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        walls[side].push((await runSuite(dirs[side], shape.files * shape.rows)).wallMs);
      }
    }
    const [atOnceMs, oneByOneMs] = [median(walls[0]), median(walls[1])];
    measured.push({ name: nameOf(shape), atOnceMs, oneByOneMs, ratio: oneByOneMs / atOnceMs });
  }
  return { shapes: measured };
}
