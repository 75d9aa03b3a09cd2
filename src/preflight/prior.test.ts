import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBackend } from '../backends/index.ts';
import type { Decision } from '../model/decision.ts';
import { ordinaryGiven, type Plan } from '../model/plan.ts';
import { openEnvelope, signEnvelope } from '../promotion/index.ts';
import { aReason, digestOf } from '../testing/decision.ts';
import { aPlan } from '../testing/plan.ts';
import { aPromotedRoom, type PromotedRoom, rests } from '../testing/promoted.ts';
import type { Question } from './index.ts';
import { priorStageProven } from './prior.ts';

/** What a run of `case` at stage 3 is told; undefined: it may start. */
async function ask({ root, ports }: PromotedRoom, over: Partial<Plan> = {}): Promise<string | undefined> {
  const model = { provider: 'qwen-local', id: 'qwen3.6', runtime_provider: null };
  const plan = await aPlan(join(root, 'runs'), ports, { project: root, stage: 3, backend: { id: 'case' }, model, ...over });
  const backend = {
    ...findBackend(plan.backend.id, ''),
    ...(plan.backend.id === 'fake' ? {} : { binary: () => Promise.resolve(over.env?.['gone'] ? null : join(root, 'bin/ca')) }),
  };
  // the check looks at nothing else of a question
  const found = await priorStageProven({ plan, backend } as Question, ports);
  if (found) expect(found.code).toBe('prior_stage_not_proven');
  return found?.detail;
}

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const refused: Partial<Decision> = { verdict: 'refused', exit: 3, reasons: [aReason], expires_at: null };
const candidate = { backend: 'case', digest: digestOf('9'), model: { provider: 'qwen-local', id: 'qwen3.6' }, stage: 2 } as const;

