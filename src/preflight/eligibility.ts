import { backends } from '../backends/index.ts';
import type { Finding } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import type { ReadStage } from '../model/stage.ts';
import { preflightChecks } from './index.ts';

/**
 * The eligibility decision (CTO-WORK-006): which backend may run, under which gates, with which mutation mode. Scope, mode, risk and
 * escalation are those of the record of the stage.
 * A backend may recommend; it can neither approve itself nor choose its authority, so nothing of it is an input here.
 */
export function decideEligibility({ backend, task, containment }: Contract, { record, file, sha256 }: ReadStage, refusal: Finding | null) {
  return {
    schema: 'proofgate/eligibility/1',
    selected_backend: refusal ? null : backend.id,
    denied_backends: backends
      .filter(({ id }) => id !== backend.id || refusal)
      .map(({ id }) => ({ id, reason: id === backend.id && refusal ? `${refusal.code}: ${refusal.detail}` : 'not asked for' })),
    stage: { number: record.number, name: record.name, file, sha256 },
    risk_class: record.risk_class,
    required_gates: Object.keys(preflightChecks),
    required_by_stage: {
      prior_stage: record.entry.prior_stage,
      switches: Object.keys(record.entry.switches[backend.id] ?? {}),
      containment: containment.required,
      approval: task.approval.required,
    },
    allowed_mutation_scope: record.mutation_scope,
    allowed_mutation_mode: record.mutation_mode,
    reasons: refusal ? [refusal.detail] : [`every preflight for stage ${record.number} (${record.name}) said yes`],
    escalation_path: refusal ? record.escalation : 'none needed',
  };
}
