import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { loadScenarios } from '../scenario/load.ts';
import { idOf } from '../scenario/resolved.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { pruneSuites } from './prune.ts';
import { lastSuite, readSuite } from './read.ts';
import { resultFile } from './record.ts';
import { type Ending, openSuite } from './write.ts';

const ports = nodePorts();
const table = 'scenario: 1\nmatrix: m\nrows:\n  - {case: a, status: pass}\n  - {case: b, status: pass}\n';
const green: Ending = { state: 'green', exit: 0, bundle: null, reason: null, waived: {}, duration_ms: 5 };

/** A project with a table of two scenarios, and its suites. */
async function aSuiteProject(text = table) {
  const project = await aProject({ 'scenarios/a.yaml': text });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const suites = join(project.root, 'reports/suites');
  return {
    suites,
    root: project.root,
    async open(nonce: string, { only }: { only?: number } = {}) {
      const scenarios = await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports);
      return openSuite(suites, { nonce, scenarios: scenarios.slice(0, only), unreadable: [] }, ports);
    },
    async ids() {
      return (await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports)).map(idOf);
    },
    /** A suite that ended, whose scenarios left a bundle each. */
    async ended(nonce: string, states: Ending['state'][]) {
      const record = await this.open(nonce);
      for (const [i, id] of (await this.ids()).entries()) {
        const bundle = `reports/runs/${nonce}-${i}`;
        await this.bundle(`${nonce}-${i}`, nonce);
        await record.end(id, { ...green, state: states[i]!, bundle });
      }
      await record.close(null);
      return record.dir;
    },
    bundle: (name: string, nonce: string) =>
      ports.files.write(
        join(project.root, 'reports/runs', name, 'report.json'),
        JSON.stringify({ run_id: name, nonce, suite: null }, null, 2),
      ),
    runs: () => ports.files.list(join(project.root, 'reports/runs')),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

