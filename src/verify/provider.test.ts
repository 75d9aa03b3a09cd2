import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { nodePorts } from '../node/ports.ts';
import { summarize } from '../gateway/index.ts';
import { GatewayLine } from '../model/gateway.ts';
import { loadScenarios } from '../scenario/load.ts';
import { forger, type Forger, type Loose } from '../testing/forger.ts';
import { prove } from '../vitest/prove.ts';
import { verifyBundle } from './verify.ts';

/** A pass of the real Pi against a scripted model. */
const project = resolve(import.meta.dirname, '../..');
const ports = nodePorts();
const room = await ports.files.scratch('verify-provider');
afterAll(() => room[Symbol.asyncDispose]());
const root = { project, scenarios: join(project, 'scenarios') };
const [scenario] = await loadScenarios(join(root.scenarios, 'provider/pi.yaml'), root, ports);
const suite = { ...root, out: room.path, nonce: 'a-nonce' };
const engine = { ...(await createEngine(project, ports)), calibrationTimes: 1 };
const { bundle: green } = await prove(scenario!, { suite, engine, ports, signal: new AbortController().signal });

const MODEL = 'backend/admission-model.json';
const GATEWAY = 'backend/gateway.jsonl';
const fact = (key: string, change: (value: Loose) => void) => (f: Forger) =>
  f.lines('trace.jsonl', lines => lines.filter(line => line.facts?.[key]).forEach(line => change(line.facts[key])));
const record = (change: (value: Loose) => void) => async (f: Forger) => {
  await f.json(MODEL, change);
};

it('is consistent as it was left', async () => {
  expect((await verifyBundle(green!, ports)).problems).toEqual([]);
});

describe('a forger who seals again is found by', () => {
  it.each<[string, string, (f: Forger) => Promise<void>]>([
    ['a request that is gone', GATEWAY, f => f.lines(GATEWAY, lines => lines.slice(1))],
    ['a request that was refused and is not any more', GATEWAY, f => f.lines(GATEWAY, lines => void (lines[0].refused = 'model'))],
    ['tokens that were not counted', GATEWAY, f => f.lines(GATEWAY, lines => void (lines[0].tokens.input += 1))],
    ['a log that is gone', GATEWAY, f => f.remove(GATEWAY)],
    ['another model that was let through', GATEWAY, f => f.lines(GATEWAY, lines => void (lines[0].asked_model = 'gpt-4o'))],
    ['requests of another day', GATEWAY, f => f.lines(GATEWAY, lines => lines.forEach(line => (line.time = '2026-06-01T00:00:00.000Z')))],
    [
      'facts without a gateway',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.forEach(line => line.facts?.gateway && delete line.facts.gateway)),
    ],
    ['a record of another model', MODEL, record(value => (value.model = 'qwen'))],
    ['a record that is gone', MODEL, f => f.remove(MODEL)],
    ['a record whose digest nobody took', MODEL, fact('admissions', value => (value.model.record.sha256 = 'a'.repeat(64)))],
    [
      'an admission that was never given',
      'trace.jsonl',
      fact('admissions', value => (value.model = { status: 'not_admitted', record: null, runtime_provider: null })),
    ],
    ['a model that needs no admission', 'trace.jsonl', fact('admissions', value => (value.model.status = 'not_required'))],
  ])('%s', async (_what, artifact, forge) => {
    const copy = join(room.path, `copy-${ports.randomHex(8)}`);
    await ports.files.copyTree(green!, copy);
    const hand = forger(copy, ports.files);
    await forge(hand);
    await hand.reseal();
    const { verdict, problems } = await verifyBundle(copy, ports);
    expect(verdict).toBe('invalid');
    expect(problems.map(problem => problem.artifact)).toContain(artifact);
  });

  it.each<[string, string, (f: Forger) => Promise<void>]>([
    [
      'more requests than were admitted',
      GATEWAY,
      f => f.lines(GATEWAY, lines => Array.from({ length: 201 }, (_, i) => ({ ...lines[0], seq: i + 1 }))),
    ],
    [
      'a probe that got no answer',
      'backend/probe.json',
      f => f.json('backend/probe.json', probe => (probe.attempts[1].shape = 'reasoning_only')),
    ],
    ['a probe that stopped half-way', 'backend/probe.json', f => f.json('backend/probe.json', probe => probe.attempts.pop())],
  ])('%s, also where trace, events and report agree with it', async (_what, artifact, forge) => {
    const copy = join(room.path, `copy-${ports.randomHex(8)}`);
    await ports.files.copyTree(green!, copy);
    const hand = forger(copy, ports.files);
    await forge(hand);
    const { sha256 } = await ports.files.digest(join(copy, artifact));
    await hand.events(events =>
      events.forEach((event: Loose) => event.data.digests?.[artifact] && (event.data.digests[artifact] = sha256)),
    );
    const lines = (await hand.text(GATEWAY))
      .trimEnd()
      .split('\n')
      .map(line => GatewayLine.parse(JSON.parse(line)));
    const counts = summarize(lines);
    await fact('gateway', value => Object.assign(value, counts))(hand);
    await hand.json('report.json', (report: Loose) => Object.assign(report.gateway, counts));
    await hand.reseal();
    const { problems } = await verifyBundle(copy, ports);
    expect(problems.map(problem => problem.artifact)).toContain(artifact);
    // report.md is text of a number that is another now
    expect(new Set(problems.map(problem => problem.artifact).filter(name => name !== 'report.md'))).toEqual(new Set([artifact]));
  });

  it.each<[string, (value: Loose) => void]>([
    ['an expired record', value => (value.expires_at = '2026-06-02T00:00:00Z')],
    ['a record for another backend', value => (value.backends = ['case'])],
    ['a record for another stage', value => (value.stages = [1])],
    ['a record of another runtime provider', value => (value.runtime_provider = 'anthropic')],
    ['no record at all in its place', value => (value.schema = 'mine')],
  ])('%s, also where trace and events have its digest', async (_what, change) => {
    const copy = join(room.path, `copy-${ports.randomHex(8)}`);
    await ports.files.copyTree(green!, copy);
    const hand = forger(copy, ports.files);
    await record(change)(hand);
    const { sha256 } = await ports.files.digest(join(copy, MODEL));
    await fact('admissions', value => (value.model.record.sha256 = sha256))(hand);
    await hand.events(events => events.forEach((event: Loose) => event.data.digests?.[MODEL] && (event.data.digests[MODEL] = sha256)));
    await hand.reseal();
    const { problems } = await verifyBundle(copy, ports);
    expect(problems.map(problem => problem.artifact)).toContain(MODEL);
  });
});
