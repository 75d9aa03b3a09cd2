import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reasonCodes } from '../gate/reasons.ts';
import { aGateRoom, type GateRoom } from '../testing/gate-room.ts';
import { greenEvidence, type GateKill, renderGateKills, runGateFaults } from './gate.ts';
import { gateFaults } from './gate-faults.ts';

let room: GateRoom;
const kills: GateKill[] = [];
beforeAll(async () => {
  room = await aGateRoom();
  for await (const kill of runGateFaults(room, await greenEvidence(room))) kills.push(kill);
}, 600_000);
afterAll(() => room[Symbol.asyncDispose]());

describe('a single fault in green evidence is refused for exactly what it is', () => {
  it.each(gateFaults.map((fault, i) => [fault.what, i] as const))('%s', (_what, i) => {
    const { fault, exit, codes } = kills[i]!;
    expect({ exit, codes }).toEqual({ exit: fault.exit, codes: fault.codes });
  });
});

it('every reason has a fault that gives it', () => {
  const shown = new Set(gateFaults.flatMap(({ codes }) => codes));
  expect(reasonCodes.filter(code => !shown.has(code))).toEqual([]);
});

it('the table says what survived', () => {
  const [first] = kills;
  expect(renderGateKills([{ ...first!, codes: ['run_stale'], exit: 3, killed: false }])).toContain(
    '3  run_stale   SURVIVED: expected 0  promoted',
  );
});
