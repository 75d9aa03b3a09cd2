import type { EventType, NormalizedEvent } from '../model/event.ts';
import { exitOf } from '../model/exit.ts';
import { exitWord } from './exit-word.ts';
import type { Recorded } from './recorded.ts';

/** Events of which another backend than the recorded one has others, or has them elsewhere. */
const ofTheBackend: readonly EventType[] = ['plan.updated', 'patch.applied', 'baseline.compared'];

/**
 * What the evidence of a run shows and that of every run like it will show again: how it ended, what changed, which events came in
 * which order, what the tests said, which files there are. Times, identities, digests, paths and durations are matchers.
 */
export function expectationOf({ report, events, sizes, scenario }: Recorded, isReplay: boolean): Record<string, unknown> {
  const { verification } = report;
  const shown = isReplay ? events.filter(({ type }) => !ofTheBackend.includes(type)) : events;
  const approvals = events.map(({ type }) => type).filter(type => type.startsWith('approval.'));
  return {
    status: report.status,
    blockers: report.blockers.map(({ code }) => code),
    exit: exitWord(exitOf(report.status)),
    outcome: report.outcome,
    lifecycle: report.lifecycle,
    changed_files: report.changed_files,
    events: shown.map(({ type, status }: NormalizedEvent) => ({ type, status })),
    ...(approvals.length > 0 ? { approval_events: approvals } : {}),
    report: {
      sealed: true,
      run_id: { $any: 'string' },
      run_start: { $re: '^\\d{4}-\\d\\d-\\d\\dT' },
      backend_exit_code: report.backend_exit_code,
      failure_reason: report.failure_reason === null ? null : { $any: 'string' },
      allowed_writes_passed: report.allowed_writes_passed,
      required_events_passed: report.required_events_passed,
      tests_passed: report.tests_passed,
      freshness: { duration_ms: { $gte: 0 }, task_digest: { $any: report.freshness.task_digest === null ? 'null' : 'string' } },
    },
    verification: {
      required: verification.required,
      ran: verification.ran,
      exit_code: verification.exit_code,
      timed_out: verification.timed_out,
      missing_command: verification.missing_command,
      counts: verification.counts,
      control: verification.control,
    },
    artifacts: Object.fromEntries(
      [...sizes]
        .filter(([path]) => isStable(path, { isReplay, hadScenario: scenario !== undefined }))
        .map(([path, bytes]) => [path, bytes === 0 ? 'empty' : 'present']),
    ),
  };
}

/** Files that every run of this kind has: not what the agent left in its own folder, nor more of the baseline than that it is there. */
function isStable(path: string, { isReplay, hadScenario }: { isReplay: boolean; hadScenario: boolean }): boolean {
  if (path.startsWith('backend/agent/')) return false;
  if (path.startsWith('baseline/')) return !isReplay && (path === 'baseline/report.json' || path === 'baseline/manifest.json');
  if (path === 'scenario.yaml') return hadScenario;
  // what the program printed is not played
  return !(isReplay && /^backend\/.*\.(log|jsonl)$/.test(path));
}
