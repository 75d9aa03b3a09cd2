import { z } from 'zod';
import { Status } from './blocker.ts';
import { exitCodes } from './exit.ts';
import { ChallengeNonce, ModelRef } from './ledger.ts';
import { KeyId, Sha256, Slug, Stage, Time } from './units.ts';

/** How a gate can decide. Only `promoted` opens anything. */
export const DecisionVerdict = z.enum(['promoted', 'refused', 'undecided', 'invalid']);
export type DecisionVerdict = z.output<typeof DecisionVerdict>;

/** What the exit code of a gate means (SPEC section 7); a red scenario (1) is a refusal as much as a policy that says no (3). */
// oxfmt-ignore
const verdictOfExit = {
  [exitCodes.pass]: 'promoted', [exitCodes.fail]: 'refused', [exitCodes.blocked]: 'undecided',
  [exitCodes.refused]: 'refused', [exitCodes.invalid]: 'invalid',
} as const satisfies Record<number, DecisionVerdict>;
export type DecisionExit = keyof typeof verdictOfExit;
export const verdictOf = (exit: DecisionExit): DecisionVerdict => verdictOfExit[exit];

/** What is promoted: one backend, by the digest of what runs, with one model, at one stage. */
const Candidate = z.strictObject({
  backend: Slug.describe('The backend.'),
  digest: Sha256.describe('Of its admitted executable; of the engine where the backend has none.'),
  model: ModelRef.nullable().describe('The model that it talks to; null for a backend without one.'),
  stage: Stage.describe('The stage that was asked for.'),
});
export type Candidate = z.output<typeof Candidate>;

/**
 * A candidate as one URI, `backend:case@sha256:…#model=qwen-local/qwen3.6&stage=2`: the `resourceUri` of its promotion. Two candidates
 * never have the same one: whatever could be read as a separator is percent-encoded.
 */
export function subjectOf({ backend, digest, model, stage }: Candidate): string {
  const named = model ? `${encodeURIComponent(model.provider)}/${encodeURIComponent(model.id)}` : 'none';
  return `backend:${backend}@sha256:${digest}#model=${named}&stage=${stage}`;
}

/** How a planned scenario was found. `blocked`: it could not run; `skipped`: it was left out. Only `green` is proven. */
const ScenarioState = z.enum(['green', 'red', 'missing', 'skipped', 'blocked']);
export type ScenarioState = z.output<typeof ScenarioState>;

const count = z.int().nonnegative();

