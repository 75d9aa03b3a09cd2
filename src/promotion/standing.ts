import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type Candidate, subjectOf } from '../model/decision.ts';
import { LEDGER } from '../model/ledger.ts';
import { Envelope } from '../model/statement.ts';
import type { KeyId } from '../model/units.ts';
import type { Files, Ports } from '../ports.ts';
import { type Decided, decisionsOf, namesIn } from './decisions.ts';
import type { PublicKey } from './keys.ts';
import { lapseOf } from './lapsed.ts';
import { readDocument } from './place.ts';
import { POLICY, readPolicy } from './policy.ts';
import { KEYS, readKeys } from './policy-keys.ts';
import { orWhy } from './refused.ts';
import { promotionName, verifyPromotion } from './summary.ts';

/** Where the promotions of a project stand. */
export const PROMOTIONS = 'admissions/promotions';
const ENVELOPE = '.dsse.json';

/** A file of admissions/promotions, and what it is worth here and now. */
export interface Held {
  /** Path in the project. */
  file: string;
  /** The decision of which it has the name; null: none can be read. */
  decided: Decided | null;
  /** Who signed, where the signature is one of an approver of the policy. */
  signer: KeyId | null;
  /** Why it promotes nothing, or nothing any more; null: it stands. */
  problem: string | null;
}

/**
 * Every promotion of a tree, each held against the policy, the keys, the stage records and the admissions of that tree. Nothing that
 * stands there makes this throw.
 *
 * @param tree absolute root: of the protected base for the gate, of the project for everybody else
 */
export async function promotionsOf({ tree, now }: { tree: string; now: number }, { files }: Pick<Ports, 'files'>): Promise<Held[]> {
  const names = (await namesIn(join(tree, PROMOTIONS), files)).filter(name => name.endsWith(ENVELOPE));
  if (names.length === 0) return [];
  const decisions = await decisionsOf(tree, files);
  const authority = await authorityOf(tree, files);
  const judged = await Promise.all(
    names.map(async (name): Promise<Judged> => {
      const file = `${PROMOTIONS}/${name}`;
      const named = decisions.filter(({ decision: { nonce, candidate } }) => promotionName({ ...candidate, nonce }) === name);
      // whoever puts a decision of the same name beside the one that was signed takes nothing away from it
      const judged = await Promise.all(
        (named.length > 0 ? named : [null]).map(async decided => ({
          file,
          decided,
          ...(await worthOf(file, decided, { tree, now, authority }, files)),
        })),
      );
      return judged.find(({ signer }) => signer !== null) ?? judged.find(({ refusedBy }) => refusedBy !== null) ?? judged[0]!;
    }),
  );
  const whole = judged.map(one => {
    const refused = takenBack(one.decided, judged);
    return {
      ...one,
      problem: one.problem ?? refused,
      withdrawn: one.withdrawn || (refused !== null && one.decided?.decision.verdict === 'promoted'),
    };
  });
  return whole.map(one => ({
    file: one.file,
    decided: one.decided,
    signer: one.signer,
    problem: one.problem ?? restsOnNothing(one, whole),
  }));
}

/** The same, while the others are not looked at yet. */
interface Judged extends Held {
  /** By whose word it is a refusal (its evidence was red, against the policy, or not what it says); null: it is none, or of nobody who counts. */
  refusedBy: string | null;
  /** Somebody took it back: by the record of its lapse, or by a later refusal. */
  withdrawn: boolean;
}

/** A stage rests on those below it: where one of them was taken back and not promoted again since, it is nothing to go on from. */
function restsOnNothing({ decided }: Judged, all: readonly Judged[]): string | null {
  if (!decided) return null;
  const { candidate } = decided.decision;
  const below = all.filter(
    ({ decided: other }) => other && other.decision.candidate.stage < candidate.stage && isSame(other.decision.candidate, candidate),
  );
  const stands = new Set(below.flatMap(({ decided: other, problem }) => (problem === null ? [other!.decision.candidate.stage] : [])));
  const gone = below.find(({ decided: other, withdrawn }) => withdrawn && !stands.has(other!.decision.candidate.stage));
  return gone ? `rests on ${gone.file}, which ${gone.problem}` : null;
}

