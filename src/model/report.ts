import { z } from 'zod';
import { Blocker, Status } from './blocker.ts';
import { ContainmentLevel } from './plan.ts';
import { Sha256, Stage } from './units.ts';
import { VerificationSummary } from './verification.ts';

export const Outcome = z.enum(['proven', 'not_proven', 'none']).describe('What the patch proves, however the backend ended.');
export type Outcome = z.output<typeof Outcome>;

export const Lifecycle = z
  .enum(['completed', 'completed_by_harness', 'timed_out', 'crashed', 'protocol_error', 'not_started', 'interrupted'])
  .describe('How the backend ended, whatever the patch proves.');
export type Lifecycle = z.output<typeof Lifecycle>;

const Time = z.iso.datetime({ precision: 3 });

export const ApprovalRecord = z.strictObject({
  type: z.enum(['approval.requested', 'approval.granted', 'approval.denied']),
  actor: z.string(),
  scope: z.string(),
  mutation_mode: z.string(),
  timestamp: Time,
});
export type ApprovalRecord = z.output<typeof ApprovalRecord>;

/** report.json. Unknown fields are an error for readers of the same version. */
export const Report = z
  .strictObject({
    schema: z.literal('proofgate/report/1'),
    sealed: z.boolean().describe('False: the report that was reserved at the first instant; the run did not reach its end.'),
    run_id: z.string(),
    nonce: z.string().describe("Of the suite, or of the gate's challenge."),
    suite: z.string().nullable().describe('`<file>#<name>` of the scenario that asked, or null.'),
    backend: z.string(),
    stage: Stage,
    task: z.string(),
    status: Status,
    outcome: Outcome,
    lifecycle: Lifecycle,
    blockers: z.array(Blocker).describe('In pipeline order; the first gives the status.'),
    failure_reason: z.string().nullable().describe('The sentence that a person reads first.'),
    run_start: Time,
    run_end: Time,
    backend_exit_code: z
      .int()
      .nullable()
      .describe('124 when ended for time, 128 + n for a signal, null when nothing started. Never a verdict.'),
    changed_files: z.array(z.string()).describe('Every path that differs from the baseline commit, sorted by bytes.'),
    allowed_writes_passed: z.boolean(),
    required_events_passed: z.boolean(),
    tests_command: z.string().nullable(),
    tests_passed: z.boolean(),
    verification: VerificationSummary,
    approvals: z.array(ApprovalRecord),
    review: z.strictObject({ required: z.boolean(), verdict: z.enum(['none', 'approve', 'reject']), reason: z.string().nullable() }),
    source_admission_status: z.enum(['admitted', 'not_admitted', 'not_required']),
    model: z.strictObject({
      provider: z.string().nullable(),
      id: z.string().nullable(),
      runtime_provider: z.string().nullable(),
      admission_status: z.enum(['admitted', 'not_admitted', 'not_required']),
    }),
    containment: z.strictObject({
      level: ContainmentLevel,
      claims: z.array(z.string()).describe('What the level saw or held, and no more.'),
      not_claimed: z.array(z.string()).describe('What the level cannot say.'),
      process_tree: z.enum(['pid_namespace', 'best_effort', 'not_started']),
      survivors: z.int().describe('Processes still seen after the tree was ended.'),
    }),
    baseline: z
      .strictObject({
        run_id: z.string(),
        dir: z.string().describe('Bundle of the baseline, relative to this one.'),
        compared_with: z.string().describe('Run id of this bundle.'),
        status: Status,
        comparable: z.boolean(),
        not_comparable: z.array(z.string()),
      })
      .nullable(),
    artifacts: z.array(z.strictObject({ path: z.string(), bytes: z.int(), modified: Time })),
    artifact_digests: z
      .record(z.string(), Sha256)
      .describe('Path to SHA-256; repeats the manifest and has its digest under manifest.json.'),
    freshness: z.strictObject({
      run_start: Time,
      run_end: Time,
      duration_ms: z.int().describe('Monotonic.'),
      clock_stepped: z.boolean().describe('The wall clock ran backwards, or away from the monotonic one.'),
      nonce: z.string(),
      scenario_digest: Sha256.nullable(),
      task_digest: Sha256.nullable(),
      engine_digest: Sha256,
      commit: z.string().nullable(),
    }),
    redactions: z.record(z.string(), z.int()).describe('Name of a registered secret to how often it was removed from a log.'),
    roots: z.strictObject({ runtime_workspace_root: z.string().nullable(), run_artifact_dir: z.string() }),
    case_process_started: z.boolean().optional().describe('Only for case, as the other case_ fields.'),
    case_model_provider: z.string().nullable().optional(),
    case_model: z.string().nullable().optional(),
    case_runtime_model_provider: z.string().nullable().optional(),
    case_model_admission_status: z.string().nullable().optional(),
    report_digest: z.string().describe('SHA-256 of this report as written, with this field empty.'),
  })
  .meta({ id: 'report', title: 'Report', description: 'The verdict of one run, and what it rests on.' });
export type Report = z.output<typeof Report>;

export const Manifest = z
  .strictObject({
    schema: z.literal('proofgate/manifest/1'),
    run_id: z.string(),
    files: z
      .array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256: Sha256 }))
      .describe('Every file of the bundle but report.json and this one, sorted by bytes of the path.'),
  })
  .meta({ id: 'manifest', title: 'Manifest' });
export type Manifest = z.output<typeof Manifest>;
