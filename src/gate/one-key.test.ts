import { expect, it } from 'vitest';
import { aGateRoom } from '../testing/gate-room.ts';

it('no challenge is issued and nothing is decided where one key is to run and to approve: refused at its line', async () => {
  await using room = await aGateRoom();
  const { nonce } = await room.challenge();
  const before = await room.text('admissions/policy.yaml');
  const { runner_keys: _runner, approver_keys: _approver, ...rest } = JSON.parse(before) as Record<string, unknown>;
  const lines = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  const [one, other] = [room.keys.runner.keyid, room.keys.approver.keyid];
  await room.put('admissions/policy.yaml', `${lines.join('')}runner_keys:\n  - ${one}\napprover_keys:\n  - ${other}\n  - ${one}\n`);
  room.git('commit', '-qam', 'one key for both');
  const said = 'approver_keys.1: is a runner: nobody approves what they ran themselves';
  expect((await room.say(['challenge', '--stage', '2'])).err).toContain(`admissions/policy.yaml:${lines.length + 5}:5: ${said}`);
  const decided = await room.say(['gate', '--stage', '2', '--suite', `reports/suites/${nonce}`]);
  expect([decided.exit, decided.out, decided.err]).toEqual([64, '', expect.stringContaining(`:${lines.length + 5}:5: ${said}`)]);
  expect(room.git('ls-files', '--others', '--cached', 'admissions/ledger')).not.toContain('.decision.json');
});
