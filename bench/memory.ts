import { join } from 'node:path';
import { twins } from './collection.ts';
import { nameOf, type Shape } from './projects.ts';
import { median } from './stats.ts';
import { runSuite } from './suite.ts';

/** Part (d): how much more memory a larger suite takes, scenarios against native tests. */
export interface Growth {
  shapes: { name: string; scenarios: Peak; tests: Peak; ratio: number }[];
}

interface Peak {
  smallBytes: number;
  largeBytes: number;
  growthBytes: number;
}

/**
 * @param scratch an empty folder, whose owner removes it
 * @param pairs a small and a large suite each
 */
export async function measureMemory(
  scratch: string,
  pairs: readonly (readonly [small: Shape, large: Shape])[],
  rounds: number,
): Promise<Growth> {
  const measured: Growth['shapes'] = [];
  for (const [index, pair] of pairs.entries()) {
    const peaks: [number[], number[]] = [[], []];
    for (const [size, shape] of pair.entries()) {
      const { ours, theirs } = await twins(join(scratch, `${index}-${size}`), shape);
      for (const [side, dir] of [ours, theirs].entries()) peaks[side]!.push(await peakOf(dir, shape.files * shape.rows, rounds));
    }
    const [ours, theirs] = peaks.map(growthOf) as [Peak, Peak];
    measured.push({
      name: pair.map(nameOf).join(' → '),
      scenarios: ours,
      tests: theirs,
      ratio: atLeastOne(ours.growthBytes) / atLeastOne(theirs.growthBytes),
    });
  }
  return { shapes: measured };
}

async function peakOf(dir: string, tests: number, rounds: number): Promise<number> {
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round += 1) peaks.push((await runSuite(dir, tests, { memory: true })).peakBytes!);
  return median(peaks);
}

/** Growth below a megabyte is noise of the sampling, and no divisor. */
const atLeastOne = (bytes: number) => Math.max(bytes, 1024 * 1024);

const growthOf = ([smallBytes = NaN, largeBytes = NaN]: number[]): Peak => ({
  smallBytes,
  largeBytes,
  growthBytes: largeBytes - smallBytes,
});
