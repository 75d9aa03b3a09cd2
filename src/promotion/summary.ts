import { isDeepStrictEqual } from 'node:util';
import { serialize } from '../evidence/seal.ts';
import { Decision } from '../model/decision.ts';
import { levelOf, SLSA_VERSION, SUMMARY_PREDICATE, type Subject, type SummaryPredicate, SummaryStatement } from '../model/statement.ts';
import type { KeyId } from '../model/units.ts';
import { openEnvelope, signEnvelope } from './dsse.ts';
import type { PrivateKey, PublicKey } from './keys.ts';
import { POLICY } from './policy.ts';
import { PLAN_STATEMENT, statementFile } from './place.ts';
import { sha256 } from '../model/digest.ts';
import { type Refusal, type RefusalCode, Refused } from './refused.ts';
import { readStatement } from './statement.ts';
import { readStrict } from './strict-json.ts';

/** Who verified, as a URI: one a key. */
export const verifierOf = (keyid: KeyId): string => `https://proofgate.dev/approver/v1#${keyid}`;

/** What a promotion has to say of a decision, word for word. */
function expectedOf(decision: Decision, decisionDigest: string, keyid: KeyId): SummaryStatement {
  const { nonce, subject, candidate, verdict, decided_at, inputs, scenarios } = decision;
  const isPromoted = verdict === 'promoted';
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjectsOf(decision, decisionDigest),
    predicateType: SUMMARY_PREDICATE,
    predicate: {
      verifier: { id: verifierOf(keyid) },
      timeVerified: decided_at,
      resourceUri: subject,
      policy: { uri: POLICY, digest: { sha256: inputs.policy } },
      inputAttestations: [
        { file: PLAN_STATEMENT, sha: inputs.suite_statement },
        ...scenarios.map(({ id, statement }) => ({ file: statementFile(id), sha: statement })),
      ].flatMap(({ file, sha }) => (sha === null ? [] : [{ uri: `reports/suites/${nonce}/${file}`, digest: { sha256: sha } }])),
      verificationResult: isPromoted ? 'PASSED' : 'FAILED',
      verifiedLevels: isPromoted ? [levelOf(candidate.stage)] : [],
      slsaVersion: SLSA_VERSION,
    },
  };
}

/** What is promoted, and the decision that says so. */
export const subjectsOf = ({ nonce, candidate }: Decision, decisionDigest: string): Subject[] => [
  { name: `backend:${candidate.backend}`, digest: { sha256: candidate.digest } },
  { name: `${nonce}.decision.json`, digest: { sha256: decisionDigest } },
];

/** A signed decision, ready for its file. */
export interface Promotion {
  /** File name below admissions/promotions/. */
  name: string;
  text: string;
}

/**
 * The verification summary of a decision, signed by an approver; of a refusal too. Signing twice gives the same bytes.
 *
 * @param decision the bytes of the decision as they stand in the ledger
 * @throws {Refused} where nobody who checks it could accept it: the approver is a runner, or not named by the policy; the decision is of
 * the future, or has expired
 */
export function makePromotion(decision: Uint8Array, key: PrivateKey, now: number): Promotion {
  const value = readStrict(decision, Decision, 'the decision');
  const statement = expectedOf(value, sha256(decision), key.keyid);
  const text = signEnvelope(Buffer.from(serialize(statement)), [key]);
  const { problems } = verifyPromotion({ envelope: Buffer.from(text), decision, key, now });
  const [first] = problems;
  if (first) throw new Refused(first.code, first.detail);
  const { stage, backend } = value.candidate;
  return { name: promotionName({ stage, backend, nonce: value.nonce }), text };
}

export const promotionName = ({ stage, backend, nonce }: { stage: number; backend: string; nonce: string }): string =>
  `${stage}-${backend}-${nonce}.dsse.json`;

