import { z } from 'zod';
import type { EventType } from './event.ts';

/** How a run can end. */
export const Status = z.enum(['pass', 'fail', 'blocked']).describe('`pass`, or the status of the first blocker.');
export type Status = z.output<typeof Status>;

/** Who has to act when a run ends this way. */
export type Owner = 'backend' | 'suite' | 'operator';

/** Why a provider, a model, a binary or a dependency is not available. */
export const Cause = z.enum([
  'binary_missing',
  'local_config_missing',
  'auth_bridge_missing',
  'connection_refused',
  'unauthorized',
  'server_error',
  'rate_limited',
]);
export type Cause = z.output<typeof Cause>;

interface Row {
  status: 'fail' | 'blocked';
  /** The event whose `data.blockers` names the code; `null` when the engine did not live to write one. */
  event: EventType | null;
  owner: Owner;
  /** Whether the same run may end otherwise when it is simply repeated. */
  retryable: boolean;
  /** Marker file below `backend/`, where one is written. */
  marker: string | null;
  /** The row of the seeds' failure matrix (CTO-WORK-007), where it is one of the twelve. */
  matrix: string | null;
  /** False while no code path raises it; a test holds the two together. */
  built: boolean;
  /** What it means, one sentence. */
  meaning: string;
  /** What to do next, one sentence. */
  hint: string;
}

/**
 * THE TABLE: every way a run can end other than `pass`, in pipeline order.
 * Types, exit codes, the legend of the report, `docs/blockers.md` and `proofgate explain` all read it.
 * Codes, events and statuses of the twelve matrix rows are fixed by the seeds (CTO-WORK-007).
 */
