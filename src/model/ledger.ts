import { z } from 'zod';
import { Sha256, Slug, Stage, Time } from './units.ts';

/** Where the ledger of a project stands. */
export const LEDGER = 'admissions/ledger';

/** A model as a challenge names it; an alias such as `latest` is no identity (the policy has the list). */
export const ModelRef = z.strictObject({
  provider: z.string().min(1).describe('Admission identity of the provider.'),
  id: z.string().min(1).describe('The model.'),
});
export type ModelRef = z.output<typeof ModelRef>;

/** What a model is called on the command line and in every message. */
export const modelName = ({ provider, id }: ModelRef): string => `${provider}/${id}`;

/** A nonce that is also part of two file names, on every file system: no dot, no capital letter. */
export const ChallengeNonce = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{7,63}$/, 'must be 8 to 64 lower case letters, digits and hyphens, and begin with no hyphen');

/**
 * `admissions/ledger/<seq>-<nonce>.json`: what a gate is going to decide, fixed before the first run. One file a nonce, so that a second
 * use on another machine is a conflict in git; each names the digest of the one before, so that a deleted refusal shows.
 */
export const LedgerEntry = z
  .strictObject({
    schema: z.literal('proofgate/challenge/1').describe('Version of this document.'),
    nonce: ChallengeNonce.describe('Nonce of the suite that answers.'),
    seq: z.int().min(1).max(999_999).describe('Place in the ledger: 1, 2, 3 …'),
    prev: Sha256.nullable().describe('SHA-256 of the bytes of the entry before; null for the first.'),
    issued_at: Time.describe('When it was issued.'),
    expires_at: Time.describe('From this instant on nothing answers it.'),
    base_commit: z
      .string()
      .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full commit id')
      .describe('Commit of the protected base from which everything below was read.'),
    stage: Stage.describe('The stage that is asked for.'),
    backend: Slug.describe('The backend that is asked about.'),
    binary: Sha256.nullable().describe('Digest of its admitted executable; null for a backend without one.'),
    model: ModelRef.nullable().describe('The model that it talks to; null for a backend without one.'),
    policy_digest: Sha256.describe('Of admissions/policy.yaml at the base.'),
    stage_digest: Sha256.describe('Of the stage record at the base.'),
    scenarios: z
      .array(z.strictObject({ id: z.string().min(1).describe('`<file>#<title>`.'), digest: Sha256.describe('Of the resolved scenario.') }))
      .min(1)
      .describe('Every scenario that has to be proven, sorted by id, each once.'),
  })
  .refine(({ issued_at, expires_at }) => issued_at < expires_at, { path: ['expires_at'], message: 'must be after issued_at' })
  .refine(({ seq, prev }) => (seq === 1) === (prev === null), { path: ['prev'], message: 'is null for the first entry and no other' })
  .refine(({ scenarios }) => scenarios.every(({ id }, i) => i === 0 || scenarios[i - 1]!.id < id), {
    path: ['scenarios'],
    message: 'must be sorted by id, each once',
  })
  .meta({ id: 'challenge', title: 'Challenge', description: 'What a gate is going to decide, fixed before the first run.' });
export type LedgerEntry = z.output<typeof LedgerEntry>;

/** File names of a challenge and of its decision, below admissions/ledger/. */
export const ledgerFiles = ({ seq, nonce }: Pick<LedgerEntry, 'seq' | 'nonce'>) => {
  const stem = `${String(seq).padStart(6, '0')}-${nonce}`;
  return { challenge: `${stem}.json`, decision: `${stem}.decision.json` };
};
