import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../model/decision.ts';
import { commandLine } from '../testing/command-line.ts';
import { aReason, digestOf } from '../testing/decision.ts';
import { policyText } from '../testing/gate-room.ts';
import { aPromotedRoom, EXECUTABLE, type PromotedRoom, rests } from '../testing/promoted.ts';

const MODEL = 'qwen-local/qwen3.6';
const ask = async (room: PromotedRoom, ...argv: string[]) => commandLine(room.root, argv, { ports: room.ports });
const refused: Partial<Decision> = { verdict: 'refused', exit: 3, reasons: [aReason], expires_at: null };
const sha256OfExecutable = createHash('sha256').update(EXECUTABLE).digest('hex');

/** Whom a room promotes. */
const ordinary: Decision['candidate'] = {
  backend: 'case',
  digest: sha256OfExecutable,
  model: { provider: 'qwen-local', id: 'qwen3.6' },
  stage: 2,
};

/** An approver says that a promotion does not hold any more. */
async function lapse(room: PromotedRoom, file: string): Promise<void> {
  await using home = await room.ports.files.scratch('keys');
  const key = join(home.path, 'approver.private.pem');
  await room.ports.files.write(key, room.keys.approver.privatePem);
  await room.ports.files.chmod(key, 0o600);
  const { exit, err } = await ask(room, 'lapse', file, '--key', key, '--reason', 'it was lent');
  expect([exit, err]).toEqual([0, expect.any(String)]);
}

/** Promoted: `case` at stage 2, after a refusal. */
async function promoted() {
  const room = await aPromotedRoom();
  await room.decide(refused);
  return { room, file: await room.promote() };
}

describe('why-promoted', () => {
  it('says who signed what, on which decision, statements and records', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const { exit, out, err } = await ask(room, 'why-promoted', '--stage', '2', '--backend', 'case');
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain(`case with ${MODEL} at stage 2: promoted`);
    for (const words of [
      `promotion ${file}`,
      `approver  ${room.keys.approver.keyid}`,
      'decision  admissions/ledger/000002-challenge-2.decision.json',
      `proven    a.yaml#one, statement ${digestOf('e').slice(0, 12)}`,
      `the plan of the suite, statement ${digestOf('7').slice(0, 12)}`,
      rests.model,
      rests.comparison,
      'challenge-1 refused on',
      'scenario_missing: a.yaml#one has no result; it would open: run it',
    ])
      expect(out).toContain(words);
    expect(out).not.toContain('challenge-2 promoted');
  });

  it('gives a program the same', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const { out } = await ask(room, 'why-promoted', '--json');
    expect(JSON.parse(out)).toMatchObject({
      exit: 0,
      accounts: [
        {
          backend: 'case',
          stage: 2,
          stands: [{ file, signer: room.keys.approver.keyid, decision: { value: { nonce: 'challenge-2' } } }],
          fallen: [],
          challenges: [
            { nonce: 'challenge-1', verdict: 'refused', signed: false },
            { nonce: 'challenge-2', verdict: 'promoted', signed: true },
          ],
        },
      ],
      strays: [],
      ledger: [],
    });
  });

  it('finds a candidate by its subject, and no other', async () => {
    const { room } = await promoted();
    await using _ = room;
    const { subject } = (await room.decide(refused)).decision;
    expect((await ask(room, 'why-promoted', subject)).exit).toBe(0);
    const other = await ask(room, 'why-promoted', subject.replace('stage=2', 'stage=3'));
    expect([other.exit, other.out]).toEqual([3, 'Nothing was promoted, and nobody asked for it.\n']);
    expect((await ask(room, 'why-promoted', subject, '--stage', '2')).exit).toBe(64);
  });

  it.each<[string, (room: PromotedRoom) => Promise<unknown>, string]>([
    ['nobody asked', async () => {}, 'Nothing was promoted, and nobody asked for it.'],
    ['nobody signed', room => room.decide(), ', and no approver of the policy signed it'],
    ['it was never decided', async room => room.remove((await room.decide()).file), 'challenge-1 was never decided, which is a refusal'],
    ['it was refused', room => room.promote(refused), 'records a refusal (refused)'],
    ...Object.values(rests).map((file): [string, (room: PromotedRoom) => Promise<unknown>, string] => [
      `${file} changed`,
      async room => [await room.promote(), await room.put(file, '{}')],
      `lapsed: ${file} is not what it rests on any more`,
    ]),
    [
      'what it rests on is gone',
      async room => [await room.promote(), await room.remove(rests.source)],
      `lapsed: ${rests.source} is not what it rests on any more`,
    ],
    ['a file is no promotion', room => room.put('admissions/promotions/2-case-x.dsse.json', '{}'), 'has no decision in admissions/ledger'],
    [
      'the ledger is not whole',
      async room => [await room.decide(), await room.decide(), await room.remove('admissions/ledger/000001-challenge-1.json')],
      'the ledger is not whole: no entry is 000001',
    ],
  ])('says that nothing stands where %s', async (_what, prepare, words) => {
    await using room = await aPromotedRoom();
    await prepare(room);
    const { exit, out } = await ask(room, 'why-promoted');
    expect(exit).toBe(3);
    expect(out).toContain(words);
  });
});