// oxfmt-ignore
export const blockers = {
  run_interrupted:          { status: 'fail',    event: null,                     owner: 'operator', retryable: true,  marker: null, matrix: null, built: true,
    meaning: 'The engine did not reach its end.', hint: 'Run it again; trace.jsonl shows the last step that was reached.' },
  dirty_starting_tree:      { status: 'blocked', event: 'task.contract.created',  owner: 'operator', retryable: false, marker: null, matrix: 'dirty-starting-tree', built: true,
    meaning: 'A clean start was required and the source was dirty; nothing was changed.', hint: 'Commit or remove the named paths, then run again.' },
  backend_not_enabled:      { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: null, matrix: null, built: true,
    meaning: 'The backend is gated and its switch is not set.', hint: 'Set the switch named in the detail if this backend may run here.' },
  stage_not_enabled:        { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: null, matrix: null, built: true,
    meaning: 'The backend is not enabled for exactly this stage.', hint: 'Set the stage switch named in the detail to the stage of the run.' },
  prior_stage_not_proven:   { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: null, matrix: null, built: true,
    meaning: 'The stage before this one has no valid promotion for this backend and model.', hint: 'Prove and promote the earlier stage first.' },
  source_not_admitted:      { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: null, matrix: null, built: true,
    meaning: 'No valid admission record for the source.', hint: 'Write a record in admissions/sources/ and review it.' },
  binary_not_admitted:      { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: null, matrix: null, built: true,
    meaning: 'No valid admission record for the binary, or its digest differs.', hint: 'Admit this digest, or point the switch at the admitted binary.' },
  model_not_admitted:       { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: 'provider-model-not-admitted.txt', matrix: null, built: true,
    meaning: 'No valid admission record for provider and model.', hint: 'Admit the model for this backend and stage.' },
  containment_unavailable:  { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: false, marker: null, matrix: null, built: true,
    meaning: 'The required level of containment is not to be had on this host.', hint: 'Use a host that offers the level; it is never lowered silently.' },
  target_exposed:           { status: 'blocked', event: 'run.completed',          owner: 'suite',    retryable: false, marker: null, matrix: null, built: true,
    meaning: 'A path of the target repository stands in the contract, arguments, inputs, environment or configuration.', hint: 'Remove the path from what the backend is given.' },
  provider_unavailable:     { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: true,  marker: 'provider-unavailable.txt', matrix: 'provider-unavailable', built: true,
    meaning: 'Provider, model, binary or dependency is unavailable; `cause` says which.', hint: 'Install or configure what the detail names, then run again.' },
  provider_response_shape:  { status: 'blocked', event: 'run.completed',          owner: 'operator', retryable: true,  marker: 'provider-reasoning-only.txt', matrix: null, built: true,
    meaning: 'The provider answers, but not in a shape that the backend can use.', hint: 'Change the serving configuration, or admit the compatibility shim.' },
  fixture_invalid:          { status: 'blocked', event: 'run.completed',          owner: 'suite',    retryable: false, marker: null, matrix: null, built: true,
    meaning: 'Calibration failed: the seed does not fail as promised, the oracle does not pass, or the two disagree between runs.', hint: 'Mend the task: the detail names what calibration saw.' },
  timeout:                  { status: 'blocked', event: 'run.completed',          owner: 'backend',  retryable: true,  marker: 'provider-timeout.txt', matrix: 'timeout', built: true,
    meaning: 'Backend or verification ran past its limit; the trace has the point.', hint: 'Look at the last lines of backend/stdout.log; raise the limit only if the work was real.' },
  lifecycle_timeout_after_valid_patch: { status: 'fail', event: 'run.completed',  owner: 'backend',  retryable: true,  marker: 'provider-timeout.txt', matrix: null, built: true,
    meaning: 'The backend ran out of time after a patch that verification proves; never pass evidence.', hint: 'Find out why the backend does not end: the work itself was done.' },
  agent_protocol_error:     { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: true,  marker: 'provider-agent-protocol.txt', matrix: null, built: true,
    meaning: 'The backend ran and did not return its result envelope.', hint: 'Read backend/stdout.log for what it said instead.' },
  backend_failed:           { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: true,  marker: null, matrix: null, built: true,
    meaning: 'The backend said that it failed, or ended other than by exit 0.', hint: 'Read backend/stderr.log; the detail has the code or the claim.' },
  no_diff:                  { status: 'fail',    event: 'git.diff.checked',       owner: 'backend',  retryable: true,  marker: null, matrix: 'no-diff', built: true,
    meaning: 'Success was claimed, a difference was required, none exists.', hint: 'A claim is not a change: look at what the backend did in backend/stdout.log.' },
  disallowed_file_change:   { status: 'fail',    event: 'git.diff.checked',       owner: 'backend',  retryable: true,  marker: null, matrix: 'disallowed-file', built: true,
    meaning: 'A path outside `allowed_paths` changed, or an allowed one changed into something that is not a plain file.', hint: 'patch.diff shows the change; widen allowed_paths only if the task needs it.' },
  write_outside_roots:      { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: false, marker: null, matrix: null, built: true,
    meaning: 'Something was written outside the two roots that the run may write.', hint: 'The detail names the paths; treat the host as touched.' },
  protected_source_changed: { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: false, marker: null, matrix: null, built: true,
    meaning: 'A protected tree changed while the run went on.', hint: 'Restore the named paths from version control before anything else.' },
  target_inspected:         { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: false, marker: null, matrix: null, built: false,
    meaning: 'The target repository was read.', hint: 'Run at a level of containment where the target is absent.' },
  reviewer_rejected:        { status: 'blocked', event: 'verification.completed', owner: 'backend',  retryable: true,  marker: null, matrix: 'reviewer-reject', built: true,
    meaning: 'The reviewer of the backend rejected the result, or a required review is missing.', hint: 'Read the reason in the detail.' },
  approval_denied:          { status: 'blocked', event: 'approval.denied',        owner: 'operator', retryable: false, marker: null, matrix: 'approval-denied', built: true,
    meaning: 'Approval was required and denied, or nobody could answer.', hint: 'Approve it as a person; a backend never can.' },
  missing_test_command:     { status: 'blocked', event: 'verification.completed', owner: 'suite',    retryable: false, marker: null, matrix: 'missing-test-command', built: true,
    meaning: 'The contract requires verification and names no command.', hint: 'Give the task a verification.command.' },
  verifier_tampered:        { status: 'fail',    event: 'verification.completed', owner: 'backend',  retryable: false, marker: null, matrix: null, built: true,
    meaning: 'A test that must fail was not seen failing, the test surface changed, or report and exit code disagree.', hint: 'Read patch.diff as you would read an attack.' },
  tests_not_run:            { status: 'fail',    event: 'verification.completed', owner: 'backend',  retryable: true,  marker: null, matrix: null, built: true,
    meaning: 'No test ran; zero tests is never a pass.', hint: 'Read test.log: the runner ended before its first test.' },
  verification_failed:      { status: 'fail',    event: 'verification.completed', owner: 'backend',  retryable: true,  marker: null, matrix: 'failed-tests', built: true,
    meaning: 'The verification command failed, or a test that was expected did not pass exactly once.', hint: 'test.log has the output, test-report.json the tests by name.' },
  dirty_ending_tree:        { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: true,  marker: null, matrix: 'dirty-ending-tree', built: true,
    meaning: 'Untracked or unintended state was left behind.', hint: 'The detail names the paths.' },
  missing_required_event:   { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: true,  marker: null, matrix: 'missing-event', built: true,
    meaning: 'A required event is absent or out of order.', hint: 'The detail names the event; events.normalized.jsonl has the rest.' },
  baseline_failed:          { status: 'fail',    event: 'run.completed',          owner: 'suite',    retryable: true,  marker: null, matrix: null, built: true,
    meaning: 'The fake baseline of the same run did not pass or is not comparable.', hint: 'Open the report in baseline/: engine, task or host are broken, not the backend.' },
  secret_exposed:           { status: 'fail',    event: 'run.completed',          owner: 'backend',  retryable: false, marker: null, matrix: null, built: true,
    meaning: 'A registered secret or endpoint stands in an artifact.', hint: 'Revoke the named secret; the artifact was replaced by a note.' },
  artifact_write_failure:   { status: 'fail',    event: 'run.completed',          owner: 'operator', retryable: true,  marker: null, matrix: 'artifact-write-failure', built: true,
    meaning: 'A required artifact could not be written; the trace names the path.', hint: 'Free the disk or mend the permissions of the reports folder.' },
} as const satisfies Record<string, Row>;

