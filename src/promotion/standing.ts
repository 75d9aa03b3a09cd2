import { join } from 'node:path';
import { UserError } from '../errors.ts';
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
 * @param prefix of the file names that are asked about
 */
export async function promotionsOf(
  { tree, now, prefix = '' }: { tree: string; now: number; prefix?: string },
  { files }: Pick<Ports, 'files'>,
): Promise<Held[]> {
  const names = (await namesIn(join(tree, PROMOTIONS), files)).filter(name => name.startsWith(prefix) && name.endsWith(ENVELOPE));
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
  return judged.map(({ file, decided, signer, problem }) => ({ file, decided, signer, problem: problem ?? takenBack(decided, judged) }));
}

/** The same, while the others are not looked at yet. */
interface Judged extends Held {
  /** By whose word it is a refusal (its evidence was red, against the policy, or not what it says); null: it is none, or of nobody who counts. */
  refusedBy: string | null;
}

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
): Promise<Pick<Judged, 'signer' | 'problem' | 'refusedBy'>> {
  const nothing = (problem: string) => ({ signer: null, problem, refusedBy: null });
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
      problem: `is not authentic or in force: ${invalid?.problems[0]?.detail ?? 'nobody signed it'}`,
    };
  }
  if (holds.verdict === 'refused') return { signer, refusedBy: isRefusal ? signer : null, problem: `records a refusal (${verdict})` };
  return {
    signer,
    refusedBy: null,
    problem: (await lapseOf(decided, authority.approvers, { tree, now }, files)) ?? null,
  };
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