describe('a later decision about the same candidate', () => {
  const undecided: Partial<Decision> = { verdict: 'undecided', exit: 2, reasons: [aReason], expires_at: null };
  const invalid: Partial<Decision> = { verdict: 'invalid', exit: 4, reasons: [aReason], expires_at: null };
  const other: Partial<Decision> = { candidate: { backend: 'case', digest: digestOf('9'), model: null, stage: 2 } };

  it.each<[string, Partial<Decision>]>([
    ['a refusal', refused],
    ['a red scenario', { ...refused, exit: 1 }],
    ['evidence that is not what it says', invalid],
  ])('takes the promotion back: %s', async (_what, decision) => {
    const { room, file } = await promoted();
    await using _ = room;
    await room.promote(decision);
    const { exit, out } = await ask(room, 'why-promoted');
    expect(exit).toBe(3);
    expect(out).toContain(
      `${file} was taken back: admissions/ledger/000003-challenge-3.decision.json is a later decision about the same candidate (${decision.verdict}), signed by ${room.keys.approver.keyid}`,
    );
    expect((await ask(room, 'what-breaks-if', 'policy')).out).toContain('nothing lapses');
  });

  it.each<[string, (room: PromotedRoom) => Promise<unknown>]>([
    ['it is undecided', room => room.promote(undecided)],
    ['no approver signed it', room => room.decide(refused)],
    ['a stranger signed it', room => room.promote({ ...refused, keys: keysOf(room) }, room.keys.stranger)],
    ['it is about another candidate', room => room.promote({ ...refused, ...other })],
    ['it was promoted again since', async room => [await room.promote(refused), await room.promote()]],
  ])('leaves it where %s', async (_what, later) => {
    const { room } = await promoted();
    await using _ = room;
    await later(room);
    expect((await ask(room, 'why-promoted')).exit).toBe(0);
  });

  it.each<[string, (room: PromotedRoom, file: string) => Promise<unknown>]>([
    ['a refusal', room => room.promote(refused)],
    ['the record of its lapse', (room, file) => lapse(room, file)],
  ])('takes back what rests on it at the stages above, until it is promoted again: %s', async (_what, takeBack) => {
    await using room = await aPromotedRoom();
    const second = await room.promote();
    await room.promote({ candidate: { ...ordinary, stage: 3 } });
    const fourth = await room.promote({ candidate: { ...ordinary, stage: 4 } });
    const why = () => ask(room, 'why-promoted', '--stage', '4', '--backend', 'case');
    expect((await why()).exit).toBe(0);
    await takeBack(room, second);
    const { exit, out } = await why();
    expect(exit).toBe(3);
    expect(out).toContain(`${fourth} rests on ${second}, which`);
    await room.promote();
    expect((await why()).exit).toBe(0);
  });

  it('about a stage below leaves what it refused before it was promoted', async () => {
    await using room = await aPromotedRoom();
    await room.promote(refused);
    await room.promote(refused);
    await room.promote({ candidate: { ...ordinary, stage: 3 } });
    expect((await ask(room, 'why-promoted', '--stage', '3', '--backend', 'case')).exit).toBe(0);
  });

  it('is later where its challenge is an earlier one and it was decided afterwards', async () => {
    await using room = await aPromotedRoom();
    await room.promote({ ...refused, decided_at: new Date(room.ports.clock.now() - 60_000).toISOString() });
    const file = await room.promote();
    const { exit, out } = await ask(room, 'why-promoted');
    expect(exit).toBe(3);
    expect(out).toContain(`${file} was taken back: admissions/ledger/000001-challenge-1.decision.json`);
  });

  it('stands also where the key of the approver who signed it is not there any more', async () => {
    await using room = await aPromotedRoom();
    const { approver, runner, stranger } = room.keys;
    await room.put('admissions/keys/second.pem', stranger.publicPem);
    await room.put('admissions/policy.yaml', policyText([runner.keyid], [approver.keyid, stranger.keyid]));
    const keys = { runners: [runner.keyid], approvers: [approver.keyid, stranger.keyid].toSorted() };
    const file = await room.promote({ keys });
    await room.promote({ ...refused, keys }, stranger);
    const taken = `${file} was taken back: admissions/ledger/000002-challenge-2.decision.json is a later decision about the same candidate (refused), signed by ${stranger.keyid}`;
    expect((await ask(room, 'why-promoted')).out).toContain(taken);
    await room.remove('admissions/keys/second.pem');
    const { exit, out } = await ask(room, 'why-promoted');
    expect([exit, out]).toEqual([3, expect.stringContaining(`${taken}, whose public key is not in admissions/keys`)]);
  });

  it('is not hidden by another decision of its name that nobody signed', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    await room.promote(refused);
    const challenge = await room.text('admissions/ledger/000003-challenge-3.json');
    const decision = await room.text('admissions/ledger/000003-challenge-3.decision.json');
    await room.put('admissions/ledger/000000-challenge-3.json', challenge);
    await room.put('admissions/ledger/000000-challenge-3.decision.json', `${decision.trimEnd()}\n\n`);
    expect((await ask(room, 'why-promoted')).out).toContain(`${file} was taken back: admissions/ledger/000003-challenge-3.decision.json`);
  });

  it('is later by what its challenge says, whatever its file is called', async () => {
    const { room } = await promoted();
    await using _ = room;
    await room.promote(refused);
    for (const name of ['challenge-3.json', 'challenge-3.decision.json']) {
      await room.put(`admissions/ledger/000000-${name}`, await room.text(`admissions/ledger/000003-${name}`));
      await room.remove(`admissions/ledger/000003-${name}`);
    }
    expect((await ask(room, 'why-promoted')).out).toContain('was taken back: admissions/ledger/000000-challenge-3.decision.json');
  });

  const keysOf = ({ keys }: PromotedRoom) => ({ runners: [keys.runner.keyid], approvers: [keys.stranger.keyid] });
});