/** Whether two are one candidate, at whatever stage. */
const isSame = (one: Candidate, other: Candidate): boolean => subjectOf({ ...one, stage: 1 }) === subjectOf({ ...other, stage: 1 });

/**
 * A later refusal of the same candidate takes a promotion back, further on in the ledger or decided afterwards; a decision that could not be
 * made (`undecided`) says nothing against it.
 */
function takenBack(decided: Decided | null, all: readonly Judged[]): string | null {
  if (!decided) return null;
  const { seq, decision } = decided;
  const isLater = (other: Decided) =>
    other.seq > seq || (other.seq < seq && Date.parse(other.decision.decided_at) > Date.parse(decision.decided_at));
  const later = all.find(
    other => other.refusedBy !== null && other.decided && other.decided.decision.subject === decision.subject && isLater(other.decided),
  );
  if (!later?.decided) return null;
  const { file, decision: refusal } = later.decided;
  return `was taken back: ${file} is a later decision about the same candidate (${refusal.verdict}), signed by ${later.refusedBy}`;
}

/** The approvers of the policy of a tree, and those whose public half is not there; or why there are none. */
type Authority = { approvers: readonly PublicKey[]; keyless: readonly KeyId[] } | string;

async function authorityOf(tree: string, files: Files): Promise<Authority> {
  try {
    const policy = await readPolicy(tree, files);
    const { approvers } = await readKeys(tree, policy.value, files);
    const keyless = policy.value.approver_keys.filter(id => !approvers.some(({ keyid }) => keyid === id));
    return approvers.length > 0 ? { approvers, keyless } : `${POLICY} names no approver whose key is in admissions/keys`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [{ at, message }] = error.problems;
    return `${at} ${message}`;
  }
}

async function worthOf(
  file: string,
  decided: Decided | null,
  { tree, now, authority }: { tree: string; now: number; authority: Authority },
  files: Files,
): Promise<Pick<Judged, 'signer' | 'problem' | 'refusedBy' | 'withdrawn'>> {
  const nothing = (problem: string) => ({ signer: null, problem, refusedBy: null, withdrawn: false });
  if (!decided) return nothing(`has no decision in ${LEDGER} that can be read and is about the challenge beside it`);
  if (typeof authority === 'string') return nothing(`counts for nothing: ${authority}`);
  const envelope = await orWhy(() => readDocument(join(tree, file), files, file));
  if (typeof envelope === 'string') return nothing(envelope);
  const checks = authority.approvers.map(({ keyid, key }) => ({
    keyid,
    ...verifyPromotion({ envelope, decision: decided.bytes, key: { keyid, key }, now }),
  }));
  const holds = checks.find(({ verdict }) => verdict !== 'invalid');
  // one that opened says more than one that another key signed
  const invalid = checks.find(({ decision }) => decision !== null) ?? checks.find(({ problems }) => !isStranger(problems)) ?? checks[0];
  const signer = holds?.keyid ?? null;
  const { verdict } = decided.decision;
  const isRefusal = verdict === 'refused' || verdict === 'invalid';
  if (!holds) {
    // a refusal that nobody can check, for want of the key of an approver, is no reason to go on believing what it refused
    const keyless = signersNamedIn(envelope).find(id => authority.keyless.includes(id));
    return {
      signer,
      refusedBy: isRefusal && keyless !== undefined ? `${keyless}, whose public key is not in ${KEYS}` : null,
      withdrawn: false,
      problem: `is not authentic or in force: ${invalid?.problems[0]?.detail ?? 'nobody signed it'}`,
    };
  }
  if (holds.verdict === 'refused')
    return { signer, refusedBy: isRefusal ? signer : null, withdrawn: false, problem: `records a refusal (${verdict})` };
  const { recorded, changed } = await lapseOf(decided, authority.approvers, { tree, now }, files);
  return { signer, refusedBy: null, withdrawn: recorded !== undefined, problem: recorded ?? changed ?? null };
}

const isStranger = (problems: readonly { code: string }[]): boolean => problems[0]?.code === 'signer_unknown';

/** Who is said to have signed an envelope; nobody has checked a signature. */
function signersNamedIn(envelope: Uint8Array): KeyId[] {
  try {
    return Envelope.parse(JSON.parse(new TextDecoder().decode(envelope))).signatures.map(({ keyid }) => keyid);
  } catch {
    return [];
  }
}
