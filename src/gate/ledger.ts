import { sha256 } from '../model/digest.ts';
import { join } from 'node:path';
import { systemCode, UserError } from '../errors.ts';
import { serialize } from '../evidence/index.ts';
import { Decision, type DecisionVerdict } from '../model/decision.ts';
import { LEDGER, LedgerEntry, ledgerFiles } from '../model/ledger.ts';
import type { Files, Ports } from '../ports.ts';
import { decode, parseExactly, Unreadable } from '../verify/parse.ts';
import type { Finding } from './reasons.ts';

/** A challenge as it stands in the ledger, and what was decided. */
export interface Recorded {
  /** File name. */
  name: string;
  /** SHA-256 of the bytes. */
  sha256: string;
  entry: LedgerEntry;
  /** Null: nothing was decided, which is a refusal to everybody who counts. */
  decision: Decision | null;
}

export interface Ledger {
  /** By seq. */
  entries: readonly Recorded[];
  /** Everything that shows that it is not whole. */
  findings: readonly Finding[];
}

const NAME = /^(\d{6})-([a-z0-9][a-z0-9-]{7,63})(\.decision)?\.json$/;

/**
 * Reads the ledger of a project: is the chain whole, and is everything in it that the protected base has? Nothing in it makes this throw.
 * @param base absolute root of the protected base, whose entries can only be joined by later ones
 */
export async function readLedger(project: string, base: string, files: Files): Promise<Ledger> {
  const here = await textsOf(join(project, LEDGER), files);
  const findings: Finding[] = [];
  const found = (code: Finding['code'], detail: string) => void findings.push({ code, detail });
  for (const [name, text] of await textsOf(join(base, LEDGER), files)) {
    const other = here.get(name);
    if (other === undefined) found('ledger_gap', `${LEDGER}/${name} is on the protected branch and not here`);
    else if (other !== text) found('ledger_changed', `${LEDGER}/${name} is not what the protected branch has`);
  }

  const entries: Recorded[] = [];
  const decisions = new Map<string, Decision>();
  for (const [name, text] of here) {
    const [, , , isDecision] = NAME.exec(name) ?? [];
    const value = NAME.test(name) ? parse(text, isDecision ? Decision : LedgerEntry) : 'has no name of a challenge or a decision';
    if (typeof value === 'string') {
      found('ledger_unreadable', `${LEDGER}/${name} ${value}`);
      // a decision that nobody can read is none
    } else if ('challenge_digest' in value) decisions.set(name, value);
    else {
      entries.push({ name, sha256: sha256(text!), entry: value, decision: null });
      if (ledgerFiles(value).challenge !== name)
        found('ledger_changed', `${LEDGER}/${name} says that it is ${ledgerFiles(value).challenge}`);
    }
  }
  entries.sort((a, b) => a.entry.seq - b.entry.seq);

  entries.forEach(({ name, entry: { seq, nonce, prev } }, i) => {
    const before = entries[i - 1];
    const twice = entries.find((other, k) => k < i && (other.entry.seq === seq || other.entry.nonce === nonce));
    if (twice)
      return found('ledger_forked', `${LEDGER}/${name} and ${twice.name} are of one ${twice.entry.nonce === nonce ? 'nonce' : 'place'}`);
    if (seq !== (before?.entry.seq ?? 0) + 1)
      return found('ledger_gap', `no entry is ${String(seq - 1).padStart(6, '0')}, before ${LEDGER}/${name}`);
    if (before && prev !== before.sha256)
      found('ledger_changed', `${LEDGER}/${before.name} is not the entry upon which ${name} was issued`);
  });
  for (const [name, decision] of decisions) {
    const of = entries.find(({ name: challenge }) => challenge === name.replace('.decision.json', '.json'));
    if (!of) found('ledger_gap', `${LEDGER}/${name} decides a challenge that is not there`);
    else if (decision.challenge_digest !== of.sha256 || decision.nonce !== of.entry.nonce)
      found('ledger_changed', `${LEDGER}/${name} decides another challenge than the one beside it`);
    else of.decision = decision;
  }
  return { entries, findings };
}

/**
 * Every earlier challenge of the same candidate, oldest first. An undecided one names no engine: it counts for every engine, and as refused.
 * @param digest of the executable, or of the engine
 */
export function earlierThan(current: LedgerEntry, digest: string, { entries }: Ledger): { nonce: string; verdict: DecisionVerdict }[] {
  const key = ({ backend, stage, model }: LedgerEntry) => JSON.stringify([backend, stage, model?.provider, model?.id]);
  return entries
    .filter(({ entry }) => entry.seq < current.seq && key(entry) === key(current))
    .filter(({ entry, decision }) => (decision?.candidate.digest ?? entry.binary ?? digest) === digest)
    .map(({ entry: { nonce }, decision }) => ({ nonce, verdict: decision?.verdict ?? 'refused' }));
}

/**
 * Writes a file of the ledger that must not be there yet.
 * @throws {UserError} where it is: nothing is ever written over
 */
export async function addToLedger(
  project: string,
  name: string,
  value: LedgerEntry | Decision,
  { files, randomHex }: Pick<Ports, 'files' | 'randomHex'>,
): Promise<string> {
  const path = join(project, LEDGER, name);
  const draft = join(project, LEDGER, `.${name}-${randomHex(4)}`);
  const hint = 'nothing is written over: issue a new challenge';
  try {
    await files.write(draft, serialize(value));
    await files.copyFile(draft, path);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    const message = code === 'EEXIST' ? 'is there already' : `cannot be written (${code})`;
    throw new UserError(
      { at: `${LEDGER}/${name}`, message, hint: code === 'EEXIST' ? hint : 'make room or mend the permissions' },
      { cause: error },
    );
  } finally {
    await files.remove(draft);
  }
  return path;
}

/** Text of every JSON file by name; undefined for what is no plain file. Dot files are drafts. */
async function textsOf(dir: string, files: Files): Promise<Map<string, string | undefined>> {
  if ((await files.stat(dir))?.kind !== 'dir') return new Map();
  const names = (await files.list(dir)).filter(name => name.endsWith('.json') && !name.startsWith('.'));
  const texts = await Promise.all(names.map(name => textOf(join(dir, name), files)));
  return new Map(names.map((name, i) => [name, texts[i]]));
}

/** A larger file is no entry. */
const MAX_BYTES = 16 * 1024 * 1024;

async function textOf(path: string, files: Files): Promise<string | undefined> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file' || stat.bytes > MAX_BYTES) return undefined;
  try {
    return decode(await files.readBytes(path));
  } catch (error) {
    if (error instanceof Unreadable || systemCode(error)) return undefined;
    throw error;
  }
}

/** The value, or what is wrong with it. */
function parse(text: string | undefined, schema: typeof Decision | typeof LedgerEntry): Decision | LedgerEntry | string {
  if (text === undefined) return 'is no plain file of UTF-8';
  try {
    return parseExactly<Decision | LedgerEntry>(text, schema);
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}
