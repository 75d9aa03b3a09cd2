import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultFakeScript } from '../model/fake.ts';
import { ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { nodePorts } from '../node/ports.ts';
import { pids, readProc } from '../node/proc.ts';
import { livingWith, uniqueSleep } from '../node/trial.ts';
import type { Start, StartedExit } from '../ports.ts';
import { aPlan } from '../testing/plan.ts';
import { problemsOf } from '../testing/project.ts';
import { needsChild, runInChild } from './index.ts';
import { type News, type Order, toLine } from './wire.ts';

const ports = nodePorts();
const never = new AbortController().signal;
let room: { path: string } & AsyncDisposable;
beforeEach(async () => {
  room = await ports.files.scratch('child-run-test');
});
afterEach(() => room[Symbol.asyncDispose]());
const at = (...path: string[]) => join(room.path, ...path);

/** A backend that works until it is ended, and shows it. */
const endless = (): Pick<Plan, 'fake'> => {
  const beats = `setInterval(() => require('fs').appendFileSync(${JSON.stringify(at('beats'))}, '.'), 20)`;
  return { fake: [{ run: [process.execPath, '-e', beats] }] };
};
const started = () => expect.poll(() => existsSync(at('beats')), { timeout: 60_000, interval: 50 }).toBe(true);
async function expectSilence() {
  const beats = readFileSync(at('beats'), 'utf8').length;
  await sleep(200);
  expect(readFileSync(at('beats'), 'utf8')).toHaveLength(beats);
}

describe('an engine is a process of its own', () => {
  it.each<[Partial<Plan['given']>, number, string | undefined]>([
    [{}, 0, undefined],
    [{ interrupt: { at: 'run.started', signal: 'SIGINT' } }, 1000, 'interrupt'],
    [{ artifact_fault: { 'patch.diff': 'no_permission' } }, 0, 'unprivileged'],
    [{ artifact_fault: { 'patch.diff': 'no_permission' } }, 1000, undefined],
    [{ artifact_fault: { 'patch.diff': 'disk_full' } }, 0, undefined],
    [{ interrupt: { at: 'run.started', signal: 'SIGINT' }, artifact_fault: { 'patch.diff': 'no_permission' } }, 0, 'unprivileged'],
  ])('where %j is given to user %i: %s', async (given, uid, why) => {
    expect(needsChild(await aPlan(at(), ports, { given: { ...ordinaryGiven, ...given } }), { uid })).toBe(why);
  });
});

it('a plan is plain data: it can be sent', async () => {
  const plan = await aPlan(at(), ports, { patches: { 'x.patch': '\ud800\n\0"' }, backend: { id: 'fake', argv: undefined } });
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

describe('the run of a child', { timeout: 120_000 }, () => {
  it('ends as the same run would here', async () => {
    const { dir, exit, report } = await runInChild(await aPlan(at('out'), ports), ports, never);
    expect([exit, report.status, report.sealed]).toEqual([0, 'pass', true]);
    expect(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8'))).toEqual(report);
    expect(dir).toBe(at('out', report.run_id));
  });

  it('ends in good order when whoever waits for it is stopped, for the reason that is told', async () => {
    const stop = new AbortController();
    const running = runInChild(await aPlan(at('out'), ports, endless()), ports, stop.signal);
    await started();
    stop.abort('cancellation of the suite');
    const { exit, report } = await running;
    expect([exit, report.sealed, report.lifecycle, report.failure_reason]).toEqual([
      1,
      true,
      'interrupted',
      'run interrupted: ended by cancellation of the suite',
    ]);
    await expectSilence();
  });

  it('was cancelled, and that is no mistake of who asked for an interrupt', async () => {
    const given = { ...ordinaryGiven, interrupt: { at: 'git.diff.checked', signal: 'SIGKILL' } as const };
    const stop = AbortSignal.abort('SIGINT');
    const { exit, report } = await runInChild(await aPlan(at('out'), ports, { given }), ports, stop);
    expect([exit, report.sealed, report.failure_reason]).toEqual([130, true, 'run interrupted: ended by SIGINT']);
  });

  it('passes a mistake on as one', async () => {
    writeFileSync(at('file'), '');
    const plan = await aPlan(at('file', 'out'), ports);
    expect(await problemsOf(runInChild(plan, ports, never))).toEqual([
      `${at('file', 'out')} cannot make an evidence bundle here (ENOTDIR)`,
    ]);
  });

  it('does not lose the words of a bug', async () => {
    const plan = await aPlan(at('out'), ports);
    const broken = { ...plan, task: { ...plan.task, spec: null } } as unknown as Plan;
    await expect(runInChild(broken, ports, never)).rejects.toThrow(
      /^the engine in a process of its own ended with exit 70 and without a verdict\nTypeError: .*\n +at reserve /,
    );
  });

  it('says why it could not be started', async () => {
    const gone = { ...ports, host: { ...ports.host, nodePath: at('no-node') } };
    await expect(runInChild(await aPlan(at('out'), ports), gone, never)).rejects.toThrow('could not be started (ENOENT)');
  });
});

/** A child that does nothing by itself: a test says what it said and how it ended. */
function aStandIn(how: Partial<StartedExit>, ...news: News[]) {
  const { promise, resolve } = Promise.withResolvers<StartedExit>();
  const ended: StartedExit = { spawnError: null, code: 1, stderr: 'last words', survivors: 0, ...how };
  const orders: Order[] = [];
  let hunted: () => readonly string[] = () => [];
  const start: Start = (_argv, { onStdout, runIds }) => {
    hunted = runIds;
    for (const item of news) for (const byte of new TextEncoder().encode(toLine(item))) onStdout(Uint8Array.of(byte));
    return { write: text => void orders.push(JSON.parse(text) as Order), kill: () => resolve({ ...ended, code: 137 }), exit: promise };
  };
  return { ports: { ...ports, start }, orders, hunted: () => hunted(), end: () => resolve(ended) };
}

describe('nothing is taken for evidence', () => {
  it.each<[string, Partial<StartedExit>, string]>([
    ['of an engine that crashed', { code: 134 }, 'ended with exit 134 and without a verdict\nlast words'],
    ['of a run whose processes live on', { code: 137, survivors: 2 }, '2 processes of the run in /bundle cannot be ended'],
  ])('%s', async (_what, how, message) => {
    const child = aStandIn(how, { bundle: '/bundle' });
    child.end();
    await expect(runInChild(await aPlan(at('out'), ports), child.ports, never)).rejects.toThrow(message);
  });
});

it('every mark that a child told is hunted when it is dead, however small the pieces are in which it came', async () => {
  const child = aStandIn({}, { mark: 'first' }, { bundle: '/bundle' }, { mark: 'zweite Spür' });
  child.end();
  await expect(runInChild(await aPlan(at('out'), ports), child.ports, never)).rejects.toThrow();
  expect(child.hunted()).toEqual(['first', 'zweite Spür']);
});

it('a child that does not listen is killed in the end', async () => {
  const child = aStandIn({});
  const stop = new AbortController();
  const plan = await aPlan(at('out'), ports);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const running = runInChild(plan, child.ports, stop.signal);
    const outcome = expect(running).rejects.toThrow('ended with exit 137');
    await Promise.resolve();
    stop.abort('SIGTERM');
    await vi.advanceTimersByTimeAsync(20_000);
    await outcome;
    expect(child.orders).toEqual([expect.objectContaining({ calibrated: [] }), { stop: 'SIGTERM' }]);
  } finally {
    vi.useRealTimers();
  }
});

it('an engine whose parent is killed ends its children, seals and goes', { timeout: 120_000 }, async () => {
  const word = uniqueSleep();
  mkdirSync(at('out'));
  const plan = await aPlan(at('out'), ports, endless());
  const fake = [{ run: ['sh', '-c', `sleep ${word} &`] }, ...plan.fake, ...defaultFakeScript];
  writeFileSync(at('plan.json'), JSON.stringify({ ...plan, fake }));
  writeFileSync(
    at('parent.mjs'),
    `import { readFileSync } from 'node:fs';
     import { nodePorts } from ${JSON.stringify(new URL('../node/ports.ts', import.meta.url).href)};
     import { runInChild } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
     await runInChild(JSON.parse(readFileSync(process.argv[2], 'utf8')), nodePorts(), new AbortController().signal);`,
  );
  const parent = spawn(process.execPath, [at('parent.mjs'), at('plan.json')], {
    stdio: 'ignore',
    env: { ...process.env, CHILD_RUN_TEST: word },
  });
  await started();
  parent.kill('SIGKILL');
  const [name = ''] = readdirSync(at('out'));
  const reportNow = () => JSON.parse(readFileSync(at('out', name, 'report.json'), 'utf8')) as Report;
  await expect.poll(() => reportNow().sealed, { timeout: 30_000, interval: 100 }).toBe(true);
  expect(reportNow().failure_reason).toBe('run interrupted: ended by the end of whoever started it');
  const engines = () => pids().filter(pid => readProc(`${pid}/environ`).includes(`CHILD_RUN_TEST=${word}`));
  await expect.poll(engines, { timeout: 30_000, interval: 100 }).toEqual([]);
  expect(livingWith(word)).toEqual([]);
});
