/** What signals do to a real engine at the moment of an event. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../engine.ts';
import type { Contract } from '../model/contract.ts';
import type { EventType, NormalizedEvent } from '../model/event.ts';
import { defaultFakeScript } from '../model/fake.ts';
import { ordinaryGiven, type Interrupt, type Plan } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { livingWith, uniqueSleep } from '../node/trial.ts';
import { runPlan } from '../run.ts';
import { aPlan } from '../testing/plan.ts';
import { problemsOf } from '../testing/project.ts';
import { verifyBundle } from '../verify/verify.ts';
import { runInChild } from './index.ts';

const never = new AbortController().signal;
let room: { path: string } & AsyncDisposable;
/** As the children find it: what they leave in their temporary folder can be seen. */
let ports: ReturnType<typeof nodePorts>;
let suite: Engine;
beforeAll(async () => {
  room = await nodePorts().files.scratch('interrupted-test');
  await nodePorts().files.makeDir(join(room.path, 'tmp'));
  ports = nodePorts({ ...process.env, TMPDIR: join(room.path, 'tmp') });
  // once for all of them
  suite = await createEngine(room.path, ports);
  expect((await runPlan(await aPlan(join(room.path, 'first'), ports), ports, never, suite)).exit).toBe(0);
}, 60_000);
afterAll(() => room[Symbol.asyncDispose]());

const planOf = (interrupt: Interrupt, over: Partial<Plan> = {}): Promise<Plan> =>
  aPlan(join(room.path, 'out'), ports, { ...over, given: { ...ordinaryGiven, interrupt } });

async function run(interrupt: Interrupt, over: Partial<Plan> = {}) {
  const { dir, exit, report } = await runInChild(await planOf(interrupt, over), ports, never, suite.calibrations);
  const { verdict, exit: verified } = await verifyBundle(dir, ports);
  const events = (await ports.files.readText(join(dir, 'events.normalized.jsonl'))).trimEnd().split('\n');
  const types = events.map(line => (JSON.parse(line) as NormalizedEvent).type);
  return { dir, exit, report, verdict, verified, types, codes: report.blockers.map(({ code }) => code) };
}

