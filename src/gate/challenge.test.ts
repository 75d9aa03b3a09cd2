import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { LedgerEntry } from '../model/ledger.ts';
import { aGateRoom, policyText, stageRecord } from '../testing/gate-room.ts';

const room = await aGateRoom();
afterAll(() => room[Symbol.asyncDispose]());
const commit = () => {
  room.git('add', '-A');
  room.git('commit', '-qm', 'changed', '--allow-empty');
};
const refusal = async (...argv: string[]) => (await room.say(['challenge', '--stage', '2', ...argv])).err.split('\n')[0];

describe('a challenge', () => {
  it('fixes what the protected branch requires, whatever the work tree has', async () => {
    await room.put('scenarios/gate/passes.yaml', 'scenario: 1\nexpect: {status: fail}\n');
    await room.put('scenarios/gate/easier.yaml', 'scenario: 1\nexpect: {exit: zero}\n');
    const { challenge } = await room.challenge();
    room.git('checkout', '-q', '--', 'scenarios');
    const other = await room.challenge();
    execFileSync('rm', [`${room.root}/scenarios/gate/easier.yaml`]);
    expect(challenge.scenarios.map(({ id }) => id)).toEqual([
      'scenarios/gate/changes-nothing.yaml#changes-nothing',
      'scenarios/gate/passes.yaml#passes',
      'scenarios/gate/spoilt.yaml#spoilt',
    ]);
    expect(other.challenge.scenarios).toEqual(challenge.scenarios);
    expect(LedgerEntry.parse(other.challenge)).toMatchObject({
      seq: 2,
      base_commit: room.git('rev-parse', 'main'),
      binary: null,
      model: null,
    });
    expect(other.challenge.nonce).not.toBe(challenge.nonce);
  });

  it('is not issued upon a ledger that is not whole', async () => {
    const [first = ''] = room.git('ls-files', '--others', 'admissions/ledger').split('\n');
    const text = await room.text(first);
    await room.ports.files.remove(`${room.root}/${first}`);
    expect(await refusal()).toMatch(/^admissions\/ledger: no entry is 000001, before admissions\/ledger\/000002-/);
    await room.put(first, text);
    expect(await refusal()).toBe('');
  });

  it('is not issued where a gate is required: it leaves no evidence', async () => {
    const asks = 'scenario: 1\ndo: gate\ngate: {stage: 2, evidence: ["scenarios/gate/passes.yaml#passes"]}\nexpect: {exit: zero}\n';
    await room.put('scenarios/gate/asks.yaml', asks);
    commit();
    expect(await refusal()).toContain(
      'admissions/stages/2-artificial-fixture.yaml: requires scenarios/gate/asks.yaml#asks, which is about a gate and leaves no evidence',
    );
    execFileSync('rm', [`${room.root}/scenarios/gate/asks.yaml`]);
    commit();
  });

  it.each([
    ['a backend that nobody knows', ['--backend', 'cafe'], '--backend: no backend is called "cafe"'],
    ['fake above stage 2', ['--stage', '3'], '--backend: fake is a lane that candidates are held against'],
    ['fake as the default', ['--stage', '6'], 'and none itself: it is promoted to no stage above 2'],
    ['command above stage 2', ['--stage', '3', '--backend', 'command'], '--backend: command is a lane that candidates are held against'],
    ['a candidate without its model', ['--backend', 'pi'], '--model: is missing: pi is promoted for one and no other'],
    ['a model where none is', ['--model', 'a/b'], '--model: has no meaning for fake'],
    [
      'an alias',
      ['--backend', 'pi', '--model', 'qwen-local/qwen-latest'],
      '--model: qwen-local/qwen-latest is an alias (latest of admissions/policy.yaml): what answers to it changes',
    ],
    ['a model that no record admits', ['--backend', 'pi', '--model', 'a/b'], '--model: no record admits a/b: '],
    [
      'a stage whose scenarios are not there',
      ['--stage', '1'],
      'admissions/stages/1-gated-engine.yaml: requires stage1/**, candidate/stage1.yaml, and no scenario of the protected base matches',
    ],
    ['a base that is not there', ['--base', 'origin/next'], 'origin/next: there is no such commit here'],
  ])('is not issued for %s', async (_what, argv, message) => {
    expect(await refusal(...argv)).toContain(message);
  });

  it.each([
    [
      'admissions/policy.yaml',
      policyText(['a'.repeat(64)], ['a'.repeat(64)]),
      'approver_keys.0: is a runner: nobody approves what they ran themselves',
    ],
    ['admissions/policy.yaml', policyText(['a'.repeat(64), 'a'.repeat(64)], []), 'runner_keys.1: is named twice: one key is one signer'],
    ['admissions/policy.yaml', policyText([], [], { denied_models: ['('] }), 'denied_models.0: is no regular expression'],
    ['admissions/policy.yaml', policyText([], [], { expires_at: '2026-01-01T00:00:00Z' }), 'expired on 2026-01-01T00:00:00Z'],
    [
      'admissions/stages/2-artificial-fixture.yaml',
      stageRecord(2, ['gate/**', 'none/**']),
      'requires none/**, and no scenario of the protected base matches',
    ],
    ['admissions/stages/2-artificial-fixture.yaml', stageRecord(1, ['gate/**']), 'number: is 1, and the name of the file says 2'],
  ])('is not issued where %s is wrong: %#', async (path, text, message) => {
    const before = await room.text(path);
    await room.put(path, text);
    commit();
    expect(await refusal()).toContain(message);
    await room.put(path, before);
    commit();
  });

  it('says what the candidate runs itself, and is not issued for a scenario that it could not be green in', async () => {
    const record = 'admissions/stages/2-artificial-fixture.yaml';
    const own = 'scenarios/own/one.yaml';
    const before = await room.text(record);
    await room.put(record, stageRecord(2, ['gate/**', 'own/**']));
    await room.put(own, 'scenario: 1\nbackend: candidate\nexpect: {status: pass}\n');
    commit();
    expect((await room.say(['challenge', '--stage', '2'])).out).toMatch(
      /\n {2}itself {3}fake runs 1 of them itself, in the ordinary world\n/,
    );
    expect(await refusal('--backend', 'command')).toContain(
      `${record}: requires ${own}#one, which the candidate runs, and command is whatever program a scenario names`,
    );
    await room.put(own, 'scenario: 1\nbackend: candidate\nstage: 3\nexpect: {status: pass}\n');
    commit();
    expect(await refusal()).toContain(`requires ${own}#one, which the candidate runs at stage 3, and not at stage 2`);
    await room.put(record, before);
    commit();
  });

  it('says where no runner is named that the gate stays closed', async () => {
    const before = await room.text('admissions/policy.yaml');
    expect((await room.say(['challenge', '--stage', '2'])).out).not.toContain('  closed ');
    await room.put('admissions/policy.yaml', policyText([], []));
    commit();
    expect((await room.say(['challenge', '--stage', '2'])).out).toContain('\n  closed   admissions/policy.yaml of main names no runner: ');
    await room.put('admissions/policy.yaml', before);
    commit();
  });

  it('is spent by its decision, which says so, also where nothing was run', async () => {
    const { exit, out } = await room.say(['gate', '--stage', '2']);
    expect(exit).toBe(2);
    expect(out).toMatch(
      /decision\.json: this challenge is decided, and answered no more\.\nOnce that is mended: proofgate challenge --stage 2 --backend fake\n$/,
    );
  });

  it.each(['challenge', 'gate', 'why-promoted'])('is of a backend that is known: %s', async command => {
    const { exit, err } = await room.say([command, '--stage', '2', '--backend', 'fke']);
    expect([exit, err]).toEqual([64, '--backend: no backend is called "fke"\n  hint: did you mean fake?\n']);
  });
});
