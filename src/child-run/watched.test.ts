import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ordinaryGiven, type Interrupt, type Plan } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { aPlan } from '../testing/plan.ts';
import { watched } from './watched.ts';

const ports = nodePorts();
let room: { path: string } & AsyncDisposable;
let said: unknown[];
beforeEach(async () => {
  room = await ports.files.scratch('watched-test');
  said = [];
});
afterEach(() => room[Symbol.asyncDispose]());

const at = (...path: string[]) => join(room.path, ...path);
const line = (type: string) => `${JSON.stringify({ seq: 1, type, data: { at: 'run.started' } })}\n`;

/** What a child would say and do, and what stood in the log when the signal came. */
async function watch(interrupt: Interrupt | null) {
  const plan: Plan = await aPlan(at(), ports, { given: { ...ordinaryGiven, interrupt } });
  const hit = (signal: string) => said.push({ hit: signal });
  const { files, supervise } = watched(ports, plan, news => said.push(news), hit);
  const publish = async (name: string) => {
    await files.makeDir(at(`${name}.draft`));
    await files.publishDir(at(`${name}.draft`), at(name));
  };
  return { files, supervise, publish };
}

it('the bundle is told once it is in its place, the one of the baseline never', async () => {
  const { publish } = await watch(null);
  await publish('bundle');
  await publish('bundle/baseline');
  expect(said).toEqual([{ bundle: at('bundle') }]);
});

it('a mark is told before there is a process that carries it', async () => {
  const { supervise } = await watch(null);
  const options = { cwd: '/nowhere', env: {}, timeoutMs: 1000, signal: new AbortController().signal, runId: 'a-mark' };
  const { exit } = supervise(['true'], options);
  expect(said).toEqual([{ mark: 'a-mark' }]);
  await exit;
});

it('the signal comes when the first event of its type is written, and only once', async () => {
  const { files, publish } = await watch({ at: 'git.diff.checked', signal: 'SIGTERM' });
  await publish('bundle');
  const log = files.openSink(at('bundle/events.normalized.jsonl'));
  log.write(line('run.started'));
  expect(said).toEqual([{ bundle: at('bundle') }]);
  log.write(line('git.diff.checked'));
  log.write(line('git.diff.checked'));
  log.close();
  expect(said).toEqual([{ bundle: at('bundle') }, { interrupted: 'git.diff.checked' }, { hit: 'SIGTERM' }]);
  expect(await files.readText(at('bundle/events.normalized.jsonl'))).toBe(
    line('run.started') + line('git.diff.checked') + line('git.diff.checked'),
  );
});

it.each([
  ['of the baseline', 'bundle/baseline/events.normalized.jsonl'],
  ['that a backend claims', 'bundle/backend/events.jsonl'],
])('an event %s is not the one that is meant', async (_whose, path) => {
  const { files, publish } = await watch({ at: 'run.started', signal: 'SIGKILL' });
  await publish('bundle');
  await publish('bundle/baseline');
  await files.makeDir(at('bundle/backend'));
  const log = files.openSink(at(path));
  log.write(line('run.started'));
  log.close();
  expect(said).toEqual([{ bundle: at('bundle') }]);
});

it('nobody is hit where no signal was asked for', async () => {
  const { files, publish } = await watch(null);
  await publish('bundle');
  const log = files.openSink(at('bundle/events.normalized.jsonl'));
  log.write('no JSON at all\n');
  log.close();
  expect(said).toEqual([{ bundle: at('bundle') }]);
});
