import { type BlockerCode, toBlocker } from '../model/blocker.ts';
import { exitOf } from '../model/exit.ts';
import type { Report } from '../model/report.ts';
import type { Stage } from '../model/units.ts';

/** What a scenario runs: the reference bundles are bundles of that run. */
export interface Subject {
  backend: string;
  stage: Stage;
  task: string;
}

/** When every reference took place. */
export const TIME = '2026-01-01T00:00:00.000Z';
/** Of whatever has a digest. */
export const DIGEST = '0'.repeat(64);

/** The report of a run that ended for this reason, as the engine would write it; null: it passes. */
export function reportOf({ backend, stage, task }: Subject, code: BlockerCode | null): Report {
  const blockers = code === null ? [] : [toBlocker({ code, detail: 'a reference' })];
  const status = blockers[0]?.status ?? 'pass';
  const ran = code === null || code === 'verification_failed';
  const times = { run_start: TIME, run_end: TIME };
  const counts = {
    passed: code === null ? 1 : 0,
    failed: code === 'verification_failed' ? 1 : 0,
    skipped: 0,
    todo: 0,
    expected_failure: 0,
  };
  return {
    schema: 'proofgate/report/1',
    sealed: true,
    run_id: 'reference',
    nonce: 'reference',
    suite: null,
    backend,
    stage,
    task,
    status,
    outcome: code === null ? 'proven' : ran ? 'not_proven' : 'none',
    lifecycle: ran ? 'completed' : 'not_started',
    blockers,
    failure_reason: code,
    ...times,
    backend_exit_code: ran ? 0 : null,
    changed_files: ran ? ['strings.js'] : [],
    allowed_writes_passed: ran,
    required_events_passed: ran,
    tests_command: ran ? 'node --test' : null,
    tests_passed: code === null,
    verification: {
      required: true,
      command: ['node', '--test'],
      ran,
      exit_code: ran ? exitOf(status) : null,
      timed_out: false,
      missing_command: false,
      tests: [],
      counts,
      control: { planted: 1, twins: 1, seen_failing: ran ? 2 : 0 },
      isolation: 'in_process',
    },
    approvals: [],
    review: { required: false, verdict: 'none', reason: null },
    source_admission_status: 'not_required',
    source: null,
    model: { provider: null, id: null, runtime_provider: null, admission_status: 'not_required' },
    gateway: null,
    containment: { level: 'observed', claims: [], not_claimed: [], process_tree: ran ? 'pid_namespace' : 'not_started', survivors: 0 },
    baseline: null,
    handover: null,
    artifacts: [],
    artifact_digests: {},
    freshness: {
      ...times,
      duration_ms: 1,
      clock_stepped: false,
      nonce: 'reference',
      scenario_digest: DIGEST,
      task_digest: DIGEST,
      engine_digest: DIGEST,
      commit: null,
    },
    redactions: {},
    roots: { runtime_workspace_root: null, run_artifact_dir: '/reference' },
    report_digest: DIGEST,
  };
}
