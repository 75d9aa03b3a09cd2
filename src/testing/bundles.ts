import { join, resolve } from 'node:path';
import { createEngine } from '../engine.ts';
import type { Evidence } from '../evidence/seal.ts';
import type { Plan } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import type { Ports } from '../ports.ts';
import { runPlan } from '../run.ts';
import { verifyBundle } from '../verify/verify.ts';
import { aPlan } from './plan.ts';

/** Runs the engine on the built-in task; a test names only what is not ordinary about the run. */
type Runner = (over?: Partial<Plan>, task?: unknown, signal?: AbortSignal) => Promise<Evidence>;

/** @param out absolute folder for the bundles */
async function makeRunner(out: string, ports: Ports): Promise<Runner> {
  const engine = { ...(await createEngine(resolve(import.meta.dirname, '../..'), ports)), calibrationTimes: 1 };
  return async (over = {}, task, signal = new AbortController().signal) =>
    runPlan(await aPlan(out, ports, over, task), ports, signal, engine);
}

/** The bundle of a run that passed, in a folder of its own that removes itself, for tests that spoil copies of it. */
export async function aGreenBundle() {
  const ports = nodePorts({ PATH: process.env['PATH'] });
  const scratch = await ports.files.scratch('bundle');
  const top = scratch.path;
  const run = await makeRunner(join(top, 'runs'), ports);
  const { dir: green } = await run({ scenarioText: 'scenario: 1\n', suite: 'a.yaml#a' });
  return {
    ports,
    top,
    run,
    green,
    verify: (dir: string) => verifyBundle(dir, ports),
    /** A copy to spoil; modification times are lost, as in any copy. */
    async copyOf(dir: string): Promise<string> {
      const copy = join(top, `copy-${ports.randomHex(8)}`);
      await ports.files.copyTree(dir, copy);
      return copy;
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
