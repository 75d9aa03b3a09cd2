import { join, resolve } from 'node:path';
import { admissionFolders } from '../admission/index.ts';
import { defaultFakeScript } from '../model/fake.ts';
import { defaultLimits, ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { loadTask } from '../scenario/task.ts';

/**
 * The plan of an ordinary run of the built-in task, with the answer that passes; a test names only what is not ordinary about it.
 * @param out absolute folder for the bundles
 * @param task laid over task.yaml
 */
export async function aPlan(out: string, ports: Ports, over: Partial<Plan> = {}, task?: unknown): Promise<Plan> {
  const project = resolve(import.meta.dirname, '../..');
  return {
    task: await loadTask(join(project, 'fixtures/n1-string-slugify'), ports, task),
    backend: { id: 'fake' },
    stage: 2,
    fake: defaultFakeScript,
    patches: {},
    model: null,
    admissions: admissionFolders(project, undefined),
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
    ...over,
  };
}