describe('what-breaks-if', () => {
  it.each<[string, (room: PromotedRoom) => string[], string]>([
    ['the policy', () => ['policy'], 'rests on the policy'],
    ['its model', () => ['model', MODEL], 'is of this model'],
    ['its stage', () => ['stage', '2'], 'rests on the record of stage 2'],
    ['its executable', () => ['binary', sha256OfExecutable], 'is of exactly these bytes'],
    ['its source', () => ['source', 'a-source'], `rests on ${rests.source}`],
    ['its comparison', () => ['comparison', 'case'], `rests on ${rests.comparison}`],
    ['the key of its approver', () => ['key', 'approver'], 'is signed by this key'],
    ['the key of its runner', room => ['key', room.keys.runner.keyid.slice(0, 12)], 'rests on a policy that names this key'],
  ])('knows %s', async (_what, argv, why) => {
    const { room, file } = await promoted();
    await using _ = room;
    const { exit, out } = await ask(room, 'what-breaks-if', ...argv(room), '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      promotions: [{ file, why: expect.stringContaining(why) as string }],
      closes: [{ backend: 'case', stage: 3 }],
    });
  });

  it('says which stage closes, and breaks nothing that does not rest on what changes', async () => {
    const { room } = await promoted();
    await using _ = room;
    expect(await ask(room, 'what-breaks-if', 'stage', '3')).toMatchObject({
      exit: 0,
      out: 'nothing lapses: no promotion that stands rests on the record of stage 3\n',
    });
    const { out } = await ask(room, 'what-breaks-if', 'policy');
    expect(out).toContain(`closes: stage 3 for case with ${MODEL} (prior_stage_not_proven)`);
  });

  it('names the record that admits a model, and what rests on that record', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const { out } = await ask(room, 'what-breaks-if', 'model', 'qwen', '--json');
    expect(JSON.parse(out)).toMatchObject({
      means: [rests.model],
      promotions: [{ file, why: `rests on ${rests.model}, byte for byte` }],
      admissions: [{ file: rests.model, why: 'admits exactly this model' }],
    });
  });

  it.each<[string, string[], string]>([
    ['a model', ['model', 'gpt-9'], 'is nothing that is known here'],
    ['a digest', ['binary', 'abc'], 'is nothing that is known here'],
    ['a source', ['source', 'nowhere'], 'is nothing that is known here'],
    ['a comparison', ['comparison', 'pi'], 'is nothing that is known here'],
    ['a key', ['key', '../policy'], 'is nothing that is known here'],
    ['a stage', ['stage', '7'], 'is nothing that is known here'],
    ['a name', ['model'], 'needs a name'],
    ['one policy', ['policy', 'mine'], 'is one word too many'],
    ['a kind', ['weather', 'x'], 'weather'],
  ])('asks for %s that is there', async (_what, argv, words) => {
    await using room = await aPromotedRoom();
    const { exit, err } = await ask(room, 'what-breaks-if', ...argv);
    expect(exit).toBe(64);
    expect(err).toContain(words);
  });
});
