import type { Backend } from '../backends/backend.ts';
import { reaches } from '../containment/index.ts';
import type { Finding } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import type { Plan } from '../model/plan.ts';
import type { ReadStage } from '../model/stage.ts';
import type { Ports } from '../ports.ts';
import { dependenciesPresent } from './dependencies.ts';
import type { Source } from '../sources/index.ts';
import { binaryAdmitted, comparisonFresh, modelAdmitted, sourceAdmitted, type Admitted } from './admitted.ts';
import { backendEnabled, stageEnabled } from './enabled.ts';
import { priorStageProven } from './prior.ts';
import { providerAnswers, providerConfigured } from './provider.ts';
import { targetNotExposed } from './target.ts';

export { admissionFacts, type Admitted, nothingAdmitted } from './admitted.ts';
export { resolveProgram } from './dependencies.ts';
export { decideEligibility } from './eligibility.ts';
export { inspectionRecord } from './target.ts';

export interface Question {
  plan: Plan;
  contract: Contract;
  backend: Backend;
  /** The record of the stage. */
  stage: ReadStage;
  /** Null: the task has files of its own. */
  source: Source | null;
  /** Filled in by the checks: what a later one, and the run, build on. */
  admitted: Admitted;
  signal: AbortSignal;
}

/** Answers "may this run start?". `undefined` means yes. */
export type PreflightCheck = (question: Question, ports: Ports) => Promise<Finding | undefined> | Finding | undefined;

const containmentAvailable: PreflightCheck = ({ contract: { containment } }) =>
  reaches(containment.offered, containment.required)
    ? undefined
    : {
        code: 'containment_unavailable',
        detail: `${containment.required} is required, ${containment.offered} is the highest level to be had`,
      };

const backendAnswers: PreflightCheck = async ({ plan, backend }, ports) => {
  const probe = await backend.probe(plan, ports);
  return 'code' in probe ? probe : undefined;
};

/** Cheapest first; the first that says no ends the run (SPEC section 3 step 3). */
export const preflightChecks = {
  backendEnabled,
  stageEnabled,
  priorStageProven,
  comparisonFresh,
  sourceAdmitted,
  binaryAdmitted,
  modelAdmitted,
  containmentAvailable,
  targetNotExposed,
  dependenciesPresent,
  backendAnswers,
  providerConfigured,
  providerAnswers,
} as const satisfies Record<string, PreflightCheck>;

export async function preflight(question: Question, ports: Ports): Promise<{ refusal: Finding | null; passed: string[] }> {
  const passed: string[] = [];
  for (const [name, check] of Object.entries<PreflightCheck>(preflightChecks)) {
    const refusal = await check(question, ports);
    if (refusal) return { refusal, passed };
    passed.push(name);
  }
  return { refusal: null, passed };
}
