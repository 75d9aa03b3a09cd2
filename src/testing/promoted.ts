import { sha256 } from '../model/digest.ts';
import { join } from 'node:path';
import { serialize } from '../evidence/seal.ts';
import { type Decision, subjectOf } from '../model/decision.ts';
import { LEDGER, type LedgerEntry, ledgerFiles } from '../model/ledger.ts';
import type { Ports } from '../ports.ts';
import { makePromotion, type PrivateKey } from '../promotion/index.ts';
import { makeKeyPair, parsePrivateKey } from '../promotion/keys.ts';
import { readStage } from '../stages/index.ts';
import { quietPorts } from './command-line.ts';
import { aDecision, digestOf } from './decision.ts';
import { policyText, stageRecord } from './gate-room.ts';
import { aProject } from './project.ts';

/** The executable of the candidate. */
export const EXECUTABLE = 'the executable';
const HOUR_MS = 3_600_000;

const aSigner = () => {
  const { privatePem, publicPem } = makeKeyPair();
  return { ...parsePrivateKey(privatePem, 'a test'), privatePem, publicPem };
};

/** Bytes that nobody has to read. */
const record = '{"a": "record"}\n';

/** The admission records that a promotion of this room rests on. */
export const rests = {
  binary: 'admissions/binaries/case-ca.json',
  model: 'admissions/models/qwen.json',
  source: 'admissions/sources/a-source.json',
  comparison: 'admissions/comparisons/case.json',
} as const;

/** Where somebody is promoted: a project with a policy and the keys of whoever signs. */
interface Place {
  root: string;
  ports: Ports;
  keys: Record<'runner' | 'approver', PrivateKey>;
  /** On which admission records a promotion rests; none where it is absent. */
  admissions?: Record<string, string>;
}

/** A decision as it stands in a ledger. */
interface Stood {
  file: string;
  bytes: Uint8Array;
  decision: Decision;
  /** Of its challenge. */
  digest: string;
}

/** Writes a challenge and its decision: of `case` at stage 2, promoted; a test names what is not ordinary about it. */
async function decideIn(
  { root, ports, keys, admissions = {} }: Place,
  { seq, prev }: { seq: number; prev: string | null },
  over: Partial<Decision>,
): Promise<Stood> {
  const { files, clock } = ports;
  const candidate = over.candidate ?? {
    backend: 'case',
    digest: sha256(EXECUTABLE),
    model: { provider: 'qwen-local', id: 'qwen3.6' },
    stage: 2,
  };
  const at = (hours: number) => new Date(clock.now() + hours * HOUR_MS).toISOString();
  const policy = sha256(await files.readBytes(join(root, 'admissions/policy.yaml')));
  const stage = (await readStage(root, candidate.stage, ports)).sha256;
  const entry: LedgerEntry = {
    schema: 'proofgate/challenge/1',
    nonce: `challenge-${seq}`,
    seq,
    prev,
    issued_at: at(-2),
    expires_at: at(1),
    base_commit: 'a'.repeat(40),
    stage: candidate.stage,
    backend: candidate.backend,
    binary: candidate.model && candidate.digest,
    model: candidate.model,
    policy_digest: policy,
    stage_digest: stage,
    scenarios: [{ id: 'a.yaml#one', digest: digestOf('c') }],
  };
  const names = ledgerFiles(entry);
  const digest = sha256(serialize(entry));
  const decision = aDecision({
    nonce: entry.nonce,
    challenge_digest: digest,
    decided_at: at(-1),
    expires_at: at(24),
    inputs: { policy, stage, suite_plan: digestOf('3'), suite_statement: digestOf('7'), engine: digestOf('4'), admissions },
    keys: { runners: [keys.runner.keyid], approvers: [keys.approver.keyid] },
    ...over,
    candidate,
    subject: subjectOf(candidate),
  });
  const bytes = Buffer.from(serialize(decision));
  await files.write(join(root, LEDGER, names.challenge), serialize(entry));
  await files.write(join(root, LEDGER, names.decision), bytes);
  return { file: `${LEDGER}/${names.decision}`, bytes, decision, digest };
}

/** The same, signed. @returns the file of the promotion in the project */
async function promoteIn(place: Place, { bytes, decision }: Stood, key: PrivateKey): Promise<string> {
  const { name, text } = makePromotion(bytes, key, Date.parse(decision.decided_at));
  const file = `admissions/promotions/${name}`;
  await place.ports.files.write(join(place.root, file), text);
  return file;
}

/** The first promotion of a project, in its ledger and beside it. */
export const promoteFirst = async (place: Place, candidate: Decision['candidate']): Promise<string> =>
  promoteIn(place, await decideIn(place, { seq: 1, prev: null }, { candidate }), place.keys.approver);

/** The next decision of a ledger that is there, signed. @returns what the one after it has to name, and the file of the promotion */
export async function promoteNext(place: Place, after: { seq: number; prev: string }, over: Partial<Decision>) {
  const stood = await decideIn(place, after, over);
  const file = await promoteIn(place, stood, place.keys.approver);
  return { file, bytes: stood.bytes, next: { seq: after.seq + 1, prev: stood.digest } };
}

/** A project that can be promoted in: policy, keys, a stage record, admission records. Nothing is yet. Removes itself. */
export async function aPromotedRoom() {
  const ports = quietPorts();
  const { files } = ports;
  const keys = { runner: aSigner(), approver: aSigner(), stranger: aSigner() };
  const stageFile = 'admissions/stages/2-artificial-fixture.yaml';
  const made = await aProject({
    'package.json': '{}',
    'fixtures/README.md': 'none\n',
    'bin/ca': EXECUTABLE,
    'admissions/policy.yaml': policyText([keys.runner.keyid], [keys.approver.keyid]),
    'admissions/keys/runner.pem': keys.runner.publicPem,
    'admissions/keys/approver.pem': keys.approver.publicPem,
    [stageFile]: stageRecord(2, ['gate/**']),
    ...Object.fromEntries(Object.values(rests).map(file => [file, record])),
  });
  const { root } = made;
  const place = { root, ports, keys, admissions: Object.fromEntries(Object.values(rests).map(file => [file, sha256(record)])) };
  let last = { seq: 0, prev: null as string | null };

  async function decide(over: Partial<Decision> = {}): Promise<Stood> {
    const seq = last.seq + 1;
    const stood = await decideIn(place, { ...last, seq }, over);
    last = { seq, prev: stood.digest };
    return stood;
  }

  return {
    ...place,
    stageFile,
    decide,
    put: (path: string, text: string) => files.write(join(root, path), text),
    text: (path: string) => files.readText(join(root, path)),
    remove: (path: string) => files.remove(join(root, path)),
    /** Decides, and an approver signs. */
    promote: async (over: Partial<Decision> = {}, key: PrivateKey = keys.approver) => promoteIn(place, await decide(over), key),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

export type PromotedRoom = Awaited<ReturnType<typeof aPromotedRoom>>;
