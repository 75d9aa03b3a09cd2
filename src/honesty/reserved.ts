import { toBlocker } from '../model/blocker.ts';
import { isMap } from '../model/json.ts';
import { emptyCounts } from '../model/verification.ts';

const mapAt = (report: Record<string, unknown>, key: string): Record<string, unknown> => (isMap(report[key]) ? report[key] : {});

/** The report that stood there when the run of this report had just been reserved: what a killed run leaves. */
export function reservedOf(report: Record<string, unknown>): Record<string, unknown> {
  const detail = 'the engine did not reach its end';
  const command = mapAt(report, 'verification')['command'] ?? null;
  // the fields of case are written by the run itself
  const known = Object.fromEntries(Object.entries(report).filter(([key]) => !key.startsWith('case_')));
  return {
    ...known,
    sealed: false,
    status: 'fail',
    outcome: 'none',
    lifecycle: 'interrupted',
    blockers: [toBlocker({ code: 'run_interrupted', detail })],
    failure_reason: `run interrupted: ${detail}`,
    run_end: report['run_start'],
    backend_exit_code: null,
    changed_files: [],
    allowed_writes_passed: false,
    required_events_passed: false,
    tests_passed: false,
    verification: {
      ...mapAt(report, 'verification'),
      ran: false,
      exit_code: null,
      timed_out: false,
      missing_command: command === null,
      tests: [],
      counts: emptyCounts,
      control: { planted: 0, twins: 0, seen_failing: 0 },
    },
    approvals: [],
    review: { ...mapAt(report, 'review'), verdict: 'none', reason: null },
    source_admission_status: 'not_admitted',
    source: null,
    model: { ...mapAt(report, 'model'), admission_status: 'not_admitted' },
    containment: { level: 'none', claims: [], not_claimed: [], process_tree: 'not_started', survivors: 0 },
    baseline: null,
    handover: null,
    artifacts: [],
    artifact_digests: {},
    freshness: { ...mapAt(report, 'freshness'), run_end: report['run_start'], duration_ms: 0, clock_stepped: false, scenario_digest: null },
    redactions: {},
    roots: { ...mapAt(report, 'roots'), runtime_workspace_root: null },
  };
}
