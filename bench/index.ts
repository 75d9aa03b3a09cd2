/**
 * node bench/index.ts [--only a|b|c|d] [--rounds N] [--tiny] [--json]
 *
 * Measures side by side, in one run, and prints ratios with the machine that they were taken on. A goal that is missed is
 * reported and no failure; a part that could not be measured is one. How it is done, and what is in and out: docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCollection } from './collection.ts';
import { measureEngineCost } from './engine-cost.ts';
import { describeMachine, load, requireLinux } from './machine.ts';
import { measureMemory } from './memory.ts';
import { installPackage } from './package.ts';
import { machineLines, type Results, resultLines } from './page.ts';
import { measureThroughput } from './throughput.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    tiny: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const parts = ['a', 'b', 'c', 'd'] as const;
type Part = (typeof parts)[number];
if (values.only !== undefined && !parts.includes(values.only as Part)) throw new Error(`--only is one of ${parts.join(', ')}`);
if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds)) throw new Error('--rounds is a number from 1');

/** What the issue asks for; the tiny counts only show that everything works. */
const sizes = values.tiny
  ? ({
      warmUp: 1,
      shapes: [{ files: 2, rows: 2 }],
      runs: [{ files: 1, rows: 2 }],
      growth: [
        [
          { files: 1, rows: 2 },
          { files: 2, rows: 2 },
        ],
      ],
      rounds: { a: 1, b: 1, c: 1, d: 1 },
    } as const)
  : ({
      warmUp: 5,
      shapes: [
        { files: 1000, rows: 1 },
        { files: 1, rows: 10_000 },
      ],
      runs: [
        { files: 1, rows: 200 },
        { files: 20, rows: 10 },
      ],
      growth: [
        [
          { files: 1000, rows: 1 },
          { files: 10_000, rows: 1 },
        ],
        [
          { files: 1, rows: 1000 },
          { files: 1, rows: 10_000 },
        ],
      ],
      rounds: { a: 40, b: 5, c: 2, d: 3 },
    } as const);
const roundsOf = (part: Part) => (values.rounds === undefined ? sizes.rounds[part] : Number(values.rounds));

requireLinux();
const machine = describeMachine();
if (!values.json) console.log(machineLines(machine).join('\n'));

const scratch = await mkdtemp(join(tmpdir(), 'proofgate-bench-'));
const results: Results = {};
try {
  const home = await installPackage(scratch);
  for (const part of parts.filter(one => values.only === undefined || one === values.only)) {
    const room = join(scratch, part);
    await mkdir(room);
    if (part === 'a') results.a = await measureEngineCost(home, room, { rounds: roundsOf(part), warmUp: sizes.warmUp });
    if (part === 'b') results.b = await measureCollection(room, sizes.shapes, roundsOf(part));
    if (part === 'c') results.c = await measureThroughput(room, sizes.runs, roundsOf(part));
    if (part === 'd') results.d = await measureMemory(room, sizes.growth, roundsOf(part));
    if (!values.json) console.log(`\n${resultLines({ [part]: results[part] }).join('\n')}`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
const loadAfter = load();
if (values.json) console.log(JSON.stringify({ machine: { ...machine, loadAfter }, tiny: values.tiny, ...results }, null, 2));
else console.log(`\nload average afterwards: ${loadAfter.toFixed(2)}`);
