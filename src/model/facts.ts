import { z } from 'zod';
import { AdmissionFacts } from './admission.ts';
import { HandoverFacts } from './handover.ts';
import { SourceFacts } from './source.ts';
import { BlockerCode, Cause } from './blocker.ts';
import { GatewayFacts } from './gateway.ts';
import { TestReport } from './verification.ts';

/**
 * What a run found, before anything is judged. Every step puts its facts into trace.jsonl,
 * so that `verify` can rebuild them and judge again with the same function.
 */

/** What a step says against the run. */
const FindingFact = z.strictObject({ code: BlockerCode, detail: z.string(), cause: Cause.optional() });

export const ChangedFile = z.strictObject({
  path: z.string(),
  change: z.enum(['added', 'modified', 'deleted', 'type', 'mode']),
  kind: z.string().describe('What the path is now; of a deleted one what it was.'),
  bytes: z.int(),
  mode: z.int().describe('Permission bits, special ones included; of a deleted one what they were.'),
  digest: z.string().nullable(),
  target: z.string().nullable().describe('Where a link points; null for anything else, and for a deleted one.'),
  oddity: z.string().nullable().describe('Why it cannot be part of an answer even where the path is allowed.'),
});
export type ChangedFile = z.output<typeof ChangedFile>;

export const BackendFacts = z.strictObject({
  exit_code: z.int().nullable().describe('124 when ended for time, 128 + n for a signal, null when nothing started.'),
  timed_out: z.boolean(),
  claim: z.enum(['completed', 'failed', 'blocked']).nullable(),
  protocol_error: z.string().nullable().describe('Why the result envelope is missing or unusable.'),
  failure: FindingFact.nullable().describe("The adapter's own classification, when the backend failed in another way."),
  completed_by_harness: z.boolean(),
  survivors: z.int(),
  tree: z.enum(['pid_namespace', 'best_effort']),
  dropped_bytes: z.int().describe('Output beyond the limit that was not kept.'),
});
export type BackendFacts = z.output<typeof BackendFacts>;

const ChangeFacts = z.strictObject({ files: z.array(ChangedFile), commits: z.boolean() });
export type ChangeFacts = z.output<typeof ChangeFacts>;

export const BoundaryFacts = z.strictObject({
  outside: z.array(z.string()).describe('Paths written outside of the two roots, as far as the level sees.'),
  protected: z.array(z.string()).describe('Protected paths that changed.'),
});
export type BoundaryFacts = z.output<typeof BoundaryFacts>;

export const BaselineFacts = z.strictObject({
  run_id: z.string(),
  dir: z.string().describe('Relative to the bundle.'),
  status: z.enum(['pass', 'fail', 'blocked']),
  comparable: z.boolean(),
  not_comparable: z.array(z.string()).describe('What differs that must not.'),
});
export type BaselineFacts = z.output<typeof BaselineFacts>;

export const Facts = z.strictObject({
  interrupted: z.string().nullable().describe('The signal that ended the engine.'),
  dirty_start: z.array(z.string()),
  source: SourceFacts.nullable().describe('What became of the source of the task; null: it has its own folder.'),
  refusal: FindingFact.nullable().describe('The preflight that said no.'),
  admissions: AdmissionFacts.nullable().describe('What the admission records say; null: it never came to preflight.'),
  calibration: z.array(z.string()).nullable().describe('What is wrong with the fixture; null: not calibrated.'),
  approval_denied: z.string().nullable(),
  backend: BackendFacts.nullable(),
  gateway: GatewayFacts.nullable().describe('What went between agent and provider; null for a backend without a model.'),
  changes: ChangeFacts.nullable(),
  boundary: BoundaryFacts.nullable(),
  review: z.strictObject({ verdict: z.enum(['approve', 'reject']), reason: z.string() }).nullable(),
  tests: TestReport.nullable(),
  ending: z.array(z.string()).nullable().describe('Paths and states that were left behind.'),
  events: z.array(z.string()).nullable().describe('Required events that are absent or out of order.'),
  baseline: BaselineFacts.nullable(),
  handover: HandoverFacts.nullable().describe('What was done with the proven change; null: it never came to that.'),
  secrets: z.array(z.strictObject({ name: z.string(), artifact: z.string() })),
  artifact_failures: z.array(z.strictObject({ path: z.string(), code: z.string() })),
});
export type Facts = z.output<typeof Facts>;

/** Nothing found yet: also what a run that never started knows. */
export const noFacts: Facts = {
  interrupted: null,
  dirty_start: [],
  source: null,
  refusal: null,
  admissions: null,
  calibration: null,
  approval_denied: null,
  backend: null,
  gateway: null,
  changes: null,
  boundary: null,
  review: null,
  tests: null,
  ending: null,
  events: null,
  baseline: null,
  handover: null,
  secrets: [],
  artifact_failures: [],
};
