import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { loadScenarios } from '../scenario/load.ts';
import { digestOf, idOf } from '../scenario/resolved.ts';
import { loadTask } from '../scenario/task.ts';
import { resultFile } from '../suite/record.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

const ports = quietPorts();
const home = join(import.meta.dirname, '../..');
const board =
  'workboard: 1\ncore_promotion_status: not-promoted\nnotice: It authorizes nothing.\nitems:\n  - {id: A, title: t, criteria: [{id: one, text: t}]}\n';
const scenario = 'scenario: 1\nwhy: it has to hold\nproves: [A/one]\nexpect: {status: pass, exit: zero}\n';
const NONCE = 'a-nonce';

type Over = { state?: string; age?: number; digest?: string; engine?: string; task?: string; nonce?: string; bundle?: string | null };

/** A project whose only scenario was proven by a suite; a test names what is not so. */
async function proven(over: Over = {}) {
  const project = await aProject({ 'admissions/workboard.yaml': board, 'scenarios/a.yaml': scenario });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const [one] = await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports);
  const { identity } = await createEngine(project.root, ports);
  const task = await loadTask(join(home, 'fixtures/n1-string-slugify'), ports);
  const id = idOf(one!);
  const digest = over.digest ?? digestOf(one!);
  const started = new Date(Date.now() - (over.age ?? 0) * 3_600_000).toISOString();
  const write = (path: string, value: unknown) => ports.files.write(join(project.root, path), JSON.stringify(value));
  const suite = `reports/suites/${NONCE}`;
  await write(`${suite}/plan.json`, { suite: 1, nonce: NONCE, started, scenarios: [{ id, digest }], unreadable: [] });
  const bundle = over.bundle === undefined ? 'reports/runs/x' : over.bundle;
  const result = {
    suite: 1,
    nonce: NONCE,
    id,
    digest,
    state: over.state ?? 'green',
    exit: 0,
    bundle,
    reason: null,
    waived: {},
    duration_ms: 1,
  };
  await write(`${suite}/${resultFile(id)}`, result);
  const freshness = {
    nonce: over.nonce ?? NONCE,
    engine_digest: over.engine ?? identity.engineDigest,
    task_digest: over.task ?? task.digest,
  };
  await write('reports/runs/x/report.json', { sealed: true, freshness });
  return project;
}

async function ask(over?: Over, ...argv: string[]) {
  await using project = await proven(over);
  return await commandLine(project.root, ['board', ...argv]);
}
const hex = createHash('sha256').update('another').digest('hex');

describe('proofgate board', { concurrent: true }, () => {
  it('ends with 0 where every criterion is proven by fresh evidence', async () => {
    const { exit, out } = await ask({}, '--json');
    expect(JSON.parse(out)).toMatchObject({ exit: 0, counts: { proven: 1, red: 0, unproven: 0 }, suite: { nonce: NONCE }, problems: [] });
    expect(exit).toBe(0);
  });

  it.each<[string, Over, number, string]>([
    ['red', { state: 'red' }, 1, 'a.yaml#a is red'],
    ['flaky', { state: 'flaky' }, 2, 'is flaky'],
    ['of yesterday', { age: 25 }, 2, 'was proven 1500 minutes ago, 1440 are allowed'],
    ['of tomorrow', { age: -2 }, 2, 'was proven in the future'],
    ['of another text', { digest: hex }, 2, 'was changed since'],
    ['of another engine', { engine: hex }, 2, 'was proven by another engine'],
    ['of another state of the task', { task: hex }, 2, 'was proven on another state of its task'],
    ['of another suite', { nonce: 'other' }, 2, 'has the evidence of another suite'],
    ['without its evidence', { bundle: 'reports/runs/gone' }, 2, 'has lost its evidence'],
    ['without any evidence', { bundle: null }, 2, 'left no evidence'],
  ])('does not count a result that is %s', async (_title, over, exit, why) => {
    const { exit: found, out } = await ask(over);
    expect([found, out]).toEqual([exit, expect.stringContaining(why)]);
  });

  it('takes a longer age from whoever asks', async () => {
    expect((await ask({ age: 25 }, '--max-age', '26')).exit).toBe(0);
    expect((await ask({}, '--max-age', '0')).exit).toBe(64);
  });

  it('ends with 2 where no suite was run, and with 1 where a scenario file does not load', async () => {
    await using project = await aProject({ 'admissions/workboard.yaml': board, 'scenarios/a.yaml': scenario });
    expect(await commandLine(project.root, ['board'])).toMatchObject({
      exit: 2,
      out: expect.stringContaining('No suite has been run') as string,
    });
    await ports.files.write(join(project.root, 'scenarios/b.yaml'), 'scenario: 1\nnothing: 1\n');
    expect(await commandLine(project.root, ['board'])).toMatchObject({
      exit: 1,
      out: expect.stringContaining('does not load: scenarios/b.yaml:2:1') as string,
    });
  });

  it('prints a page for people too', async () => {
    expect((await ask({}, '--markdown')).out).toContain('| t | proven | `scenarios/a.yaml#a` |');
    expect((await ask({}, '--markdown', '--json')).exit).toBe(64);
  });
});