/** `admissions/ledger/<seq>-<nonce>.decision.json`: what a gate decided, refusals included, and everything that it rests on. */
export const Decision = z
  .strictObject({
    schema: z.literal('proofgate/decision/1').describe('Version of this document.'),
    nonce: ChallengeNonce.describe('Of the challenge.'),
    challenge_digest: Sha256.describe('SHA-256 of the bytes of the challenge.'),
    decided_at: Time.describe('When, by the clock of the gate.'),
    expires_at: Time.nullable().describe('From this instant on it promotes nothing; null where it never did.'),
    verdict: DecisionVerdict,
    exit: z
      .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
      .describe('What the gate ended with: 4 invalid input, 1 red, 2 missing or could not run, 3 policy, 0 promoted.'),
    reasons: z
      .array(
        z.strictObject({
          code: z
            .string()
            .regex(/^[a-z][a-z0-9_]*$/, 'must be lower case letters, digits and underscores')
            .describe('Stable name.'),
          detail: z.string().min(1).describe('What was found, and where.'),
          opens: z.string().min(1).describe('What would open the gate.'),
        }),
      )
      .describe('Why it did not open, in the order of the checks; none for a promotion.'),
    subject: z.string().describe('The candidate as one URI.'),
    candidate: Candidate,
    scenarios: z
      .array(
        z.strictObject({
          id: z.string().min(1).describe('`<file>#<title>`.'),
          digest: Sha256.describe('Of the resolved scenario.'),
          state: ScenarioState,
          bundle: Sha256.nullable().describe('Digest of the manifest of its bundle; null where it left none.'),
          status: Status.nullable().describe('Verdict of the run as it was derived again; null where there is none.'),
          statement: Sha256.nullable().describe('SHA-256 of the signed statement, as a file; null where there is none.'),
        }),
      )
      .describe('Every planned scenario, sorted by id.'),
    counts: z
      .strictObject({
        planned: count.describe('Scenarios of the challenge.'),
        green: count.describe('Proven.'),
        red: count.describe('Not proven.'),
        missing: count.describe('Missing, skipped or blocked.'),
      })
      .describe('planned = green + red + missing.'),
    inputs: z
      .strictObject({
        policy: Sha256.describe('admissions/policy.yaml at the protected base.'),
        stage: Sha256.describe('The stage record at the protected base.'),
        suite_plan: Sha256.nullable().describe('plan.json of the suite; null where there was none.'),
        suite_statement: Sha256.nullable().describe(
          'The signed statement about plan and results of the suite, as a file; null where there is none that holds.',
        ),
        engine: Sha256.describe('The source of the engine that decided.'),
        admissions: z.record(z.string(), Sha256).describe('Every admission record that counted, by its path in the project.'),
      })
      .describe('SHA-256 of everything that the decision rests on; a promotion lapses when one of them changes.'),
    keys: z
      .strictObject({
        runners: z.array(KeyId).describe('Of the policy, sorted: whose statements count.'),
        approvers: z.array(KeyId).describe('Of the policy, sorted: who may sign this decision. None of them is a runner.'),
      })
      .describe('Keys of the policy, by the digest of their bytes.'),
    earlier: z
      .array(z.strictObject({ nonce: ChallengeNonce, verdict: DecisionVerdict.describe('A challenge without a decision is refused.') }))
      .describe('Every earlier challenge of the same subject, oldest first: no best of n.'),
  })
  .refine(({ verdict, exit }) => verdict === verdictOf(exit), { path: ['verdict'], message: 'is not what the exit code means' })
  .refine(({ subject, candidate }) => subject === subjectOf(candidate), { path: ['subject'], message: 'is not the URI of the candidate' })
  .refine(({ verdict, reasons }) => (verdict === 'promoted') === (reasons.length === 0), {
    path: ['reasons'],
    message: 'are there exactly where nothing was promoted',
  })
  .refine(
    ({ verdict, expires_at, decided_at }) =>
      verdict === 'promoted' ? expires_at !== null && expires_at > decided_at : expires_at === null,
    {
      path: ['expires_at'],
      message: 'is there, and after decided_at, exactly where something was promoted',
    },
  )
  .refine(({ scenarios }) => scenarios.every(({ id }, i) => i === 0 || scenarios[i - 1]!.id < id), {
    path: ['scenarios'],
    message: 'must be sorted by id, each once',
  })
  .refine(({ verdict, inputs }) => verdict !== 'promoted' || inputs.suite_statement !== null, {
    path: ['inputs', 'suite_statement'],
    message: 'is there where something was promoted',
  })
  .refine(isAccounted, { path: ['counts'], message: 'are not those of the scenarios, or a promotion has one that is not green' })
  .meta({ id: 'decision', title: 'Decision', description: 'What a gate decided, and everything that it rests on.' });
export type Decision = z.output<typeof Decision>;

interface Accounted {
  scenarios: readonly { state: ScenarioState; statement: string | null }[];
  counts: { planned: number; green: number; red: number; missing: number };
  verdict: DecisionVerdict;
}

/** Errors never leave the denominator; a promotion has no row that is not green and signed for. */
function isAccounted({ scenarios, counts, verdict }: Accounted): boolean {
  const green = scenarios.filter(({ state }) => state === 'green').length;
  const red = scenarios.filter(({ state }) => state === 'red').length;
  const { planned } = counts;
  const adds = planned === scenarios.length && counts.green === green && counts.red === red && counts.missing === planned - green - red;
  const isComplete = planned > 0 && green === planned && scenarios.every(({ statement }) => statement !== null);
  return adds && (verdict !== 'promoted' || isComplete);
}