/** What a promotion amounts to for somebody who has two files and a public key. */
export interface PromotionCheck {
  /** `refused`: an authentic record that nothing was promoted. */
  verdict: 'promoted' | 'refused' | 'invalid';
  /** Null where the decision cannot be read. */
  decision: Decision | null;
  /** Why it is invalid, everything that was found. */
  problems: Refusal[];
}

export interface PromotionFiles {
  /** Bytes of the envelope. */
  envelope: Uint8Array;
  /** Bytes of the decision. */
  decision: Uint8Array;
  /** The approver's. */
  key: PublicKey;
  /** Wall clock of whoever checks, milliseconds. */
  now: number;
}

/**
 * Checks a promotion, and believes nothing that it does not need to: the signature first, then every field against the decision, then
 * whether this key may approve, and the time.
 */
export function verifyPromotion({ envelope, decision: bytes, key, now }: PromotionFiles): PromotionCheck {
  try {
    const { payload } = openEnvelope(envelope, [key], 'the promotion');
    const statement = readStatement(payload, SummaryStatement, 'the promotion');
    const decision = readStrict(bytes, Decision, 'the decision');
    const problems = [
      ...mismatches(statement, expectedOf(decision, sha256(bytes), key.keyid)),
      ...keyProblems(decision, key.keyid),
      ...timeProblems(decision, now),
    ];
    const verdict = decision.verdict === 'promoted' ? 'promoted' : 'refused';
    return { verdict: problems.length > 0 ? 'invalid' : verdict, decision, problems };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { verdict: 'invalid', decision: null, problems: [{ code: error.code, detail: error.detail }] };
  }
}

/** The checks of SLSA's verification summary and of ours: each field of the predicate, and what it is called when it differs. */
// oxfmt-ignore
const fields: Record<keyof SummaryPredicate, [RefusalCode, string]> = {
  verifier:           ['verifier_mismatch', 'names another verifier than the one whose key this is'],
  resourceUri:        ['resource_mismatch', 'is about another candidate than the decision'],
  policy:             ['policy_mismatch', 'rests on another policy than the decision'],
  inputAttestations:  ['inputs_mismatch', 'does not rest on exactly the statements of the decision'],
  verificationResult: ['result_mismatch', 'says another result than the decision'],
  verifiedLevels:     ['level_mismatch', 'verifies another level than the decision'],
  timeVerified:       ['time_mismatch', 'was verified at another time than it was decided'],
  slsaVersion:        ['predicate_type', 'follows another version of SLSA'],
};

function mismatches(found: SummaryStatement, expected: SummaryStatement): Refusal[] {
  const subject: Refusal[] = isDeepStrictEqual(found.subject, expected.subject)
    ? []
    : [{ code: 'subject_mismatch', detail: 'the promotion is about another decision, or another candidate' }];
  const rest = (Object.keys(fields) as (keyof SummaryPredicate)[])
    .filter(field => !isDeepStrictEqual(found.predicate[field], expected.predicate[field]))
    .map((field): Refusal => ({ code: fields[field][0], detail: `the promotion ${fields[field][1]} (${field})` }));
  return [...subject, ...rest];
}

/** Keys are told apart by their bytes and never by a name. */
export function keyProblems({ keys: { runners, approvers } }: Decision, keyid: KeyId): Refusal[] {
  const problems: Refusal[] = [];
  if (runners.includes(keyid)) problems.push({ code: 'self_approval', detail: `the key ${keyid} signs runs, and approves none` });
  if (!approvers.includes(keyid))
    problems.push({ code: 'approver_unknown', detail: `the policy of the decision names no approver ${keyid}` });
  return problems;
}

function timeProblems({ decided_at, expires_at }: Decision, now: number): Refusal[] {
  const problems: Refusal[] = [];
  if (Date.parse(decided_at) > now) problems.push({ code: 'time_future', detail: `it was decided in the future: ${decided_at}` });
  if (expires_at !== null && Date.parse(expires_at) <= now) problems.push({ code: 'expired', detail: `it expired on ${expires_at}` });
  return problems;
}
