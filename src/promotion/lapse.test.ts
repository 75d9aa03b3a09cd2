import { describe, expect, it } from 'vitest';
import { serialize } from '../evidence/seal.ts';
import type { Decision } from '../model/decision.ts';
import { aDecision, aKey, aRefusal, digestOf } from '../testing/decision.ts';
import { signEnvelope } from './dsse.ts';
import { type LapseReason, makeLapse, saysLapse, verifyLapse } from './lapse.ts';
import { Refused } from './refused.ts';
import { makePromotion } from './summary.ts';

const [runner, approver, stranger] = [aKey(), aKey(), aKey()];
const keys = { runners: [runner.keyid], approvers: [approver.keyid] };
const decision = aDecision({ keys, inputs: { ...aDecision().inputs, admissions: { 'admissions/models/a.json': digestOf('8') } } });
const now = Date.parse('2026-03-10T00:00:00Z');
const bytes = (value: Decision) => Buffer.from(serialize(value));
const changes = [
  { input: 'admissions/policy.yaml', was: digestOf('1'), is: digestOf('9') },
  { input: 'record of stage 2', was: digestOf('2'), is: null },
  { input: 'admissions/models/a.json', was: digestOf('8'), is: null },
];
const made = makeLapse(bytes(decision), { changes, reason: null }, approver, now);

interface Loose {
  subject: { name: string; digest: { sha256: string } }[];
  predicate: Record<string, unknown>;
}
const statementOf = (text: string) =>
  JSON.parse(Buffer.from((JSON.parse(text) as { payload: string }).payload, 'base64').toString()) as Loose;
/** The verdict over a record that was changed and signed again, and the codes of what is wrong. */
const check = (change: (statement: Loose) => void = () => {}, { by = approver, key = approver, of = decision, at = now } = {}) => {
  const statement = statementOf(made.text);
  change(statement);
  const { verdict, problems } = verifyLapse({
    envelope: Buffer.from(signEnvelope(Buffer.from(serialize(statement)), [by])),
    decision: bytes(of),
    key,
    now: at,
  });
  return [verdict, ...problems.map(({ code }) => code)];
};
const set = (name: string, value: unknown) => (statement: Loose) => void (statement.predicate[name] = value);

describe('the record of a lapse', () => {
  it('has the name and the subjects of its promotion, what changed, and when', () => {
    const promotion = makePromotion(bytes(decision), approver, now);
    const { subject, predicate } = statementOf(made.text);
    expect(made.name).toBe(promotion.name);
    expect(subject).toEqual(statementOf(promotion.text).subject);
    expect(predicate).toEqual({
      verifier: { id: `https://proofgate.dev/approver/v1#${approver.keyid}` },
      lapsed_at: '2026-03-10T00:00:00.000Z',
      resource: decision.subject,
      changes,
      reason: null,
    });
    expect(check()).toEqual(['lapsed']);
    expect([saysLapse(Buffer.from(made.text)), saysLapse(Buffer.from(promotion.text)), saysLapse(Buffer.from('{}'))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('holds by the word of a person alone, and after the promotion expired', () => {
    expect(check(statement => void Object.assign(statement.predicate, { changes: [], reason: 'lost' }))).toEqual(['lapsed']);
    expect(check(undefined, { at: Date.parse('2027-01-01T00:00:00Z') })).toEqual(['lapsed']);
  });

  it.each<[string, Parameters<typeof check>, string]>([
    ['a stranger signed', [undefined, { by: stranger }], 'signer_unknown'],
    ['a stranger signed, whose key somebody has', [undefined, { by: stranger, key: stranger }], 'verifier_mismatch'],
    ['it names another verifier', [set('verifier', { id: 'https://proofgate.dev/approver/v1#x' })], 'verifier_mismatch'],
    ['it is about another candidate', [set('resource', 'backend:pi')], 'resource_mismatch'],
    ['it has other subjects', [({ subject }) => void subject.reverse()], 'subject_mismatch'],
    [
      'it is about another decision',
      [undefined, { of: { ...decision, earlier: [{ nonce: 'challenge-0', verdict: 'refused' }] } }],
      'subject_mismatch',
    ],
    ['nothing changed, and nobody says why', [set('changes', [])], 'malformed'],
    ['what changed is no input', [set('changes', [{ ...changes[0], input: 'package.json' }])], 'inputs_mismatch'],
    ['what changed was something else', [set('changes', [{ ...changes[0], was: digestOf('7') }])], 'inputs_mismatch'],
    ['what changed is what it was', [set('changes', [{ ...changes[0], is: digestOf('1') }])], 'inputs_mismatch'],
    ['one input changed twice', [set('changes', [changes[0], { ...changes[0], is: null }])], 'inputs_mismatch'],
    ['it was recorded before the decision', [set('lapsed_at', '2026-02-01T00:00:00.000Z')], 'time_mismatch'],
    ['it is of the future', [set('lapsed_at', '2026-03-11T00:00:00.000Z')], 'time_future'],
    ['it says more', [set('but', 'not really')], 'malformed'],
  ])('is none where %s', (_what, args, code) => {
    const [verdict, ...codes] = check(...args);
    expect([verdict, codes]).toEqual(['invalid', expect.arrayContaining([code])]);
  });

  it('is none where a promotion has its place', () => {
    const envelope = Buffer.from(makePromotion(bytes(decision), approver, now).text);
    expect(verifyLapse({ envelope, decision: bytes(decision), key: approver, now }).problems).toMatchObject([{ code: 'predicate_type' }]);
  });

  it.each<[string, Decision, LapseReason, typeof approver, string]>([
    ['a runner', decision, { changes, reason: null }, runner, 'self_approval'],
    ['a stranger', decision, { changes, reason: null }, stranger, 'approver_unknown'],
    ['an approver, of a refusal', aRefusal({ keys }), { changes: [], reason: 'so' }, approver, 'result_mismatch'],
    ['an approver, for nothing', decision, { changes: [], reason: null }, approver, 'malformed'],
  ])('is not signed by %s', (_who, of, reason, key, code) => {
    try {
      makeLapse(bytes(of), reason, key, now);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      expect(error.code).toBe(code);
    }
  });
});
