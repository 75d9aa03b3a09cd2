import type { Candidate, Decision, DecisionVerdict } from '../model/decision.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { KeyId } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { type Held, promotionsOf } from '../promotion/index.ts';
import { readLedger } from './ledger.ts';

/** A promotion that stands. */
export interface Standing {
  /** Path in the project. */
  file: string;
  signer: KeyId;
  decision: { file: string; value: Decision };
}

/** What a ledger and the promotions beside it say of one backend, with one model, at one stage. */
export interface Account {
  backend: string;
  model: Candidate['model'];
  stage: number;
  stands: Standing[];
  /** Promotions that do not count, and why. */
  fallen: { file: string; why: string }[];
  /** Every challenge, oldest first; one without a decision counts as refused. */
  challenges: {
    nonce: string;
    subject: string | null;
    verdict: DecisionVerdict;
    decided_at: string | null;
    reasons: Decision['reasons'];
    signed: boolean;
  }[];
}

/** Everything that is asked for; what is undefined is not. */
export interface Sought {
  stage?: number | undefined;
  backend?: string | undefined;
  subject?: string | undefined;
}

/**
 * Which promotions stand in a project, on what, and why the others do not. Reads, and believes nothing: signatures, decisions and what they
 * rest on are checked as a run of the next stage would.
 */
export async function accountsOf(
  project: string,
  { stage, backend, subject }: Sought,
  ports: Ports,
): Promise<{ accounts: Account[]; strays: { file: string; why: string }[]; ledger: string[] }> {
  const ledger = await readLedger(project, project, ports.files);
  const held = await promotionsOf({ tree: project, now: ports.clock.now() }, ports);
  const accounts = new Map<string, Account>();
  const accountFor = ({ backend: of, model, stage: at }: Pick<LedgerEntry, 'backend' | 'model' | 'stage'>): Account => {
    const key = JSON.stringify([of, model?.provider, model?.id, at]);
    const found = accounts.get(key) ?? { backend: of, model, stage: at, stands: [], fallen: [], challenges: [] };
    accounts.set(key, found);
    return found;
  };
  const isAsked = (of: string | null) => subject === undefined || of === subject || of === null;
  for (const { entry, decision } of ledger.entries) {
    const of = decision?.subject ?? null;
    if (!isAsked(of)) continue;
    accountFor(entry).challenges.push({
      nonce: entry.nonce,
      subject: of,
      verdict: decision?.verdict ?? 'refused',
      decided_at: decision?.decided_at ?? null,
      reasons: decision?.reasons ?? [],
      signed: held.some(one => one.decided?.decision.nonce === entry.nonce && one.signer !== null),
    });
  }
  for (const one of held) {
    if (!one.decided || !isAsked(one.decided.decision.subject)) continue;
    const account = accountFor(one.decided.decision.candidate);
    const standing = standingOf(one);
    if (standing) account.stands.push(standing);
    else account.fallen.push({ file: one.file, why: one.problem ?? '' });
  }
  return {
    accounts: [...accounts.values()]
      .filter(one => (stage ?? one.stage) === one.stage && (backend ?? one.backend) === one.backend)
      // an undecided challenge names no subject: alone it is about none that was asked for
      .filter(one => subject === undefined || one.stands.length + one.fallen.length > 0 || one.challenges.some(c => c.subject === subject))
      .toSorted((a, b) => (a.backend === b.backend ? a.stage - b.stage : a.backend < b.backend ? -1 : 1)),
    strays: held.filter(({ decided }) => !decided).map(({ file, problem }) => ({ file, why: problem ?? '' })),
    ledger: ledger.findings.map(({ detail }) => detail),
  };
}

const standingOf = ({ file, decided, signer, problem }: Held): Standing | undefined =>
  decided && signer !== null && problem === null ? { file, signer, decision: { file: decided.file, value: decided.decision } } : undefined;
