/**
 * node bench/index.ts [--only a|b|c|d] [--rounds N] [--tiny] [--json]
 *
 * Measures side by side, in one run, and prints ratios with the machine that they were taken on. A goal that is missed is
 * reported and no failure; a part that could not be measured is one. How it is done, and what is in and out: docs/performance.md.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { measureCollection } from './collection.ts';
import { measureEngineCost } from './engine-cost.ts';
import { describeMachine, load, requireLinux } from './machine.ts';
import { measureMemory } from './memory.ts';
import { type Options, type Part, readOptions } from './options.ts';
import { installPackage } from './package.ts';
import { machineLines, type Results, resultLines } from './page.ts';
import { makeScratch } from './scratch.ts';
import { measureThroughput } from './throughput.ts';

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(options);
  process.exitCode = 64;
} else {
  await bench(options);
}

async function bench(wanted: Options): Promise<void> {
  requireLinux();
  const machine = describeMachine();
  const say = (lines: readonly string[]) => wanted.json || console.log(lines.join('\n'));
  say(machineLines(machine));

  using scratch = makeScratch();
  const results: Results = {};
  const home = await installPackage(scratch.path);
  for (const part of wanted.parts) {
    const room = join(scratch.path, part);
    await mkdir(room);
    const measured = await measure(part, home, room, wanted);
    Object.assign(results, measured);
    say(['', ...resultLines(measured)]);
  }
  const loadAfter = load();
  say(['', `load average afterwards: ${loadAfter.toFixed(2)}`]);
  if (wanted.json) console.log(JSON.stringify({ machine: { ...machine, loadAfter }, ...results }, null, 2));
}

async function measure(part: Part, home: string, room: string, { rounds, warmUp, idle, passing, growing }: Options): Promise<Results> {
  switch (part) {
    case 'a':
      return { a: await measureEngineCost(home, room, { rounds: rounds.a, warmUp }) };
    case 'b':
      return { b: await measureCollection(room, idle, rounds.b) };
    case 'c':
      return { c: await measureThroughput(room, passing, rounds.c) };
    case 'd':
      return { d: await measureMemory(room, growing, rounds.d) };
  }
}