describe('a run at stage 3', () => {
  it('starts on a promotion for stage 2 of the same candidate', async () => {
    await using room = await aPromotedRoom();
    await room.promote();
    expect(await ask(room)).toBeUndefined();
  });

  it('starts on one that stands, whatever else was tried', async () => {
    await using room = await aPromotedRoom();
    await room.promote(refused);
    await room.promote({ decided_at: ago(40), expires_at: ago(10) });
    await room.promote();
    await room.promote({ candidate });
    expect(await ask(room)).toBeUndefined();
  });

  it('does not start on one that a later refusal took back', async () => {
    await using room = await aPromotedRoom();
    await room.promote();
    await room.promote(refused);
    expect(await ask(room)).toMatch(/2-case-challenge-1\.dsse\.json was taken back: .*000002-challenge-2\.decision\.json/);
  });

  it('starts where the scenario says that it is promoted, and never counts then', async () => {
    await using room = await aPromotedRoom();
    expect(await ask(room, { given: { ...ordinaryGiven, prior_stage: 'promoted' } })).toBeUndefined();
  });

  it('starts for a backend without executable and model on its own promotion', async () => {
    await using room = await aPromotedRoom();
    expect(await ask(room, { backend: { id: 'fake' } })).toBe('fake has no promotion for stage 2');
    await room.promote({ candidate: { backend: 'fake', digest: digestOf('9'), model: null, stage: 2 } });
    expect(await ask(room, { backend: { id: 'fake' } })).toBeUndefined();
    expect(await ask(room)).toBe('case has no promotion for stage 2');
  });

  it.each<[string, (room: PromotedRoom) => Promise<unknown>, string | RegExp, Partial<Plan>?]>([
    ['no promotion', async () => {}, /^case has no promotion for stage 2$/],
    ['a decision that nobody signed', room => room.decide(), /^case has no promotion for stage 2$/],
    ['a record of a refusal', room => room.promote(refused), '2-case-challenge-1.dsse.json records a refusal (refused)'],
    ['one that expired', room => room.promote({ decided_at: ago(40), expires_at: ago(10) }), 'it expired on'],
    ['one of another executable', room => room.promote({ candidate }), 'is about another executable (999999999999)'],
    [
      'one of another model',
      room => room.promote(),
      'is about another model (qwen-local/qwen3.6, and not qwen-local/qwen4)',
      { model: { provider: 'qwen-local', id: 'qwen4', runtime_provider: null } },
    ],
    [
      'one of a model, and none named',
      room => room.promote(),
      'is about another model (qwen-local/qwen3.6, and not none)',
      { model: null },
    ],
    ['no executable', room => room.promote(), 'that of case is not here', { env: { gone: '1' } }],
    ['one of another stage', room => room.promote({ candidate: { ...candidate, stage: 3 } }), /^case has no promotion for stage 2$/],
    [
      'one of another stage under the name of this one',
      async room => rename(room, await room.promote({ candidate: { ...candidate, stage: 3 } }), '2-case-challenge-1'),
      'has no decision in admissions/ledger',
    ],
    [
      'one of another backend under the name of this one',
      async room => rename(room, await room.promote({ candidate: { ...candidate, backend: 'pi' } }), '2-case-challenge-1'),
      'has no decision in admissions/ledger',
    ],
    [
      'a signature of a key that the policy does not name',
      async room => sign(room, await room.promote(), room.keys.stranger),
      /was signed by [0-9a-f]{64}, which counts for nothing here/,
    ],
    [
      'a signature of a runner',
      async room => sign(room, await room.promote(), room.keys.runner),
      /was signed by [0-9a-f]{64}, which counts for nothing here/,
    ],
    [
      'a signature that is forged',
      async room => {
        const file = await room.promote();
        const envelope = JSON.parse(await room.text(file)) as { signatures: { sig: string }[] };
        const [signature] = envelope.signatures;
        const bytes = Buffer.from(signature!.sig, 'base64');
        bytes[0]! ^= 1;
        signature!.sig = bytes.toString('base64');
        await room.put(file, JSON.stringify(envelope));
      },
      'or was changed since',
    ],
    [
      'a decision that was changed',
      async room => {
        await room.promote();
        const file = 'admissions/ledger/000001-challenge-1.decision.json';
        await room.put(file, `${await room.text(file)} `);
      },
      'the promotion is about another decision',
    ],
    [
      'a decision that is gone',
      async room => {
        await room.promote();
        await room.remove('admissions/ledger/000001-challenge-1.decision.json');
      },
      'has no decision in admissions/ledger that can be read',
    ],
    [
      'a challenge that was changed',
      async room => {
        await room.promote();
        await room.put('admissions/ledger/000001-challenge-1.json', '{}');
      },
      'is about the challenge beside it',
    ],
    [
      'another policy',
      async room => {
        await room.promote();
        await room.put('admissions/policy.yaml', `${await room.text('admissions/policy.yaml')}\n`);
      },
      'lapsed: admissions/policy.yaml is not what it rests on any more',
    ],
    [
      'another record of its stage',
      async room => {
        await room.promote();
        await room.put(room.stageFile, `${await room.text(room.stageFile)}\n`);
      },
      'lapsed: the record of stage 2 is not what it rests on any more',
    ],
    [
      'a record of its stage that cannot be read',
      async room => {
        await room.promote();
        await room.put(room.stageFile, 'stage: 1\n');
      },
      'lapsed: the record of stage 2',
    ],
    ['an admission edited', async room => [await room.promote(), await room.put(rests.model, '{}')], `lapsed: ${rests.model}`],
    ['an admission taken away', async room => [await room.promote(), await room.remove(rests.binary)], `lapsed: ${rests.binary}`],
    [
      'no policy',
      async room => [await room.promote(), await room.remove('admissions/policy.yaml')],
      'counts for nothing: admissions/policy.yaml is not there',
    ],
    [
      'a policy that cannot be read',
      async room => [await room.promote(), await room.put('admissions/policy.yaml', 'policy: 2\n')],
      'counts for nothing: admissions/policy.yaml',
    ],
    [
      'no key of an approver',
      async room => [await room.promote(), await room.remove('admissions/keys/approver.pem')],
      'names no approver whose key is in admissions/keys',
    ],
    ['no envelope', async room => room.put(await room.promote(), 'x'), 'is not JSON'],
    [
      'a folder',
      async room => {
        const file = await room.promote();
        await room.remove(file);
        await room.put(`${file}/x`, '');
      },
      'is no plain file',
    ],
  ])('does not start with %s', async (_what, prepare, detail, over) => {
    await using room = await aPromotedRoom();
    await prepare(room);
    const said = await ask(room, over);
    if (typeof detail === 'string') expect(said).toContain(detail);
    else expect(said).toMatch(detail);
  });
});

async function sign(room: PromotedRoom, file: string, key: PromotedRoom['keys']['runner']): Promise<void> {
  const { payload } = openEnvelope(Buffer.from(await room.text(file)), [room.keys.approver]);
  await room.put(file, signEnvelope(payload, [key]));
}

async function rename(room: PromotedRoom, file: string, name: string): Promise<void> {
  await room.put(`admissions/promotions/${name}.dsse.json`, await room.text(file));
  await room.remove(file);
}
