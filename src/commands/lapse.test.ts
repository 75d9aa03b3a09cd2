import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../model/decision.ts';
import { makeLapse, signEnvelope } from '../promotion/index.ts';
import { commandLine } from '../testing/command-line.ts';
import { aReason } from '../testing/decision.ts';
import { aProject } from '../testing/project.ts';
import { aPromotedRoom, type PromotedRoom, rests } from '../testing/promoted.ts';

let keyring: Awaited<ReturnType<typeof aProject>>;
beforeAll(async () => {
  keyring = await aProject({});
});
afterAll(() => keyring[Symbol.asyncDispose]());

const ask = (room: PromotedRoom, ...argv: string[]) => commandLine(room.root, argv, { ports: room.ports });
/** The private half of a key of the room, as a file that only its owner can read. */
async function keyOf({ keys, ports, stem }: PromotedRoom & { stem: string }, who: keyof PromotedRoom['keys'] = 'approver') {
  const path = join(keyring.root, `${stem}-${who}.pem`);
  await ports.files.write(path, keys[who].secret.export({ type: 'pkcs8', format: 'pem' }) as string, { mode: 0o600 });
  return path;
}
async function promoted() {
  const made = await aPromotedRoom();
  const room = Object.assign(made, { stem: made.ports.randomHex(4) });
  return { room, file: await room.promote() };
}
const record = 'admissions/lapses/2-case-challenge-1.dsse.json';
const verify = async (room: PromotedRoom, file = record) =>
  ask(room, 'verify', file, '--decision', 'admissions/ledger/000001-challenge-1.decision.json', '--key', 'admissions/keys/approver.pem');

