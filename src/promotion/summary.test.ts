import { describe, expect, it } from 'vitest';
import { type Decision, subjectOf } from '../model/decision.ts';
import { RUN_PREDICATE } from '../model/statement.ts';
import { aDecision, aKey, aRefusal, digestOf } from '../testing/decision.ts';
import { signEnvelope } from './dsse.ts';
import type { PrivateKey, PublicKey } from './keys.ts';
import { Refused } from './refused.ts';
import { makePromotion, type PromotionFiles, verifyPromotion } from './summary.ts';

const [runner, approver, stranger] = [aKey(), aKey(), aKey()];
const keys = { runners: [runner.keyid], approvers: [approver.keyid] };
const decision = aDecision({ keys });
const now = Date.parse('2026-03-10T00:00:00Z');
const bytes = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

const made = makePromotion(bytes(decision), approver, now);
interface Loose {
  predicate: Record<string, unknown>;
  subject: { name: string; digest: Record<string, string> }[];
  [more: string]: unknown;
}
const statementOf = (text: string) =>
  JSON.parse(Buffer.from((JSON.parse(text) as { payload: string }).payload, 'base64').toString()) as Loose;

const files = (over: Partial<PromotionFiles> = {}): PromotionFiles => ({
  envelope: Buffer.from(made.text),
  decision: bytes(decision),
  key: approver,
  now,
  ...over,
});
/** The verdict, or the names of what is wrong. */
function verdict(over: Partial<PromotionFiles> = {}): string {
  const { verdict: is, problems } = verifyPromotion(files(over));
  return problems.length > 0 ? problems.map(({ code }) => code).join(' ') : is;
}
/** What the approver, or somebody else, signs instead. */
function forged(change: (statement: Loose) => unknown, key: PrivateKey = approver): Partial<PromotionFiles> {
  const statement = statementOf(made.text);
  return { envelope: Buffer.from(signEnvelope(bytes(change(statement) ?? statement), [key])) };
}
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'made';
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};

describe('a promotion', () => {
  it('is a verification summary of the decision', () => {
    expect(made.name).toBe('2-case-challenge-1.dsse.json');
    expect(statementOf(made.text)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'backend:case', digest: { sha256: digestOf('a') } },
        { name: 'challenge-1.decision.json', digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      ],
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: `https://proofgate.dev/approver/v1#${approver.keyid}` },
        timeVerified: '2026-03-01T12:00:00.000Z',
        resourceUri: `backend:case@sha256:${digestOf('a')}#model=qwen-local/qwen3.6&stage=2`,
        policy: { uri: 'admissions/policy.yaml', digest: { sha256: digestOf('1') } },
        inputAttestations: [
          { uri: 'reports/suites/challenge-1/statements/plan.dsse.json', digest: { sha256: digestOf('7') } },
          {
            uri: expect.stringMatching(/^reports\/suites\/challenge-1\/statements\/[0-9a-f]{32}\.dsse\.json$/),
            digest: { sha256: digestOf('e') },
          },
        ],
        verificationResult: 'PASSED',
        verifiedLevels: ['PROOFGATE_STAGE_2'],
        slsaVersion: '1.1',
      },
    });
    expect(verdict()).toBe('promoted');
  });

  it('is the same when it is made again', () => {
    expect(makePromotion(bytes(decision), approver, now + 5)).toEqual(made);
  });

  it.each<[string, Decision]>([
    ['refused', aRefusal({ keys })],
    ['undecided', aRefusal({ keys, verdict: 'undecided', exit: 2 })],
    ['invalid', aRefusal({ keys, verdict: 'invalid', exit: 4 })],
    ['refused for a red scenario', aRefusal({ keys, exit: 1 })],
  ])('of a decision that is %s is an authentic FAILED', (_name, refusal) => {
    const { text } = makePromotion(bytes(refusal), approver, now);
    const { predicate } = statementOf(text);
    expect([predicate['verificationResult'], predicate['verifiedLevels']]).toEqual(['FAILED', []]);
    expect(verdict({ envelope: Buffer.from(text), decision: bytes(refusal) })).toBe('refused');
  });

  it.each<[string, () => unknown, string]>([
    ['by a runner', () => makePromotion(bytes(decision), runner, now), 'self_approval'],
    ['by a stranger', () => makePromotion(bytes(decision), stranger, now), 'approver_unknown'],
    [
      'by an approver who is a runner as well',
      () => makePromotion(bytes(aDecision({ keys: { ...keys, runners: [approver.keyid] } })), approver, now),
      'self_approval',
    ],
    ['before it was decided', () => makePromotion(bytes(decision), approver, Date.parse('2026-03-01T11:59:59.999Z')), 'time_future'],
    ['after it expired', () => makePromotion(bytes(decision), approver, Date.parse('2026-04-01T12:00:00.000Z')), 'expired'],
    ['of something that is no decision', () => makePromotion(bytes({}), approver, now), 'malformed'],
    [
      'of a decision with a key twice',
      () => makePromotion(Buffer.from(bytes(decision).toString().replace('{', '{"exit": 3,')), approver, now),
      'duplicate_key',
    ],
  ])('is not made %s', (_name, make, code) => {
    expect(codeOf(make)).toBe(code);
  });
});