const moments = [
  'run.started',
  'task.contract.created',
  'backend.started',
  'backend.exited',
  'git.diff.checked',
  'verification.completed',
  'run.completed',
] as const satisfies EventType[];
describe('at the event', { concurrent: true, timeout: 180_000 }, () => {
  it.each(moments)('%s SIGKILL leaves the reserved fail, which nobody can verify, and the event as its last', async at => {
    const { exit, report, codes, verdict, verified, types } = await run({ at, signal: 'SIGKILL' });
    expect({ exit, sealed: report.sealed, status: report.status, codes, verdict, verified, last: types.at(-1) }).toEqual({
      exit: 137,
      sealed: false,
      status: 'fail',
      codes: ['run_interrupted'],
      verdict: 'invalid',
      verified: 4,
      last: at,
    });
  });

  it.each(moments.flatMap(at => [[at, 'SIGTERM', 143] as const, [at, 'SIGINT', 130] as const]))(
    '%s %s ends the run in good order: sealed, and a pass only where the verdict was reached',
    async (at, signal, code) => {
      const { exit, report, codes, verdict, verified, types } = await run({ at, signal });
      const isOver = at === 'run.completed';
      expect({ exit, sealed: report.sealed, status: report.status, codes, verdict, verified, last: types.at(-1) }).toEqual({
        exit: isOver ? 0 : code,
        sealed: true,
        status: isOver ? 'pass' : 'fail',
        codes: isOver ? [] : ['run_interrupted'],
        verdict: 'consistent',
        verified: isOver ? 0 : 1,
        last: 'run.completed',
      });
      if (!isOver) expect(report.failure_reason).toBe(`run interrupted: ended by ${signal}`);
      if (moments.indexOf(at) < moments.indexOf('backend.started')) expect(types).not.toContain('backend.started');
    },
  );

  it('a verdict that was reached before the signal stays what it is, and the exit is that of the signal', async () => {
    const { exit, report, codes, verified } = await run(
      { at: 'run.completed', signal: 'SIGTERM' },
      { fake: [{ plan: ['think'] }, { claim: 'completed' }] },
    );
    expect([exit, report.sealed, codes[0], verified]).toEqual([143, true, 'no_diff', 1]);
  });

  it('what was asked for stands in the contract, so that the run can never be promoted', async () => {
    const interrupt = { at: 'task.contract.created', signal: 'SIGKILL' } as const;
    const { dir } = await run(interrupt);
    const contract = JSON.parse(await ports.files.readText(join(dir, 'task.contract.json'))) as { given: unknown };
    expect(contract.given).toEqual({ interrupt });
  });

  it('a backend that is hit in the middle of its work is dead when the bundle is read, daemons and all', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const word = uniqueSleep();
      const daemons = `trap '' TERM INT HUP; (setsid env -i sh -c "trap '' TERM; sleep ${word}" &); (sleep ${word} &); sleep 0.2`;
      const fake = [{ plan: ['stay'] }, { run: ['sh', '-c', daemons] }, { write: 'strings.js' }, { sleep: '60s' }] as Plan['fake'];
      const { exit, codes, types } = await run({ at: 'patch.applied', signal }, { fake });
      expect(livingWith(word)).toEqual([]);
      expect([exit, codes, types.includes('patch.applied')]).toEqual([signal === 'SIGKILL' ? 137 : 143, ['run_interrupted'], true]);
    }
  });

  it('a baseline comes to its own events, and its end is not the end of the run', async () => {
    const mend = "s/replace(' ', '-')/replace(\\/ +\\/g, '-')/";
    const over: Partial<Plan> = { backend: { id: 'command', argv: ['sed', '-i', mend, 'strings.js'] } };
    const { dir, report, types } = await run({ at: 'run.completed', signal: 'SIGKILL' }, over);
    const baseline = JSON.parse(await ports.files.readText(join(dir, 'baseline/report.json'))) as typeof report;
    expect([report.sealed, baseline.sealed, baseline.status, types.slice(-2)]).toEqual([
      false,
      true,
      'pass',
      ['baseline.compared', 'run.completed'],
    ]);
  });

  it('that never comes nothing was proven: that is a mistake, and it says so', async () => {
    const plan = await planOf({ at: 'approval.denied', signal: 'SIGKILL' }, { fake: defaultFakeScript });
    expect(await problemsOf(runInChild(plan, ports, never))).toEqual([
      expect.stringMatching(
        /^given\.interrupt: the run ended without approval\.denied, so that it was never interrupted; its bundle is \//,
      ),
    ]);
  });
});

it('of a killed engine nothing is left in the temporary folder that it shares with us', async () => {
  const { dir } = await runInChild(await planOf({ at: 'backend.started', signal: 'SIGKILL' }), nodePorts(), never, suite.calibrations);
  const { roots } = JSON.parse(await ports.files.readText(join(dir, 'task.contract.json'))) as Contract;
  const itsRoom = dirname(roots.runtime_workspace_root);
  expect(itsRoom).toMatch(/proofgate-room-\d+/);
  expect(await ports.files.stat(itsRoom)).toBeUndefined();
}, 120_000);

it('what killed engines leave in the temporary folder is gone with the next one; nothing half made is beside the bundles', async () => {
  const scratch = () => readdirSync(join(room.path, 'tmp')).filter(name => name.startsWith('proofgate-'));
  await run({ at: 'backend.started', signal: 'SIGKILL' });
  expect(scratch().length).toBeGreaterThan(0);
  await run({ at: 'run.started', signal: 'SIGTERM' });
  expect(scratch()).toEqual([]);
  expect(readdirSync(join(room.path, 'out')).filter(name => name.startsWith('.'))).toEqual([]);
}, 120_000);
