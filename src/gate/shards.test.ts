import { expect, it } from 'vitest';
import type { Decision } from '../model/decision.ts';
import { aGateRoom } from '../testing/gate-room.ts';

/** A pass, a failure that has to be found, and a command line, each in a file of its own. */
const scenarios = {
  'gate/passes.yaml': 'scenario: 1\nexpect: {status: pass}\n',
  'gate/changes-nothing.yaml': 'scenario: 1\nfake: [{plan: [nothing]}, {claim: completed}]\nexpect: {status: fail, blocker: no_diff}\n',
  'gate/says.yaml': 'scenario: 1\ndo: cli\ncli: [explain, no_diff]\nexpect: {exit: zero, stdout: {matches: no_diff}}\n',
};

it(
  'a suite in two shards is complete with the second of them, and opens where the policy wants one host',
  { timeout: 240_000 },
  async () => {
    await using room = await aGateRoom({ scenarios, policy: { hosts: 'one' } });
    const { nonce, files } = await room.challenge();
    const ask = async () => {
      const { exit, out } = await room.say(['gate', '--stage', '2', '--backend', 'fake', '--json']);
      return { exit, ...(JSON.parse(out) as { decision: Decision }) };
    };
    const shard = async (which: string) => (await room.run(nonce, [...files, `--shard=${which}`])).exitCode;
    expect(await shard('1/2')).toBe(0);
    await expect(room.sign(nonce)).rejects.toThrow('has not come to its end: a shard is missing');
    expect(await shard('2/2')).toBe(0);
    expect(await room.sign(nonce)).toMatchObject({ refused: [], missing: [] });

    const { exit, decision } = await ask();
    expect({ exit, reasons: decision.reasons, counts: decision.counts }).toEqual({
      exit: 0,
      reasons: [],
      counts: { planned: 3, green: 3, red: 0, missing: 0 },
    });
    // a command line counts by the word of the runner who signed, and leaves no bundle
    expect(decision.scenarios.find(({ id }) => id === 'scenarios/gate/says.yaml#says')).toMatchObject({
      state: 'green',
      bundle: null,
      status: null,
      statement: expect.any(String),
    });
  },
);

it('a suite of which a shard is missing is undecided', { timeout: 240_000 }, async () => {
  await using room = await aGateRoom({ scenarios });
  const { nonce, files } = await room.challenge();
  await room.run(nonce, [...files, '--shard=1/2']);
  const { exit, out } = await room.say(['gate', '--stage', '2', '--backend', 'fake', '--json']);
  const codes = (JSON.parse(out) as { decision: Decision }).decision.reasons.map(({ code }) => code);
  expect([exit, codes]).toEqual([2, expect.arrayContaining(['suite_not_ended', 'scenario_missing'])]);
});
