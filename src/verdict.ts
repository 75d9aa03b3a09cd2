import { disallowed } from './checks/allowed.ts';
import { judgeTests } from './checks/judge-tests.ts';
import { toBlocker, type Blocker, type Finding, type Status } from './model/blocker.ts';
import type { Contract } from './model/contract.ts';
import type { BackendFacts, Facts } from './model/facts.ts';
import type { GatewayFacts } from './model/gateway.ts';
import type { Lifecycle, Outcome } from './model/report.ts';

export interface Verdict {
  status: Status;
  outcome: Outcome;
  lifecycle: Lifecycle;
  /** In pipeline order; the first gives the status. */
  blockers: Blocker[];
  failureReason: string | null;
}

/**
 * Facts in, verdict out. No clock, no files: the same facts always give the same verdict,
 * so that `verify` can judge a bundle again.
 */
export function judge(contract: Contract, facts: Facts): Verdict {
  const changed = (facts.changes?.files.length ?? 0) > 0;
  const { findings: testFindings, proven } = judgeTests(contract, facts.tests, changed);
  const outcome: Outcome = !facts.backend || !changed ? 'none' : proven ? 'proven' : 'not_proven';
  const lifecycle = lifecycleOf(facts);

  const found: Finding[] = facts.interrupted
    ? [{ code: 'run_interrupted', detail: `ended by ${facts.interrupted}` }]
    : [
        ...beforeStart(facts),
        ...(facts.backend ? [...howItEnded(facts.backend, facts.gateway, outcome), ...whatItDid(contract, facts), ...testFindings] : []),
        ...whatItLeft(facts),
        ...handedOver(facts),
      ];
  if (found.length === 0 && contract.handover && !facts.handover?.commit) found.push(notHandedOver);
  const findings = found.length === 0 && !mayPass(outcome, lifecycle) ? [unproven] : found;
  const blockers = firstOfEach(findings).map(toBlocker);
  const [first] = blockers;

  return { status: first?.status ?? 'pass', outcome, lifecycle, blockers, failureReason: first ? reasonFor(first, contract, facts) : null };
}

const mayPass = (outcome: Outcome, lifecycle: Lifecycle) =>
  outcome === 'proven' && (lifecycle === 'completed' || lifecycle === 'completed_by_harness');

/** The default of everything that nobody thought of. */
const unproven: Finding = { code: 'verification_failed', detail: 'nothing was found wrong, and nothing proves the patch' };

function beforeStart({ dirty_start, refusal, calibration, approval_denied, backend }: Facts): Finding[] {
  const found: Finding[] = [];
  if (dirty_start.length > 0) found.push({ code: 'dirty_starting_tree', detail: `dirty before the run: ${dirty_start.join(', ')}` });
  if (refusal) found.push(refusal);
  if (calibration && calibration.length > 0) found.push({ code: 'fixture_invalid', detail: calibration.join('; ') });
  if (approval_denied && !backend) found.push({ code: 'approval_denied', detail: approval_denied });
  return found;
}

/** At most one: what ended the backend hides what it would have said. */
function howItEnded(backend: BackendFacts, gateway: GatewayFacts | null, outcome: Outcome): Finding[] {
  if (backend.timed_out) {
    return outcome === 'proven'
      ? [{ code: 'lifecycle_timeout_after_valid_patch', detail: 'the patch is proven, but the backend did not end within its limit' }]
      : [{ code: 'timeout', detail: 'the backend did not end within its limit' }];
  }
  if (backend.failure) return [backend.failure];
  const missing = backend.claim === null && gateway ? whatItMissed(gateway) : undefined;
  if (missing) return [missing];
  if (backend.protocol_error) return [{ code: 'agent_protocol_error', detail: backend.protocol_error }];
  if (gateway?.answered === 0) return [{ code: 'agent_protocol_error', detail: 'it has an envelope, and no model ever answered it' }];
  if (backend.claim !== 'completed') return [{ code: 'backend_failed', detail: `the backend claimed ${backend.claim ?? 'nothing'}` }];
  return [];
}

/**
 * What kept a backend without an envelope from its model. Nobody else can tell: to the agents themselves every such failure looks like
 * a missing envelope (case-protocol, fact 6).
 */
function whatItMissed({ requests, last }: GatewayFacts): Finding | undefined {
  if (requests === 0) {
    const detail = 'the backend ended without an envelope and never asked the gateway: its own configuration kept it from its model';
    return { code: 'provider_unavailable', cause: 'local_config_missing', detail };
  }
  if (last?.refused) return { code: 'backend_failed', detail: `the gateway refused its last request: ${last.refused}` };
  if (!last?.cause) return undefined;
  return {
    code: 'provider_unavailable',
    cause: last.cause,
    detail: `the last answer of the provider was no answer (${last.upstream_status ?? last.shape})`,
  };
}

