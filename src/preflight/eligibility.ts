import { backends } from '../backends/index.ts';
import type { Finding } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import { stageNames } from '../model/units.ts';
import { preflightChecks } from './index.ts';

/**
 * The eligibility decision (CTO-WORK-006): which backend may run, under which gates, with which mutation mode.
 * A backend may recommend; it can neither approve itself nor choose its authority, so nothing of it is an input here.
 */
export function decideEligibility({ backend, stage, task }: Contract, refusal: Finding | null) {
  return {
    schema: 'proofgate/eligibility/1',
    selected_backend: refusal ? null : backend.id,
    denied_backends: backends
      .filter(({ id }) => id !== backend.id || refusal)
      .map(({ id }) => ({ id, reason: id === backend.id && refusal ? `${refusal.code}: ${refusal.detail}` : 'not asked for' })),
    risk_class: stage <= 2 ? 'artificial' : stage <= 4 ? 'copied' : 'owned',
    required_gates: Object.keys(preflightChecks),
    allowed_mutation_mode: task.approval.mutation_mode,
    reasons: refusal ? [refusal.detail] : [`every preflight for stage ${stage} (${stageNames[stage]}) said yes`],
    escalation_path: refusal ? 'the operator named by the blocker decides; the backend has no say' : 'none needed',
  };
}
