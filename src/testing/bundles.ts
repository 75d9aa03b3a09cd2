import { join, resolve } from 'node:path';
import { createEngine } from '../engine.ts';
import type { Evidence } from '../evidence/seal.ts';
import { defaultFakeScript } from '../model/fake.ts';
import { defaultLimits, ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { runPlan } from '../run.ts';
import { loadTask } from '../scenario/task.ts';

/** Runs the engine on the built-in task; a test names only what is not ordinary about the run. */
export type Runner = (over?: Partial<Plan>, task?: unknown, signal?: AbortSignal) => Promise<Evidence>;

/** @param out absolute folder for the bundles */
export async function makeRunner(out: string, ports: Ports): Promise<Runner> {
  const project = resolve(import.meta.dirname, '../..');
  const engine = { ...(await createEngine(project, ports)), calibrationTimes: 1 };
  return async (over = {}, task, signal = new AbortController().signal) => {
    const plan: Plan = {
      task: await loadTask(join(project, 'fixtures/n1-string-slugify'), ports, task),
      backend: { id: 'fake' },
      stage: 2,
      fake: defaultFakeScript,
      patches: {},
      model: null,
      env: {},
      limits: defaultLimits,
      approval: { answer: 'nobody', actor: 'nobody' },
      given: ordinaryGiven,
      nonce: 'a-nonce',
      suite: null,
      scenarioText: null,
      out,
      project,
      bundleName: null,
    };
    return runPlan({ ...plan, ...over }, ports, signal, engine);
  };
}