describe('a promotion is checked against', () => {
  const other = { ...decision.candidate, stage: 3 as const };
  it.each<[string, Partial<PromotionFiles>, string]>([
    ['its key', { key: stranger }, 'signer_unknown'],
    [
      'its key: that of a stranger who signs in the name of the approver',
      forged(() => {}, { ...stranger, keyid: approver.keyid }),
      'signature_wrong',
    ],
    [
      'its key: that of a runner',
      {
        ...forged(({ predicate }) => void (predicate['verifier'] = { id: `https://proofgate.dev/approver/v1#${runner.keyid}` }), runner),
        key: runner,
      },
      'self_approval approver_unknown',
    ],
    ['its verifier: the key of another signed', { ...forged(() => {}, stranger), key: stranger }, 'verifier_mismatch approver_unknown'],
    ['its decision: another one', { decision: bytes(aDecision({ keys, nonce: 'challenge-2' })) }, 'subject_mismatch inputs_mismatch'],
    ['its decision: one byte more', { decision: Buffer.concat([bytes(decision), Buffer.from('\n')]) }, 'subject_mismatch'],
    [
      'its decision: its keys in another order',
      { decision: bytes(Object.fromEntries(Object.entries(decision).toReversed())) },
      'subject_mismatch',
    ],
    [
      'its decision: for another stage',
      { decision: bytes(aDecision({ keys, candidate: other, subject: subjectOf(other) })) },
      'subject_mismatch resource_mismatch level_mismatch',
    ],
    [
      'its decision: a refusal that is made a promotion',
      { decision: bytes(aRefusal({ keys })) },
      'subject_mismatch result_mismatch level_mismatch',
    ],
    [
      'its decision: another policy',
      { decision: bytes(aDecision({ keys, inputs: { ...decision.inputs, policy: digestOf('9') } })) },
      'subject_mismatch policy_mismatch',
    ],
    [
      'its decision: a policy that names no such approver',
      { decision: bytes(aDecision({ keys: { ...keys, approvers: [] } })) },
      'subject_mismatch approver_unknown',
    ],
    [
      'its decision: unsigned evidence',
      { decision: bytes({ ...decision, scenarios: [{ ...decision.scenarios[0], statement: null }] }) },
      'malformed',
    ],
    ['its decision: a key too many', { decision: bytes({ ...decision, override: true }) }, 'malformed'],
    ['its decision: none', { decision: Buffer.from('') }, 'not_json'],
    ['the clock: before it was decided', { now: Date.parse('2026-02-01T00:00:00Z') }, 'time_future'],
    ['the clock: in the instant of its end', { now: Date.parse('2026-04-01T12:00:00.000Z') }, 'expired'],
  ])('%s', (_name, over, codes) => {
    expect(verdict(over)).toBe(codes);
  });

  it('the clock: it holds from the instant of the decision to the last before its end', () => {
    expect([verdict({ now: Date.parse(decision.decided_at) }), verdict({ now: Date.parse(decision.expires_at!) - 1 })]).toEqual([
      'promoted',
      'promoted',
    ]);
  });
});

