/**
 * node bench/settings.ts [--files N] [--rows N] [--rounds N]
 *
 * The table behind the plugin's pool, workers and concurrency: the same passing runs under every setting, the whole table once per
 * round. Wall and processor time are medians for one run of the engine, Vitest's own start and the calibrations included.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, requireLinux } from './machine.ts';
import { installPackage } from './package.ts';
import { machineLines } from './page.ts';
import { passingScenarios, type Settings } from './projects.ts';
import { makeScratch } from './scratch.ts';
import { median } from './stats.ts';
import { runSuite, type SuiteCost } from './suite.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '8' },
    rows: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '2' },
    pools: { type: 'string', default: 'threads,forks' },
    workers: { type: 'string', default: '1,2,3,4' },
    concurrency: { type: 'string', default: '1,2,3,4,6,8' },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const shape = { files: Number(values.files), rows: Number(values.rows) };
const runs = shape.files * shape.rows;
const settings = values.pools
  .split(',')
  .flatMap(pool =>
    numbers(values.workers).flatMap(maxWorkers =>
      numbers(values.concurrency).map((maxConcurrency): Settings => ({ pool: pool as 'threads' | 'forks', maxWorkers, maxConcurrency })),
    ),
  );

requireLinux();
console.log(machineLines(describeMachine()).join('\n'));
using scratch = makeScratch();
await installPackage(scratch.path);
for (const [index, setting] of settings.entries()) await passingScenarios(join(scratch.path, `${index}`), shape, setting);
const costs: SuiteCost[][] = settings.map(() => []);
for (let round = 0; round < Number(values.rounds); round += 1) {
  const order = [...settings.keys()];
  for (const index of round % 2 === 0 ? order : order.toReversed()) {
    costs[index]!.push(await runSuite(join(scratch.path, `${index}`), runs));
  }
}
console.log(`${runs} runs in ${shape.files} files, milliseconds for one run\n`);
console.log('| pool | workers | at once in each | wall | processor |\n|---|---|---|---|---|');
for (const [index, { pool, maxWorkers, maxConcurrency }] of settings.entries()) {
  const of = (figure: (cost: SuiteCost) => number) => Math.round(median(costs[index]!.map(figure)));
  const row = [pool, maxWorkers, maxConcurrency, of(c => c.wallMs / runs), of(c => c.cpuMs / runs)];
  console.log(`| ${row.join(' | ')} |`);
}