describe('lapse', () => {
  it('takes a promotion back by the word of a person, for good', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const { exit, out } = await ask(room, 'lapse', file, '--key', await keyOf(room), '--reason', 'the runner key was lost');
    expect([exit, out]).toEqual([0, `recorded: ${record}\n  reason   the runner key was lost\n  by       ${room.keys.approver.keyid}\n`]);
    const why = await ask(room, 'why-promoted');
    expect(why.exit).toBe(3);
    expect(why.out).toMatch(
      new RegExp(`${file} lapsed on .*Z by the word of ${room.keys.approver.keyid} \\(${record}\\): the runner key was lost\n`),
    );
    // asked again it is a promotion of its own
    await room.promote();
    expect((await ask(room, 'why-promoted')).exit).toBe(0);
  });

  it('records what changed under it, which then counts also where it is put back', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const before = await room.text(rests.model);
    await room.put(rests.model, '{}');
    await room.remove(rests.source);
    const { exit, out } = await ask(room, 'lapse', file, '--key', await keyOf(room), '--json');
    expect([exit, JSON.parse(out)]).toMatchObject([
      0,
      { reason: null, changes: [{ input: rests.model }, { input: rests.source, is: null }] },
    ]);
    await room.put(rests.model, before);
    await room.put(rests.source, before);
    expect((await ask(room, 'why-promoted')).out).toContain(`${rests.model} changed; ${rests.source} changed`);
  });

  it('is checked offline, with the decision and a public key', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    await room.put(rests.model, '{}');
    await ask(room, 'lapse', file, '--key', await keyOf(room), '--reason', 'reviewed');
    const { exit, out } = await verify(room);
    expect(exit).toBe(3);
    expect(out).toMatch(/^lapsed: authentic, and the promotion promotes nothing any more\n/);
    expect(out).toContain(`reason    reviewed\n  changed   ${rests.model}: `);
    const spoilt = (await room.text(record)).replace(
      /("payload": ")(.)/,
      (_all, head: string, one: string) => head + (one === 'e' ? 'f' : 'e'),
    );
    await room.put(record, spoilt);
    expect((await verify(room)).exit).toBe(4);
    // what cannot be checked is no reason to believe the promotion
    expect((await ask(room, 'why-promoted')).out).toContain(`${file} has a record of its lapse that nobody can check: ${record}`);
  });

  it.each<[string, (room: PromotedRoom) => Promise<unknown>]>([
    ['signed by a stranger', async room => room.put(record, await lapseBy(room, 'stranger'))],
    ['that is no envelope', room => room.put(record, '{}')],
    ['that is a folder', room => room.put(`${record}/x`, '')],
    ['that is the promotion itself', async room => room.put(record, await room.text('admissions/promotions/2-case-challenge-1.dsse.json'))],
  ])('nothing stands beside a record %s', async (_what, put) => {
    const { room } = await promoted();
    await using _ = room;
    await put(room);
    const { exit, out } = await ask(room, 'why-promoted');
    expect(exit).toBe(3);
    expect(out).toContain('has a record of its lapse that nobody can check');
  });

  it('is recorded of the decision that was signed, whatever else has its name', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const [challenge, decision] = ['challenge-1.json', 'challenge-1.decision.json'] as const;
    await room.put(`admissions/ledger/000000-${challenge}`, await room.text(`admissions/ledger/000001-${challenge}`));
    await room.put(`admissions/ledger/000000-${decision}`, `${await room.text(`admissions/ledger/000001-${decision}`)}\n`);
    expect((await ask(room, 'lapse', file, '--key', await keyOf(room), '--reason', 'a word')).exit).toBe(0);
    expect((await ask(room, 'why-promoted')).out).toContain(`${file} lapsed on`);
  });

  it('is recorded once', async () => {
    const { room, file } = await promoted();
    await using _ = room;
    const argv = ['lapse', file, '--key', await keyOf(room), '--reason', 'so'];
    expect((await ask(room, ...argv)).exit).toBe(0);
    const again = await ask(room, ...argv);
    expect([again.exit, again.err]).toEqual([64, expect.stringContaining(`${record}: is there already, and stands`)]);
  });

  it.each(['runner', 'stranger'] as const)('is not recorded by the %s', async who => {
    const { room, file } = await promoted();
    await using _ = room;
    const { exit, out } = await ask(room, 'lapse', file, '--key', await keyOf(room, who), '--reason', 'so');
    expect([exit, out.split(':')[0]]).toEqual([4, who === 'runner' ? 'self_approval' : 'approver_unknown']);
    expect(out).toContain('\n  hint: sign with a key of approver_keys of admissions/policy.yaml');
    expect((await ask(room, 'why-promoted')).exit).toBe(0);
  });

  it.each<[string, (room: PromotedRoom & { stem: string }, file: string) => Promise<string[]>, string]>([
    ['no key', async (_room, file) => [file, '--reason', 'so'], '--key: is missing'],
    ['no reason, where nothing changed', async (room, file) => [file, '--key', await keyOf(room)], '--reason: is missing: nothing'],
    ['a blank reason', async (room, file) => [file, '--key', await keyOf(room), '--reason', ' '], '--reason: is missing: nothing'],
    ['a key in the project', async (_room, file) => [file, '--key', 'package.json', '--reason', 'so'], 'lies in the project'],
    ['a file that is not there', async room => ['x.dsse.json', '--key', await keyOf(room)], 'x.dsse.json: is not there'],
    ['a file of another name', async room => ['package.json', '--key', await keyOf(room)], 'has no decision in admissions/ledger'],
    [
      'a promotion that is not authentic',
      async (room, file) => [await spoil(room, file), '--key', await keyOf(room), '--reason', 'so'],
      'promotes nothing that could lapse: ',
    ],
    [
      'a refusal',
      async room => [await room.promote(refused), '--key', await keyOf(room), '--reason', 'so'],
      'promotes nothing that could lapse: it records a refusal',
    ],
  ])('asks for what it needs: %s', async (_what, prepare, words) => {
    const { room, file } = await promoted();
    await using _ = room;
    const { exit, err } = await ask(room, 'lapse', ...(await prepare(room, file)));
    expect([exit, err]).toEqual([64, expect.stringContaining(words)]);
  });
});

const refused: Partial<Decision> = { verdict: 'refused', exit: 3, reasons: [aReason], expires_at: null };

async function spoil(room: PromotedRoom, file: string): Promise<string> {
  await room.put(
    file,
    (await room.text(file)).replace(/("sig": ")(.)/, (_all, head: string, one: string) => head + (one === 'A' ? 'B' : 'A')),
  );
  return file;
}

/** A good record for the first decision, but for who signed it. */
async function lapseBy(room: PromotedRoom, who: 'stranger'): Promise<string> {
  const { decision, key } = { decision: await room.text('admissions/ledger/000001-challenge-1.decision.json'), key: room.keys.approver };
  const { text } = makeLapse(Buffer.from(decision), { changes: [], reason: 'so' }, key, Date.now());
  const { payload } = JSON.parse(text) as { payload: string };
  return signEnvelope(Buffer.from(payload, 'base64'), [room.keys[who]]);
}