export type BlockerCode = keyof typeof blockers;
export type BlockerRow = Row;

/** All codes, in pipeline order. */
export const blockerCodes = Object.keys(blockers) as [BlockerCode, ...BlockerCode[]];

export const BlockerCode = z.enum(blockerCodes);

/** True for a string that is a row of the table. */
export const isBlockerCode = (text: string): text is BlockerCode => Object.hasOwn(blockers, text);

/** A row as plain data, for readers that do not care for the literal types. */
export const rowOf = (code: BlockerCode): Row => blockers[code];

/** What the engine found, before the table completes it. */
export interface Finding {
  code: BlockerCode;
  /** What exactly, for a person: paths, exit codes, names. */
  detail: string;
  cause?: Cause | undefined;
}

/** A blocker as the report names it. */
export const Blocker = z.strictObject({
  code: BlockerCode.describe('Row of the blocker table.'),
  status: z.enum(['fail', 'blocked']).describe('Status that the row gives a run.'),
  event: z.string().nullable().describe('Type of the event that carries it.'),
  detail: z.string().describe('What exactly was found.'),
  cause: Cause.nullable().describe('Only for provider_unavailable: what is missing.'),
  owner: z.enum(['backend', 'suite', 'operator']).describe('Who has to act.'),
  hint: z.string().describe('What to do next.'),
});
export type Blocker = z.output<typeof Blocker>;

/** Completes a finding from its row. */
export function toBlocker({ code, detail, cause }: Finding): Blocker {
  const { status, event, owner, hint } = rowOf(code);
  return { code, status, event, detail, cause: cause ?? null, owner, hint };
}
