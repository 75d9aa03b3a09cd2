import { disallowed } from '../checks/allowed.ts';
import { judgeTests } from '../checks/judge-tests.ts';
import type { Contract } from '../model/contract.ts';
import type { NormalizedEvent } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import { ApprovalRecord, type Report } from '../model/report.ts';
import { judge } from '../verdict.ts';

/** What a report says about the disk and the clock, and nothing can derive from facts. */
type Observed = 'sealed' | 'artifacts' | 'artifact_digests' | 'freshness' | 'redactions' | 'report_digest';

/** Every field of a report that follows from contract, facts and events. */
export type Derived = Omit<Report, Observed>;

/**
 * The report, as far as it is a function of the evidence. The engine writes what this returns,
 * and `verify` compares what it reads with what this returns: there is no second opinion.
 */
export function deriveReport(
  contract: Contract,
  facts: Facts,
  events: readonly NormalizedEvent[],
  runStart: string,
  runEnd: string,
): Derived {
  const verdict = judge(contract, facts);
  const changed = facts.changes?.files ?? [];
  const { summary, proven } = judgeTests(contract, facts.tests, changed.length > 0);
  return {
    schema: 'proofgate/report/1',
    run_id: contract.run_id,
    nonce: contract.nonce,
    suite: contract.suite,
    backend: contract.backend.id,
    stage: contract.stage,
    task: contract.task.id,
    status: verdict.status,
    outcome: verdict.outcome,
    lifecycle: verdict.lifecycle,
    blockers: verdict.blockers,
    failure_reason: verdict.failureReason,
    run_start: runStart,
    run_end: runEnd,
    backend_exit_code: facts.backend?.exit_code ?? null,
    changed_files: changed.map(file => file.path),
    allowed_writes_passed:
      facts.changes !== null && disallowed(changed, contract.task.allowed_paths).length === 0 && facts.boundary?.outside.length === 0,
    required_events_passed: facts.events !== null && facts.events.length === 0,
    tests_command: contract.verification.command?.join(' ') ?? null,
    tests_passed: proven,
    verification: summary,
    approvals: approvalsOf(events),
    review: { required: contract.task.review_required, verdict: facts.review?.verdict ?? 'none', reason: facts.review?.reason ?? null },
    source_admission_status: sourceStatus(contract, facts),
    source: facts.source,
    model: modelOf(contract, facts),
    gateway: facts.gateway,
    containment: containmentOf(contract, facts),
    baseline: facts.baseline && { ...facts.baseline, compared_with: contract.run_id },
    handover: facts.handover,
    roots: contract.roots,
    ...(contract.backend.id === 'case' ? caseFields(contract, facts) : {}),
  };
}

/** Below stage 3 a task with files of its own needs no record; a real agent is told all the same that none was asked for. */
function sourceStatus({ stage, task, backend }: Contract, { admissions }: Facts): Report['source_admission_status'] {
  if (stage >= 3 || task.source) return admissions?.source.status ?? 'not_admitted';
  return backend.uses_model ? 'not_admitted' : 'not_required';
}

const approvalsOf = (events: readonly NormalizedEvent[]): ApprovalRecord[] =>
  events.flatMap(({ type, data }) => {
    const { actor = '', scope = '', mutation_mode = '', timestamp } = data;
    const record = ApprovalRecord.safeParse({ type, actor, scope, mutation_mode, timestamp });
    return record.success ? [record.data] : [];
  });

/** What the level saw, and no more (SPEC section 14). */
function containmentOf({ containment }: Contract, { backend, gateway }: Facts): Report['containment'] {
  const namespace = backend?.tree === 'pid_namespace';
  const enclosed = gateway?.network === 'private';
  return {
    level: containment.offered,
    claims:
      containment.offered === 'observed'
        ? [
            "protected roots, the engine's own code and its copy of the seed were hashed before the backend started, after its last process was dead, and after the last process of the tests was",
            'the parent of the workspace and the bundle were compared at the same times',
            'environment by allow-list; HOME, XDG and TMPDIR below backend/agent',
            ...(namespace ? ['every process of the backend died with its pid namespace'] : []),
            ...(enclosed ? ['the backend was in a network namespace that has the gateway and nothing else'] : []),
          ]
        : [],
    not_claimed: [
      'that nothing outside the workspace was read',
      'that nothing was written outside the watched folders',
      ...(enclosed ? [] : ['that no network connection was opened']),
      ...(backend && !namespace ? ['that a process which cleared its environment and left its session is dead'] : []),
    ],
    process_tree: backend?.tree ?? 'not_started',
    survivors: backend?.survivors ?? 0,
  };
}

/** The admitted identity, and what it is called inside of the backend: known once the backend was started. */
const modelOf = ({ model, backend }: Contract, { admissions, backend: started }: Facts): Report['model'] => ({
  provider: model?.provider ?? null,
  id: model?.id ?? null,
  runtime_provider: started ? (admissions?.model.runtime_provider ?? null) : null,
  admission_status: admissions?.model.status ?? (backend.uses_model ? 'not_admitted' : 'not_required'),
});

/** The flat names that the seeds use for case. */
function caseFields(contract: Contract, facts: Facts) {
  const model = modelOf(contract, facts);
  return {
    case_process_started: facts.backend !== null,
    case_model_provider: model.provider,
    case_model: model.id,
    case_runtime_model_provider: model.runtime_provider,
    case_model_admission_status: facts.admissions?.model.status ?? null,
  };
}
