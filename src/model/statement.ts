import { z } from 'zod';
import { BlockerCode, Status } from './blocker.ts';
import { ModelRef } from './ledger.ts';
import { Lifecycle, Outcome } from './report.ts';
import { KeyId, Sha256, Slug, Stage, Time } from './units.ts';

/** How a scenario ended, as its suite says. Only `green` counts as proven: to a gate each of the others is red or missing. */
const resultStates = ['green', 'red', 'flaky', 'fails', 'skipped', 'todo'] as const;
export const ResultState = z.enum(resultStates);
export type ResultState = z.output<typeof ResultState>;

/** Media type of what an envelope of ours holds. */
export const IN_TOTO = 'application/vnd.in-toto+json';

/** A DSSE envelope: what was signed, byte for byte, and by whom. */
export const Envelope = z.strictObject({
  payloadType: z.literal(IN_TOTO),
  payload: z.string().min(1).describe('Base64 of the bytes that were signed.'),
  signatures: z
    .array(z.strictObject({ keyid: KeyId, sig: z.string().min(1).describe('Base64 of 64 bytes.') }))
    .min(1)
    .describe('One a key.'),
});
export type Envelope = z.output<typeof Envelope>;

/** Something by its bytes; the name is for people. */
const Subject = z.strictObject({ name: z.string().min(1), digest: z.strictObject({ sha256: Sha256 }) });
export type Subject = z.output<typeof Subject>;

const statement = <T extends string, P extends z.ZodType>(predicateType: T, predicate: P) =>
  z.strictObject({
    _type: z.literal('https://in-toto.io/Statement/v1'),
    subject: z.array(Subject).min(1),
    predicateType: z.literal(predicateType),
    predicate,
  });

export const RUN_PREDICATE = 'https://proofgate.dev/run/v1';

/** What a runner says of one scenario of a suite: that this evidence, and no other, is what came of it here. */
const RunPredicate = z.strictObject({
  nonce: z.string().min(1).describe('Of the suite, or of the challenge that it answers.'),
  scenario: z.strictObject({ id: z.string().min(1), digest: Sha256.describe('Of the resolved scenario.') }),
  state: ResultState.describe('How the scenario ended; a gate derives it again where there is a bundle.'),
  exit: z.int().nullable().describe('What the command line would have ended with; null where nothing ran.'),
  run: z
    .strictObject({
      run_id: z.string().min(1),
      backend: Slug,
      stage: Stage,
      model: ModelRef.nullable(),
      task_digest: Sha256.nullable().describe('Over the folder of the task.'),
      engine_digest: Sha256.describe('Over the source of the engine.'),
      binary: Sha256.nullable().describe('Digest of the executable that was admitted; null where none was asked for.'),
      status: Status.describe('As it was derived again when this was signed.'),
      outcome: Outcome,
      lifecycle: Lifecycle,
      blockers: z.array(BlockerCode),
      run_start: Time,
      run_end: Time,
    })
    .nullable()
    .describe('The run whose bundle is a subject; null for a scenario without one (a command line, a skipped one).'),
});
export type RunPredicate = z.output<typeof RunPredicate>;

/**
 * `statements/<32 hex>.dsse.json` of a suite. Subjects: the result file always; manifest.json, report.json and patch.diff of the bundle
 * where there is one.
 */
export const RunStatement = statement(RUN_PREDICATE, RunPredicate);
export type RunStatement = z.output<typeof RunStatement>;

export const SUITE_PREDICATE = 'https://proofgate.dev/suite/v1';

/** What a runner says of a suite as a whole: this was planned, and these results, no more and no fewer, are what came of it. */
const SuitePredicate = z.strictObject({
  nonce: z.string().min(1).describe('Of the suite, or of the challenge that it answers.'),
  started: z.iso.datetime().describe('When it began, as its plan says.'),
  planned: z.int().nonnegative().describe('Scenarios of the plan.'),
  ended: z.int().nonnegative().describe('Scenarios that have a result.'),
});

/** `statements/plan.dsse.json` of a suite. Subjects: plan.json, then every result file, sorted by name. */
export const SuiteStatement = statement(SUITE_PREDICATE, SuitePredicate);
export type SuiteStatement = z.output<typeof SuiteStatement>;

export const SUMMARY_PREDICATE = 'https://slsa.dev/verification_summary/v1';

/** Of the specification that the summary follows. */
export const SLSA_VERSION = '1.1';

const Digested = { digest: z.strictObject({ sha256: Sha256 }) };

/** The predicate of SLSA's verification summary, version 1, with nothing left out. */
const SummaryPredicate = z.strictObject({
  verifier: z.strictObject({ id: z.string().min(1).describe('The approver: a URI with the keyid.') }),
  timeVerified: Time,
  resourceUri: z.string().min(1).describe('The candidate.'),
  policy: z.strictObject({ uri: z.string().min(1), ...Digested }),
  inputAttestations: z
    .array(z.strictObject({ uri: z.string().min(1), ...Digested }))
    .describe('The statement about the plan of the suite, then every statement of a run that counted.'),
  verificationResult: z.enum(['PASSED', 'FAILED']),
  verifiedLevels: z.array(z.string().regex(/^PROOFGATE_STAGE_[1-6]$/, 'must be PROOFGATE_STAGE_<n>')).describe('None where it FAILED.'),
  slsaVersion: z.literal(SLSA_VERSION),
});
export type SummaryPredicate = z.output<typeof SummaryPredicate>;

/** `admissions/promotions/<stage>-<backend>-<nonce>.dsse.json`: an approver's word for a decision, refusals included. */
export const SummaryStatement = statement(SUMMARY_PREDICATE, SummaryPredicate);
export type SummaryStatement = z.output<typeof SummaryStatement>;

/** The one level that a promotion of a stage verifies. */
export const levelOf = (stage: Stage): string => `PROOFGATE_STAGE_${stage}`;

export const LAPSE_PREDICATE = 'https://proofgate.dev/lapse/v1';

/** What an approver says of a promotion that was: since when it is none, and what changed under it, or why it was taken back. */
const LapsePredicate = z
  .strictObject({
    verifier: z.strictObject({ id: z.string().min(1).describe('The approver: a URI with the keyid.') }),
    lapsed_at: Time.describe('When this was recorded.'),
    resource: z.string().min(1).describe('The candidate.'),
    changes: z
      .array(
        z.strictObject({
          input: z.string().min(1).describe('What the promotion rests on, by its path or as `record of stage <n>`.'),
          was: Sha256.describe('As the decision has it.'),
          is: Sha256.nullable().describe('As it was found; null: it is gone.'),
        }),
      )
      .describe('Inputs of the decision that were not any more what they had been.'),
    reason: z.string().min(1).max(500).nullable().describe('Why somebody took it back; null: what changed is the reason.'),
  })
  .refine(({ changes, reason }) => changes.length > 0 || reason !== null, {
    path: ['reason'],
    message: 'is there where nothing changed',
  });
export type LapsePredicate = z.output<typeof LapsePredicate>;

/** `admissions/lapses/<stage>-<backend>-<nonce>.dsse.json`: an approver's word that the promotion of this name has lapsed. */
export const LapseStatement = statement(LAPSE_PREDICATE, LapsePredicate);
export type LapseStatement = z.output<typeof LapseStatement>;
