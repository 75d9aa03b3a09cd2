import { isDeepStrictEqual } from 'node:util';
import { serialize } from '../evidence/seal.ts';
import { Decision } from '../model/decision.ts';
import { sha256 } from '../model/digest.ts';
import { LAPSE_PREDICATE, type LapsePredicate, LapseStatement } from '../model/statement.ts';
import { inputsOf } from './changes.ts';
import { openEnvelope, signEnvelope } from './dsse.ts';
import type { PrivateKey } from './keys.ts';
import { type Refusal, Refused } from './refused.ts';
import { readStatement } from './statement.ts';
import { readStrict } from './strict-json.ts';
import { keyProblems, type PromotionFiles, promotionName, subjectsOf, verifierOf } from './summary.ts';

/** Where the records of lapses stand, each under the name of its promotion. */
export const LAPSES = 'admissions/lapses';

/** What changed, or why somebody takes it back; one of both at least. */
export type LapseReason = Pick<LapsePredicate, 'changes' | 'reason'>;

/**
 * The record that a promotion has lapsed, signed by an approver.
 *
 * @param decision the bytes of the decision that promoted
 * @throws {Refused} where nobody who checks it could accept it: the key is no approver's of that decision, or it promoted nothing
 */
export function makeLapse(
  decision: Uint8Array,
  { changes, reason }: LapseReason,
  key: PrivateKey,
  now: number,
): { name: string; text: string } {
  const value = readStrict(decision, Decision, 'the decision');
  const statement: LapseStatement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjectsOf(value, sha256(decision)),
    predicateType: LAPSE_PREDICATE,
    predicate: {
      verifier: { id: verifierOf(key.keyid) },
      lapsed_at: new Date(now).toISOString(),
      resource: value.subject,
      changes,
      reason,
    },
  };
  const text = signEnvelope(Buffer.from(serialize(statement)), [key]);
  const [first] = verifyLapse({ envelope: Buffer.from(text), decision, key, now }).problems;
  if (first) throw new Refused(first.code, first.detail);
  const { stage, backend } = value.candidate;
  return { name: promotionName({ stage, backend, nonce: value.nonce }), text };
}

/** What the record of a lapse amounts to for somebody who has it, the decision and a public key. */
export interface LapseCheck {
  verdict: 'lapsed' | 'invalid';
  /** Null where the decision cannot be read. */
  decision: Decision | null;
  /** Null where the record cannot be. */
  lapse: LapsePredicate | null;
  /** Why it is invalid, everything that was found. */
  problems: Refusal[];
}

/** Checks the record of a lapse as a promotion is checked: the signature first, then every field against the decision, key and time. */
export function verifyLapse({ envelope, decision: bytes, key, now }: PromotionFiles): LapseCheck {
  try {
    const { payload } = openEnvelope(envelope, [key], 'the record');
    const { subject, predicate: lapse } = readStatement(payload, LapseStatement, 'the record');
    const decision = readStrict(bytes, Decision, 'the decision');
    const problems = [
      ...(isDeepStrictEqual(subject, subjectsOf(decision, sha256(bytes)))
        ? []
        : [{ code: 'subject_mismatch' as const, detail: 'the record is about another decision, or another candidate' }]),
      ...fieldProblems(lapse, decision, key.keyid),
      ...keyProblems(decision, key.keyid),
      ...timeProblems(lapse, decision, now),
    ];
    return { verdict: problems.length > 0 ? 'invalid' : 'lapsed', decision, lapse, problems };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { verdict: 'invalid', decision: null, lapse: null, problems: [{ code: error.code, detail: error.detail }] };
  }
}

function fieldProblems({ verifier, resource, changes }: LapsePredicate, decision: Decision, keyid: string): Refusal[] {
  const problems: Refusal[] = [];
  if (verifier.id !== verifierOf(keyid))
    problems.push({ code: 'verifier_mismatch', detail: 'the record names another verifier than the one whose key this is' });
  if (resource !== decision.subject)
    problems.push({ code: 'resource_mismatch', detail: 'the record is about another candidate than the decision' });
  if (decision.verdict !== 'promoted')
    problems.push({ code: 'result_mismatch', detail: `the decision promoted nothing (${decision.verdict}): nothing of it can lapse` });
  const inputs = new Map(Object.entries(inputsOf(decision)));
  const wrong = changes.find(
    ({ input, was, is }, i) => inputs.get(input) !== was || was === is || changes.findIndex(one => one.input === input) < i,
  );
  if (wrong) problems.push({ code: 'inputs_mismatch', detail: `${wrong.input} is no input of the decision that changed so` });
  return problems;
}

function timeProblems({ lapsed_at: at }: LapsePredicate, { decided_at }: Decision, now: number): Refusal[] {
  if (Date.parse(at) > now) return [{ code: 'time_future', detail: `it was recorded in the future: ${at}` }];
  if (Date.parse(at) >= Date.parse(decided_at)) return [];
  return [{ code: 'time_mismatch', detail: `it was recorded on ${at}, before ${decided_at}, when it was decided` }];
}

/** Whether an envelope says that it is the record of a lapse; nobody has checked a signature yet. */
export function saysLapse(envelope: Uint8Array): boolean {
  try {
    const { payload } = JSON.parse(new TextDecoder().decode(envelope)) as { payload: string };
    const { predicateType } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicateType: unknown };
    return predicateType === LAPSE_PREDICATE;
  } catch {
    return false;
  }
}
