import { priorPromotion } from '../promotion/index.ts';
import type { PreflightCheck } from './index.ts';

/**
 * Every stage but the first needs the one before it promoted, for the same backend, model and, where it has one, executable. What stands
 * in the project is enough to start a run; the gate asks the protected base.
 */
export const priorStageProven: PreflightCheck = async ({ plan, backend }, ports) => {
  if (plan.stage <= backend.exemptUpTo || plan.given.prior_stage === 'promoted') return undefined;
  const refuse = (detail: string) => ({ code: 'prior_stage_not_proven', detail }) as const;
  const stage = plan.stage - 1;
  const path = await backend.binary?.(plan, ports);
  const digest = path ? (await ports.files.digest(path)).sha256 : null;
  const model = backend.usesModel && plan.model ? { provider: plan.model.provider, id: plan.model.id } : null;
  const question = { stage, backend: backend.id, model, digest, tree: plan.project, now: ports.clock.now() };
  const { promoted, detail } = await priorPromotion(question, ports);
  if (!promoted) return refuse(detail);
  return backend.binary && digest === null
    ? refuse(`${detail} is a promotion for stage ${stage} of an executable, and that of ${backend.id} is not here`)
    : undefined;
};
