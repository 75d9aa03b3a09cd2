import { describe, expect, it } from 'vitest';
import { aDecision, aReason, aRefusal, digestOf } from '../testing/decision.ts';
import { Decision, subjectOf } from './decision.ts';
import { LedgerEntry, ledgerFiles } from './ledger.ts';

const promoted = aDecision();
const { candidate } = promoted;
const [green] = promoted.scenarios;
const refused = aRefusal();

const entry: LedgerEntry = {
  schema: 'proofgate/challenge/1',
  nonce: 'challenge-1',
  seq: 1,
  prev: null,
  issued_at: '2026-03-01T12:00:00.000Z',
  expires_at: '2026-03-02T12:00:00.000Z',
  base_commit: '0'.repeat(40),
  stage: 2,
  backend: 'case',
  binary: digestOf('a'),
  model: candidate.model,
  policy_digest: digestOf('1'),
  stage_digest: digestOf('2'),
  scenarios: [
    { id: 'a', digest: digestOf('c') },
    { id: 'b', digest: digestOf('c') },
  ],
};

/** Path of the first issue; undefined: it is one. */
const wrong = (schema: typeof Decision | typeof LedgerEntry, value: unknown) => schema.safeParse(value).error?.issues[0]?.path.join('.');

describe('a decision', () => {
  it.each([
    ['a promotion', promoted],
    ['a refusal', refused],
  ] as const)('%s is one', (_name, value) => {
    expect(wrong(Decision, value)).toBe(undefined);
  });

  it.each<[string, object, string]>([
    ['a verdict that the exit code does not mean', { ...promoted, exit: 3 }, 'verdict'],
    ['the URI of another candidate', { ...promoted, candidate: { ...candidate, stage: 3 } }, 'subject'],
    ['a promotion with a reason against it', { ...promoted, reasons: [aReason] }, 'reasons'],
    ['a refusal without a reason', { ...refused, reasons: [] }, 'reasons'],
    ['a promotion for ever', { ...promoted, expires_at: null }, 'expires_at'],
    ['a promotion that had expired when it was made', { ...promoted, expires_at: promoted.decided_at }, 'expires_at'],
    ['a refusal that expires', { ...refused, expires_at: promoted.expires_at }, 'expires_at'],
    ['one scenario twice', { ...promoted, scenarios: [green, green], counts: { ...promoted.counts, planned: 2, green: 2 } }, 'scenarios'],
    ['counts that leave one out', { ...promoted, counts: { planned: 1, green: 0, red: 0, missing: 0 } }, 'counts'],
    ['a promotion of nothing', { ...promoted, scenarios: [], counts: { planned: 0, green: 0, red: 0, missing: 0 } }, 'counts'],
    [
      'a promotion with a blocked scenario',
      { ...promoted, scenarios: [{ ...green, state: 'blocked' }], counts: { planned: 1, green: 0, red: 0, missing: 1 } },
      'counts',
    ],
    ['a promotion with a scenario that nobody signed for', { ...promoted, scenarios: [{ ...green, statement: null }] }, 'counts'],
  ])('%s is none', (_name, value, path) => {
    expect(wrong(Decision, value)).toBe(path);
  });

  it('two candidates never have one URI', () => {
    const models = [
      null,
      { provider: 'none', id: '' },
      { provider: 'a/b', id: 'c' },
      { provider: 'a', id: 'b/c' },
      { provider: 'a', id: 'b/c&stage=3' },
    ];
    const uris = models.map(model => subjectOf({ ...candidate, model }));
    expect(new Set(uris).size).toBe(models.length);
    expect(uris.map(uri => new URL(uri).href)).toEqual(uris);
  });
});

describe('a challenge', () => {
  it('is one, and has its files', () => {
    expect(wrong(LedgerEntry, entry)).toBe(undefined);
    expect(ledgerFiles(entry)).toEqual({ challenge: '000001-challenge-1.json', decision: '000001-challenge-1.decision.json' });
  });

  it.each<[string, object, string]>([
    ['a nonce that could be read as the name of a decision', { ...entry, nonce: 'challenge.decision' }, 'nonce'],
    ['a nonce that differs from another by its case', { ...entry, nonce: 'Challenge-1' }, 'nonce'],
    ['one that expires when it is issued', { ...entry, expires_at: entry.issued_at }, 'expires_at'],
    ['a second entry without the one before', { ...entry, seq: 2 }, 'prev'],
    ['a first entry with one before', { ...entry, prev: digestOf('a') }, 'prev'],
    ['a part of a commit id', { ...entry, base_commit: '0'.repeat(12) }, 'base_commit'],
    ['nothing to prove', { ...entry, scenarios: [] }, 'scenarios'],
    ['a scenario twice', { ...entry, scenarios: [entry.scenarios[0], entry.scenarios[0]] }, 'scenarios'],
  ])('%s is none', (_name, value, path) => {
    expect(wrong(LedgerEntry, value)).toBe(path);
  });
});
