import { join } from 'node:path';
import { systemCode, UserError } from '../errors.ts';
import { Decision } from '../model/decision.ts';
import { LEDGER } from '../model/ledger.ts';
import type { KeyId, Stage } from '../model/units.ts';
import type { Files, Ports } from '../ports.ts';
import { readStage } from '../stages/index.ts';
import type { PublicKey } from './keys.ts';
import { readDocument } from './place.ts';
import { sha256 } from '../model/digest.ts';
import { POLICY, readPolicy, type ReadPolicy } from './policy.ts';
import { readKeys } from './policy-keys.ts';
import { Refused } from './refused.ts';
import { readStrict } from './strict-json.ts';
import { promotionName, verifyPromotion } from './summary.ts';

/** Where the promotions of a project stand. */
const PROMOTIONS = 'admissions/promotions';
const ENVELOPE = '.dsse.json';

/** A decision as it stands in the ledger, beside its challenge. */
export interface Decided {
  /** Path in the project. */
  file: string;
  bytes: Uint8Array;
  decision: Decision;
}

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
  return Promise.all(
    names.map(async name => {
      const decided = decisions.find(({ decision: { nonce, candidate } }) => promotionName({ ...candidate, nonce }) === name) ?? null;
      const file = `${PROMOTIONS}/${name}`;
      const worth = await worthOf(file, decided, { tree, now, authority }, files);
      return { file, decided, ...worth };
    }),
  );
}

/** Every decision of a ledger that can be read and is about the challenge beside it, in the order of the ledger. */
async function decisionsOf(tree: string, files: Files): Promise<Decided[]> {
  const names = (await namesIn(join(tree, LEDGER), files)).filter(name => /^\d{6}-.*\.decision\.json$/.test(name)).toSorted();
  const read = await Promise.all(
    names.map(async name => {
      const path = join(tree, LEDGER, name);
      const file = `${LEDGER}/${name}`;
      const found = await orRefusal(async () => {
        const bytes = await readDocument(path, files, file);
        const decision = readStrict(bytes, Decision, file);
        const challenge = await readDocument(path.replace(/\.decision\.json$/, '.json'), files);
        const isOfThis = decision.challenge_digest === sha256(challenge) && name.endsWith(`-${decision.nonce}.decision.json`);
        return isOfThis ? { file, bytes, decision } : 'decides another challenge than the one beside it';
      });
      return typeof found === 'string' ? [] : [found];
    }),
  );
  return read.flat();
}

/** The policy of a tree and its approvers, or why there is none. */
type Authority = { policy: ReadPolicy; approvers: readonly PublicKey[] } | string;

async function authorityOf(tree: string, files: Files): Promise<Authority> {
  try {
    const policy = await readPolicy(tree, files);
    const { approvers } = await readKeys(tree, policy.value, files);
    return approvers.length > 0 ? { policy, approvers } : `${POLICY} names no approver whose key is in admissions/keys`;
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
): Promise<Pick<Held, 'signer' | 'problem'>> {
  const nothing = (problem: string) => ({ signer: null, problem });
  if (!decided) return nothing(`has no decision in ${LEDGER} that can be read and is about the challenge beside it`);
  if (typeof authority === 'string') return nothing(`counts for nothing: ${authority}`);
  const envelope = await orRefusal(() => readDocument(join(tree, file), files, file));
  if (typeof envelope === 'string') return nothing(envelope);
  const checks = authority.approvers.map(({ keyid, key }) => ({
    keyid,
    ...verifyPromotion({ envelope, decision: decided.bytes, key: { keyid, key }, now }),
  }));
  const holds = checks.find(({ verdict }) => verdict !== 'invalid');
  // one that opened says more than one that another key signed
  const invalid = checks.find(({ decision }) => decision !== null) ?? checks.find(({ problems }) => !isStranger(problems)) ?? checks[0];
  const signer = holds?.keyid ?? null;
  if (!holds) return { signer, problem: `is not authentic or in force: ${invalid?.problems[0]?.detail ?? 'nobody signed it'}` };
  if (holds.verdict === 'refused') return { signer, problem: `records a refusal (${decided.decision.verdict})` };
  return { signer, problem: (await lapseOf(decided.decision, authority.policy, tree, files)) ?? null };
}

const isStranger = (problems: readonly { code: string }[]): boolean => problems[0]?.code === 'signer_unknown';

/** What a promotion rests on and is not any more what it was. */
async function lapseOf({ inputs, candidate }: Decision, policy: ReadPolicy, tree: string, files: Files): Promise<string | undefined> {
  if (inputs.policy !== policy.sha256) return `lapsed: ${POLICY} is not what it rests on any more`;
  const stage = await stageDigest(tree, candidate.stage, files);
  if (inputs.stage !== stage) return `lapsed: the record of stage ${candidate.stage} is not what it rests on any more`;
  for (const [file, sha] of Object.entries(inputs.admissions)) {
    const found = await orRefusal(async () => sha256(await readDocument(join(tree, file), files, file)));
    if (found !== sha) return `lapsed: ${file} is not what it rests on any more`;
  }
  return undefined;
}

/** Undefined where the record is not right. */
async function stageDigest(tree: string, stage: Stage, files: Files): Promise<string | undefined> {
  try {
    return (await readStage(tree, stage, { files })).sha256;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

async function namesIn(dir: string, files: Files): Promise<string[]> {
  return (await files.stat(dir))?.kind === 'dir' ? (await files.list(dir)).toSorted() : [];
}

/** The value, or in words why there is none. */
async function orRefusal<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refused) return error.detail;
    const code = systemCode(error);
    if (!code) throw error;
    return `cannot be read (${code})`;
  }
}