describe('what an approver signs has to be the decision', () => {
  const set = (field: string, value: unknown) => forged(({ predicate }) => void (predicate[field] = value));
  const [plan, input] = statementOf(made.text).predicate['inputAttestations'] as unknown[];
  it.each<[string, Partial<PromotionFiles>, string]>([
    ['another format of statement', forged(statement => void (statement['_type'] = 'https://in-toto.io/Statement/v0.1')), 'statement_type'],
    ['a statement of a run', forged(statement => void (statement['predicateType'] = RUN_PREDICATE)), 'predicate_type'],
    [
      'a summary of version 0.2',
      forged(statement => void (statement['predicateType'] = 'https://slsa.dev/verification_summary/v0.2')),
      'predicate_type',
    ],
    ['another subject', forged(({ subject }) => void (subject[0]!.digest['sha256'] = digestOf('0'))), 'subject_mismatch'],
    ['another decision', forged(({ subject }) => void (subject[1]!.digest['sha256'] = digestOf('0'))), 'subject_mismatch'],
    ['a subject too few', forged(({ subject }) => void subject.pop()), 'subject_mismatch'],
    ['a subject too many', forged(({ subject }) => void subject.push(subject[0]!)), 'subject_mismatch'],
    ['subjects in another order', forged(({ subject }) => void subject.reverse()), 'subject_mismatch'],
    ['no subject', forged(({ subject }) => void subject.splice(0)), 'malformed'],
    ['another digest beside', forged(({ subject }) => void (subject[0]!.digest['sha1'] = 'a')), 'malformed'],
    ['another verifier', set('verifier', { id: `https://proofgate.dev/approver/v1#${stranger.keyid}` }), 'verifier_mismatch'],
    ['another candidate', set('resourceUri', 'backend:other'), 'resource_mismatch'],
    ['another policy', set('policy', { uri: 'admissions/policy.yaml', digest: { sha256: digestOf('9') } }), 'policy_mismatch'],
    ['a policy elsewhere', set('policy', { uri: 'https://example.com', digest: { sha256: digestOf('1') } }), 'policy_mismatch'],
    ['another time', set('timeVerified', '2026-03-01T12:00:00.001Z'), 'time_mismatch'],
    ['a time that could be written in another way', set('timeVerified', '2026-03-01T12:00:00Z'), 'malformed'],
    ['another result', set('verificationResult', 'FAILED'), 'result_mismatch'],
    ['a result that does not exist', set('verificationResult', 'WARNED'), 'malformed'],
    ['another level', set('verifiedLevels', ['PROOFGATE_STAGE_3']), 'level_mismatch'],
    ['no level', set('verifiedLevels', []), 'level_mismatch'],
    ['a level too many', set('verifiedLevels', ['PROOFGATE_STAGE_2', 'PROOFGATE_STAGE_3']), 'level_mismatch'],
    ['a level of somebody else', set('verifiedLevels', ['SLSA_BUILD_LEVEL_3']), 'malformed'],
    ['no statement', set('inputAttestations', []), 'inputs_mismatch'],
    ['no statement about the plan', set('inputAttestations', [input]), 'inputs_mismatch'],
    ['a statement twice', set('inputAttestations', [plan, input, input]), 'inputs_mismatch'],
    ['a statement too many', set('inputAttestations', [plan, input, { uri: 'x', digest: { sha256: digestOf('f') } }]), 'inputs_mismatch'],
    ['another statement', set('inputAttestations', [plan, { ...(input as object), digest: { sha256: digestOf('f') } }]), 'inputs_mismatch'],
    ['another version of SLSA', set('slsaVersion', '1.0'), 'malformed'],
    ['a field too many', set('dependencyLevels', {}), 'malformed'],
    [
      'a key twice',
      {
        envelope: Buffer.from(
          signEnvelope(
            Buffer.from(
              bytes(statementOf(made.text)).toString().replace('"predicate": {', '"predicate": {"verificationResult": "FAILED",'),
            ),
            [approver],
          ),
        ),
      },
      'duplicate_key',
    ],
    ['no JSON', { envelope: Buffer.from(signEnvelope(Buffer.from('promoted'), [approver])) }, 'not_json'],
  ])('%s', (_name, over, codes) => {
    expect(verdict(over)).toBe(codes);
  });

  it.each(Object.keys(statementOf(made.text).predicate))('without %s it is none', field => {
    expect(verdict(forged(({ predicate }) => void delete predicate[field]))).toBe('malformed');
  });

  it('the order of keys says nothing', () => {
    expect(
      verdict(forged(({ predicate, ...rest }) => ({ predicate: Object.fromEntries(Object.entries(predicate).toReversed()), ...rest }))),
    ).toBe('promoted');
  });

  it('whichever byte of the file is another, it promotes nothing', () => {
    const text = Buffer.from(made.text);
    const survivors = Array.from(text.keys()).filter(at => {
      const copy = Buffer.from(text);
      copy[at]! ^= 1;
      return verdict({ envelope: copy }) === 'promoted';
    });
    // a blank or a line end of the layout may be another one
    expect(survivors.filter(at => !/\s/.test(String.fromCharCode(text[at]!)))).toEqual([]);
  });
});

it('a second approver does not stand in the way of the first', () => {
  const second: PublicKey & PrivateKey = aKey();
  const both = signEnvelope(Buffer.from(bytes(statementOf(made.text))), [approver, second]);
  expect(verdict({ envelope: Buffer.from(both) })).toBe('promoted');
});
