import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Decision } from '../model/decision.ts';
import { createEngine } from '../engine.ts';
import { aGateRoom } from '../testing/gate-room.ts';
import { promoteFirst } from '../testing/promoted.ts';

it('opens on fresh evidence: challenge, suite, signature, decision', { timeout: 120_000 }, async () => {
  await using room = await aGateRoom();
  const { nonce, files } = await room.challenge();
  expect(files).toEqual(['scenarios/gate/changes-nothing.yaml', 'scenarios/gate/passes.yaml', 'scenarios/gate/spoilt.yaml']);
  const suite = await room.run(nonce, files);
  expect(suite.all).toContain('3 passed');
  expect(await room.sign(nonce)).toMatchObject({ refused: [], missing: [] });

  const said = await room.say(['gate', '--stage', '2', '--backend', 'fake', '--junit', 'out/gate.xml', '--summary', 'out/summary.md']);
  expect(said).toMatchObject({ exit: 0, err: '' });
  expect(said.out).toMatch(/^promoted: backend:fake@sha256:[0-9a-f]{64}#model=none&stage=2\n/);
  const decision = Decision.parse(JSON.parse(await readFile(join(room.root, `admissions/ledger/000001-${nonce}.decision.json`), 'utf8')));
  expect(decision).toMatchObject({
    verdict: 'promoted',
    exit: 0,
    reasons: [],
    counts: { planned: 3, green: 3, red: 0, missing: 0 },
    earlier: [],
  });
  expect(await room.text('out/gate.xml')).toContain('<testcase classname="scenarios/gate/passes.yaml" name="passes"/>');
  expect(await room.text('out/summary.md')).toContain('## Gate: promoted (exit 0)');

  const again = await room.say(['gate', '--stage', '2', '--suite', `reports/suites/${nonce}`]);
  expect(again).toMatchObject({ exit: 3 });
  expect(again.out).toContain('nonce_decided');
});

it('opens for a backend that needs the stage before, on a promotion of the protected base', { timeout: 120_000 }, async () => {
  await using room = await aGateRoom({ policy: { exempt: {} } });
  const { identity } = await createEngine(room.root, room.ports);
  const file = await promoteFirst(room, { backend: 'fake', digest: identity.engineDigest, model: null, stage: 1 });
  room.git('add', '-A');
  room.git('commit', '-qm', 'stage 1 is promoted');
  const { nonce, files } = await room.challenge();
  await room.run(nonce, files);
  await room.sign(nonce);
  // what the work tree has does not count
  await room.ports.files.remove(join(room.root, file));
  const said = await room.say(['gate', '--stage', '2', '--backend', 'fake', '--json']);
  expect((JSON.parse(said.out) as { decision: Decision }).decision).toMatchObject({ verdict: 'promoted', reasons: [] });
});