function whatItDid(contract: Contract, facts: Facts): Finding[] {
  const found: Finding[] = [];
  const files = facts.changes?.files ?? [];
  const strays = disallowed(files, contract.task.allowed_paths);
  if (files.length === 0 && contract.task.diff_required && facts.backend?.claim === 'completed') {
    found.push({ code: 'no_diff', detail: 'success was claimed and nothing changed' });
  }
  if (strays.length > 0) {
    found.push({ code: 'disallowed_file_change', detail: strays.map(f => (f.oddity ? `${f.path} (${f.oddity})` : f.path)).join(', ') });
  }
  const elsewhere = facts.gateway?.connections ?? [];
  if (elsewhere.length > 0) found.push({ code: 'backend_failed', detail: `connected past the gateway: ${elsewhere.join(', ')}` });
  const others = (facts.gateway?.other_models ?? []).map(name => name || 'one without a name');
  if (others.length > 0)
    found.push({ code: 'provider_response_shape', detail: `answers came of another model than the admitted one: ${others.join(', ')}` });
  const { outside = [], protected: guarded = [] } = facts.boundary ?? {};
  if (outside.length > 0) found.push({ code: 'write_outside_roots', detail: outside.join(', ') });
  if (guarded.length > 0) found.push({ code: 'protected_source_changed', detail: guarded.join(', ') });
  if (facts.review?.verdict === 'reject') found.push({ code: 'reviewer_rejected', detail: facts.review.reason });
  else if (!facts.review && contract.task.review_required)
    found.push({ code: 'reviewer_rejected', detail: 'a review is required and none was given' });
  if (facts.approval_denied) found.push({ code: 'approval_denied', detail: facts.approval_denied });
  return found;
}

function whatItLeft({ ending, events, baseline, secrets, artifact_failures }: Facts): Finding[] {
  const found: Finding[] = [];
  if (ending && ending.length > 0) found.push({ code: 'dirty_ending_tree', detail: ending.join(', ') });
  if (events && events.length > 0) found.push({ code: 'missing_required_event', detail: events.join('; ') });
  if (baseline && (baseline.status !== 'pass' || !baseline.comparable)) {
    const why = baseline.comparable ? `the baseline ended ${baseline.status}` : `not comparable: ${baseline.not_comparable.join(', ')}`;
    found.push({ code: 'baseline_failed', detail: why });
  }
  if (secrets.length > 0) found.push({ code: 'secret_exposed', detail: secrets.map(s => `${s.name} in ${s.artifact}`).join(', ') });
  if (artifact_failures.length > 0) {
    found.push({ code: 'artifact_write_failure', detail: artifact_failures.map(f => `${f.path} (${f.code})`).join(', ') });
  }
  return found;
}

/** What kept a proven change from being handed over, or what the handover did beside it. */
function handedOver({ handover }: Facts): Finding[] {
  if (!handover) return [];
  if (handover.problem !== null) return [{ code: 'protected_source_changed', detail: handover.problem }];
  const { main, rest, commit, target } = handover;
  const moved = commit !== null && (main.after !== handover.base || main.before !== handover.base || rest.before !== rest.after);
  return moved ? [{ code: 'protected_source_changed', detail: `${target} changed beside the branch that was handed over` }] : [];
}

const notHandedOver: Finding = { code: 'missing_required_event', detail: 'handover.completed: nothing was handed over' };

function lifecycleOf({ interrupted, backend }: Facts): Lifecycle {
  if (interrupted) return 'interrupted';
  if (!backend) return 'not_started';
  if (backend.timed_out) return 'timed_out';
  if (backend.completed_by_harness) return 'completed_by_harness';
  if (backend.failure) return 'crashed';
  if (backend.protocol_error) return 'protocol_error';
  return 'completed';
}

const firstOfEach = (findings: readonly Finding[]): Finding[] =>
  findings.filter((finding, index) => findings.findIndex(other => other.code === finding.code) === index);

/** The sentence that a person reads first; the wordings of the seeds where they have one. */
function reasonFor({ code, detail }: Blocker, contract: Contract, facts: Facts): string {
  const who = contract.backend.id === 'case' ? 'case ' : '';
  switch (code) {
    case 'provider_unavailable':
      return 'provider unavailable';
    case 'provider_response_shape':
      return 'provider response shape unavailable';
    case 'agent_protocol_error':
      return `${who}agent result protocol failed`;
    case 'backend_failed':
      return facts.backend?.exit_code
        ? `${contract.backend.id} engine failed with exit code ${facts.backend.exit_code}`
        : `backend failed: ${detail}`;
    default:
      return `${code.replaceAll('_', ' ')}: ${detail}`;
  }
}
