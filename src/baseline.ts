import { join } from 'node:path';
import { differences } from './evidence/comparable.ts';
import type { Evidence } from './evidence/seal.ts';
import type { Contract } from './model/contract.ts';
import type { BaselineFacts } from './model/facts.ts';
import { defaultFakeScript, type FakeAction } from './model/fake.ts';
import { ordinaryGiven, type Plan } from './model/plan.ts';
import type { Ports } from './ports.ts';

/** The folder of the baseline inside the bundle. */
const BASELINE = 'baseline';

/**
 * Step 11, the plan of the same-run baseline: the fake backend plays the built-in script on the same task, in the same
 * run, under the same nonce. It shows that engine, task and host could produce a pass here and now; nothing about the agent.
 */
export const baselinePlan = (plan: Plan, bundleDir: string): Plan => ({
  ...plan,
  backend: { id: 'fake' },
  fake: plan.given.baseline ?? builtIn(plan),
  model: null,
  given: {
    ...ordinaryGiven,
    task: plan.given.task,
    containment: plan.given.containment,
    admissions: plan.given.admissions,
    // a baseline asks to be promoted to nothing: a candidate is not kept from its stage because nobody promoted fake
    prior_stage: plan.stage > 2 ? 'promoted' : plan.given.prior_stage,
    repository: plan.given.repository,
  },
  scenarioText: null,
  out: bundleDir,
  bundleName: BASELINE,
});

/** The known good answer, then the claim; a task that needs a review gets one, or no backend could ever be compared on it. */
const builtIn = ({ task }: Plan): readonly FakeAction[] =>
  task.spec.review.required ? defaultFakeScript.toSpliced(-1, 0, { review: { verdict: 'approve' } }) : defaultFakeScript;

/** Comparable: same task, nonce, containment and host. */
export async function compareBaseline(contract: Contract, baseline: Evidence, { files }: Ports): Promise<BaselineFacts> {
  const other = JSON.parse(await files.readText(join(baseline.dir, 'task.contract.json'))) as Contract;
  const notComparable = differences(contract, other);
  return {
    run_id: baseline.report.run_id,
    dir: BASELINE,
    status: baseline.report.sealed ? baseline.report.status : 'fail',
    comparable: notComparable.length === 0,
    not_comparable: notComparable,
  };
}