describe('the record of a suite', () => {
  it('has its plan before any result, and a result for each scenario that ended', async () => {
    await using project = await aSuiteProject();
    const record = await project.open('n-1');
    const before = await readSuite(record.dir, ports);
    expect(before.plan.scenarios.map(({ id }) => id)).toEqual(['scenarios/a.yaml#m > a', 'scenarios/a.yaml#m > b']);
    expect(before.plan.scenarios[0]!.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(before.results).toEqual([]);
    await record.end('scenarios/a.yaml#m > b', { ...green, state: 'red', reason: 'x' });
    expect((await readSuite(record.dir, ports)).results).toMatchObject([
      { id: 'scenarios/a.yaml#m > b', state: 'red', digest: before.plan.scenarios[1]!.digest, nonce: 'n-1' },
    ]);
    expect(await lastSuite(project.suites, ports)).toBe(record.dir);
  });

  it('is shared by shards that plan the same, and by nobody else', async () => {
    await using project = await aSuiteProject();
    const [first, second] = [await project.open('n-1'), await project.open('n-1')];
    await first.end('scenarios/a.yaml#m > a', green);
    await second.end('scenarios/a.yaml#m > b', green);
    expect((await readSuite(first.dir, ports)).results).toHaveLength(2);
    expect(await problemsOf(project.open('n-1', { only: 1 }))).toEqual([`${first.dir}/plan.json the nonce n-1 belongs to another plan`]);
  });

  it('takes one result of a scenario: nobody tries until it is green', async () => {
    await using project = await aSuiteProject();
    const record = await project.open('n-1');
    const [id = ''] = await project.ids();
    await record.end(id, { ...green, state: 'red' });
    expect(await problemsOf(record.end(id, green))).toEqual([`${id} has a result already under the nonce n-1`]);
    expect(await problemsOf(record.end('scenarios/b.yaml#b', green))).toEqual(['scenarios/b.yaml#b is not in the plan of this suite']);
  });

  it('keeps the worse of two results of a scenario', async () => {
    await using project = await aSuiteProject();
    const record = await project.open('n-1');
    const [id = ''] = await project.ids();
    const { digest } = (await readSuite(record.dir, ports)).plan.scenarios[0]!;
    const forged = { suite: 1, nonce: 'n-1', id, digest, ...green };
    await ports.files.write(join(record.dir, resultFile(id)), JSON.stringify(forged));
    expect(await problemsOf(record.end(id, { ...green, state: 'red' }))).toHaveLength(1);
    expect((await readSuite(record.dir, ports)).results).toMatchObject([{ id, state: 'red' }]);
  });

  it('has no result of a scenario that was changed since the plan was made', async () => {
    await using project = await aSuiteProject();
    const record = await project.open('n-1');
    const [id = ''] = await project.ids();
    expect(await problemsOf(record.end(id, green, '0'.repeat(64)))).toEqual([
      `${id} was changed while the suite ran: what was proven is not what was planned`,
    ]);
    expect((await readSuite(record.dir, ports)).results).toEqual([]);
    await record.end(id, green, (await readSuite(record.dir, ports)).plan.scenarios[0]!.digest);
  });

  it('is at its end what the suite wrote, whoever else wrote there', async () => {
    await using project = await aSuiteProject();
    const record = await project.open('n-1');
    const [a = '', b = ''] = await project.ids();
    await record.end(a, { ...green, state: 'red' });
    const text = await ports.files.readText(join(record.dir, resultFile(a)));
    await ports.files.write(join(record.dir, resultFile(a)), text.replace('"red"', '"green"'));
    await ports.files.write(join(record.dir, resultFile(b)), text.replace('"red"', '"green"'));
    const plan = await ports.files.readText(join(record.dir, 'plan.json'));
    await ports.files.write(join(record.dir, 'plan.json'), '{}');
    expect(await record.close(null)).toHaveLength(3);
    expect(await ports.files.readText(join(record.dir, 'plan.json'))).toBe(plan);
    expect((await readSuite(record.dir, ports)).results).toMatchObject([{ id: a, state: 'red' }]);
  });

  it('may have what another shard wrote meanwhile', async () => {
    await using project = await aSuiteProject();
    const [first, second] = [await project.open('n-1'), await project.open('n-1')];
    const [a = '', b = ''] = await project.ids();
    await first.end(a, green);
    await second.end(b, green);
    expect([await first.close('1/2'), await second.close('2/2')]).toEqual([[], []]);
    expect((await readSuite(first.dir, ports)).results).toHaveLength(2);
  });

  it.each(['', '../x', 'a/b', '.hidden', 'x'.repeat(129)])('cannot have the nonce %j', async nonce => {
    await using project = await aSuiteProject();
    expect(await problemsOf(project.open(nonce))).toHaveLength(1);
    expect(await ports.files.stat(project.suites)).toBeUndefined();
  });

  it.each([
    ['a result of another name', (name: string) => name.replace(/^./, 'x'), (text: string) => text],
    ['a result with another digest', (name: string) => name, (text: string) => text.replace(/"digest": ".{8}/, '"digest": "00000000')],
    ['a result with a key too many', (name: string) => name, (text: string) => text.replace('{', '{"x": 1,')],
    ['a result that is no JSON', (name: string) => name, () => 'green'],
  ])('is refused with %s', async (_title, rename, change) => {
    await using project = await aSuiteProject();
    const record = await project.open('n-1');
    const [id = ''] = await project.ids();
    await record.end(id, green);
    const path = join(record.dir, resultFile(id));
    const text = await ports.files.readText(path);
    await ports.files.remove(path);
    await ports.files.write(join(record.dir, 'results', rename(path.split('/').at(-1)!)), change(text));
    expect(await problemsOf(readSuite(record.dir, ports))).toHaveLength(1);
  });
});

describe('the digest of a scenario', () => {
  const digest = async (text: string) => {
    await using project = await aSuiteProject(text);
    const record = await project.open('n');
    return (await readSuite(record.dir, ports)).plan.scenarios[0]!.digest;
  };
  it('is that of its meaning: layout, comments and the order of keys do not count, a value does', async () => {
    const first = await digest('scenario: 1\ntask: t\nexpect: {status: pass, exit: zero}\n');
    expect(await digest('# x\nscenario: 1\nexpect:\n  exit: zero\n  status: pass\ntask: t\n')).toBe(first);
    expect(await digest('scenario: 1\ntask: t\nexpect: {status: pass, exit: 0}\n')).not.toBe(first);
    expect(await digest('scenario: 1\ntask: u\nexpect: {status: pass, exit: zero}\n')).not.toBe(first);
  });
});

describe('pruning', () => {
  it('keeps the bundles of the last suite and of red scenarios, and the record that names these', async () => {
    await using project = await aSuiteProject();
    const old = await project.ended('old', ['green', 'green']);
    const red = await project.ended('red', ['green', 'red']);
    const last = await project.ended('last', ['green', 'flaky']);
    await project.bundle('first-try-of-old', 'old');
    await project.bundle('first-try-of-last', 'last');
    await pruneSuites(last, join(project.root, 'reports/runs'), project.root, ports);
    expect(await project.runs()).toEqual(['first-try-of-last', 'last-0', 'last-1', 'red-1']);
    expect(await ports.files.stat(old)).toBeUndefined();
    expect((await readSuite(red, ports)).results).toHaveLength(2);
  });

  it('leaves alone what belongs to no suite, to one that has not ended, and to one that cannot be read', async () => {
    await using project = await aSuiteProject();
    const [id = ''] = await project.ids();
    await project.bundle('mine', 'by-hand');
    await ports.files.write(join(project.root, 'reports/runs/half/report.json'), '{"nonce": "broken"');
    const running = await project.open('running');
    await project.bundle('running-0', 'running');
    await running.end(id, { ...green, bundle: 'reports/runs/running-0' });
    const half = await project.open('half-ended');
    await project.bundle('half-ended-0', 'half-ended');
    await half.close('1/2');
    const broken = await project.ended('broken', ['green', 'green']);
    await ports.files.write(join(broken, resultFile(id)), '{');
    const last = await project.ended('last', ['green', 'green']);
    await pruneSuites(last, join(project.root, 'reports/runs'), project.root, ports);
    expect(await project.runs()).toEqual(['broken-0', 'broken-1', 'half', 'half-ended-0', 'last-0', 'last-1', 'mine', 'running-0']);
    expect((await readSuite(running.dir, ports)).results).toHaveLength(1);
  });

  it('takes the word of no record for what lies elsewhere', async () => {
    await using project = await aSuiteProject();
    const [id = ''] = await project.ids();
    await ports.files.write(join(project.root, 'src/report.json'), JSON.stringify({ nonce: 'strange' }, null, 2));
    const strange = await project.open('strange');
    await strange.end(id, { ...green, bundle: 'src' });
    await strange.close('1/2');
    await strange.close('2/2');
    const last = await project.ended('last', ['green', 'green']);
    await pruneSuites(last, join(project.root, 'reports/runs'), project.root, ports);
    expect(await ports.files.stat(join(project.root, 'src/report.json'))).toBeDefined();
  });
});
