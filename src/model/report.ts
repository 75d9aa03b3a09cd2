import { z } from 'zod';
import { AdmissionStatus } from './admission.ts';
import { Blocker, Status } from './blocker.ts';
import { GatewayFacts } from './gateway.ts';
import { HandoverFacts } from './handover.ts';
import { SourceFacts } from './source.ts';
import { ContainmentLevel } from './plan.ts';
import { Sha256, Stage, Time } from './units.ts';
import { VerificationSummary } from './verification.ts';

export const Outcome = z.enum(['proven', 'not_proven', 'none']).describe('What the patch proves, however the backend ended.');
export type Outcome = z.output<typeof Outcome>;

export const Lifecycle = z
  .enum(['completed', 'completed_by_harness', 'timed_out', 'crashed', 'protocol_error', 'not_started', 'interrupted'])
  .describe('How the backend ended, whatever the patch proves.');
export type Lifecycle = z.output<typeof Lifecycle>;

export const ApprovalRecord = z.strictObject({
  type: z.enum(['approval.requested', 'approval.granted', 'approval.denied']).describe('Type of the event that says the same.'),
  actor: z.string().describe('Who asked, or who answered.'),
  scope: z.string().describe('What the approval is about.'),
  mutation_mode: z.string().describe('How the change would be made.'),
  timestamp: Time,
});
export type ApprovalRecord = z.output<typeof ApprovalRecord>;

/** report.json. Unknown fields are an error for readers of the same version. */
export const Report = z
  .strictObject({
    schema: z.literal('proofgate/report/1').describe('Version of this document.'),
    sealed: z.boolean().describe('False: the report that was reserved at the first instant; the run did not reach its end.'),
    run_id: z.string().describe('Name of the bundle folder.'),
    nonce: z.string().describe("Of the suite, or of the gate's challenge."),
    suite: z.string().nullable().describe('`<file>#<name>` of the scenario that asked, or null.'),
    backend: z.string().describe('Name of the backend that ran.'),
    stage: Stage.describe('Rung of the ladder, 1 to 6.'),
    task: z.string().describe('Name of the task.'),
    status: Status,
    outcome: Outcome,
    lifecycle: Lifecycle,
    blockers: z.array(Blocker).describe('In pipeline order; the first gives the status.'),
    failure_reason: z.string().nullable().describe('The sentence that a person reads first.'),
    run_start: Time.describe('When the run was reserved.'),
    run_end: Time.describe('When it was sealed; of a reserved report the same as the start.'),
    backend_exit_code: z
      .int()
      .nullable()
      .describe('124 when ended for time, 128 + n for a signal, null when nothing started. Never a verdict.'),
    changed_files: z.array(z.string()).describe('Every path that differs from the baseline commit, sorted by bytes.'),
    allowed_writes_passed: z.boolean().describe('Everything that changed lies within allowed_paths, as far as was proven.'),
    required_events_passed: z.boolean().describe('The required events are there, in order.'),
    tests_command: z.string().nullable().describe('The test command as written; null: the task has none.'),
    tests_passed: z.boolean().describe('Every test that must pass was seen to pass, and nothing spoke against it.'),
    verification: VerificationSummary.describe('What the test command showed.'),
    approvals: z.array(ApprovalRecord).describe('What was asked and answered, in order.'),
    review: z
      .strictObject({
        required: z.boolean().describe('Whether the task asks for a review.'),
        verdict: z.enum(['none', 'approve', 'reject']).describe("The last word of the backend's reviewer; a reject always counts."),
        reason: z.string().nullable().describe('What the reviewer gave as the reason.'),
      })
      .describe("What the backend's reviewer said."),
    source_admission_status: AdmissionStatus.describe('Whether the source of the workspace is admitted; required from stage 3 on.'),
    source: SourceFacts.nullable().describe('Where the workspace came from, where that is not the folder of the task.'),
    model: z
      .strictObject({
        provider: z.string().nullable().describe('Who offers the model: its admission identity.'),
        id: z.string().nullable().describe('The model.'),
        runtime_provider: z.string().nullable().describe('What the backend calls the provider inside; never the admission identity.'),
        admission_status: AdmissionStatus.describe('Whether this model is admitted.'),
      })
      .describe('The model that the backend talks to; null where it has none.'),
    gateway: GatewayFacts.nullable().describe('What went between agent and provider; null for a backend without a model.'),
    containment: z
      .strictObject({
        level: ContainmentLevel.describe('The level that the run was held at.'),
        claims: z.array(z.string()).describe('What the level saw or held, and no more.'),
        not_claimed: z.array(z.string()).describe('What the level cannot say.'),
        process_tree: z.enum(['pid_namespace', 'best_effort', 'not_started']).describe('How the tree of the backend was ended.'),
        survivors: z.int().describe('Processes still seen after the tree was ended.'),
      })
      .describe('What kept the backend in, and what that can honestly claim.'),
    baseline: z
      .strictObject({
        run_id: z.string().describe('Run id of the baseline.'),
        dir: z.string().describe('Bundle of the baseline, relative to this one.'),
        compared_with: z.string().describe('Run id of this bundle.'),
        status: Status.describe('Status of the baseline.'),
        comparable: z.boolean().describe('Same task digest, nonce and level of containment.'),
        not_comparable: z.array(z.string()).describe('What differs that must not.'),
      })
      .nullable()
      .describe('The same-run fake baseline; null for the fake backend itself and after a preflight blocker.'),
    handover: HandoverFacts.nullable().describe('Where the proven change was handed over, at stages 4 and 5; null: nowhere.'),
    artifacts: z
      .array(
        z.strictObject({
          path: z.string().describe('Relative to the bundle.'),
          bytes: z.int().describe('Size.'),
          modified: Time.describe('Modification time as it was at the seal; a copy has another.'),
        }),
      )
      .describe('Every file of the bundle at the seal.'),
    artifact_digests: z
      .record(z.string(), Sha256)
      .describe('Path to SHA-256; repeats the manifest and has its digest under manifest.json.'),
    freshness: z
      .strictObject({
        run_start: Time.describe('When the run was reserved.'),
        run_end: Time.describe('When it was sealed.'),
        duration_ms: z.int().describe('Monotonic.'),
        clock_stepped: z.boolean().describe('The wall clock ran backwards, or away from the monotonic one.'),
        nonce: z.string().describe("Of the suite, or of the gate's challenge."),
        scenario_digest: Sha256.nullable().describe('SHA-256 of the resolved scenario; null where none asked.'),
        task_digest: Sha256.nullable().describe('SHA-256 over the folder of the task.'),
        engine_digest: Sha256.describe('SHA-256 over the source of the engine.'),
        commit: z.string().nullable().describe('Commit of the project; null where it is no git repository.'),
      })
      .describe('What shows that this run is no older one.'),
    redactions: z.record(z.string(), z.int()).describe('Name of a registered secret to how often it was removed from a log.'),
    roots: z
      .strictObject({
        runtime_workspace_root: z.string().nullable().describe('Where the workspace was; null where none was made.'),
        run_artifact_dir: z.string().describe('The bundle folder.'),
      })
      .describe('Absolute paths of the two roots that a run writes to.'),
    case_process_started: z.boolean().optional().describe('Only for case, as the other case_ fields.'),
    case_model_provider: z.string().nullable().optional().describe('model.provider.'),
    case_model: z.string().nullable().optional().describe('model.id.'),
    case_runtime_model_provider: z.string().nullable().optional().describe('model.runtime_provider.'),
    case_model_admission_status: z.string().nullable().optional().describe('model.admission_status; null before the start.'),
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
