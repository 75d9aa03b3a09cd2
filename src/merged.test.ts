import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from './node/ports.ts';
import { resultFile } from './suite/record.ts';
import { aProject } from './testing/project.ts';

const ports = nodePorts();
const script = join(import.meta.dirname, '..', '.ci', 'merged.mjs');
const digest = createHash('sha256').update('a').digest('hex');
const ids = ['scenarios/a.yaml#a', 'scenarios/a.yaml#b'];
const result = (id: string, over: object = {}) =>
  JSON.stringify({
    suite: 1,
    nonce: 'n',
    id,
    digest,
    state: 'green',
    exit: 0,
    bundle: 'reports/runs/x',
    reason: null,
    waived: {},
    duration_ms: 1,
    ...over,
  });
const good = (): Record<string, string> => ({
  's/n/plan.json': JSON.stringify({ suite: 1, nonce: 'n', started: '', scenarios: ids.map(id => ({ id, digest })), unreadable: [] }),
  ...Object.fromEntries(ids.map(id => [`s/n/${resultFile(id)}`, result(id)])),
  's/n/ended-1-of-2': '',
  's/n/ended-2-of-2': '',
  'reports/runs/x/report.json': JSON.stringify({ nonce: 'n' }),
});
const first = `s/n/${resultFile(ids[0]!)}`;

async function ask(files: Record<string, string>) {
  await using project = await aProject(files);
  const { code, stdout, stderr } = await ports.exec([ports.host.nodePath, script, 's/n', '2'], { cwd: project.root, env: {} });
  return { code, said: `${stdout}${stderr}` };
}

describe('the record that two shards left together', { concurrent: true }, () => {
  it('is whole', async () => {
    expect(await ask(good())).toEqual({ code: 0, said: '2 planned, 2 results, 2 green\n' });
  });

  it.each<[string, (files: Record<string, string>) => unknown, string]>([
    ['a result that is missing', files => delete files[first], `${ids[0]} has no result`],
    ['a red one', files => (files[first] = result(ids[0]!, { state: 'red' })), `${ids[0]} is red`],
    ['one that was skipped', files => (files[first] = result(ids[0]!, { state: 'skipped', reason: 'no pytest' })), 'is skipped: no pytest'],
    ['one of another nonce', files => (files[first] = result(ids[0]!, { nonce: 'm' })), 'is of the nonce m'],
    ['one of another text', files => (files[first] = result(ids[0]!, { digest: 'f'.repeat(64) })), 'another text than planned'],
    ['one that nobody planned', files => (files[`s/n/${resultFile('z')}`] = result('z')), 'z was not planned'],
    ['one that stands twice', files => (files['s/n/results/again.json'] = files[first]!), 'again.json is no result of'],
    ['evidence that is gone', files => delete files['reports/runs/x/report.json'], 'has lost its evidence'],
    ['evidence of another suite', files => (files['reports/runs/x/report.json'] = '{"nonce": "m"}'), 'the evidence of another suite'],
    ['a shard that did not end', files => delete files['s/n/ended-2-of-2'], 'shard 2 of 2 did not come to its end'],
    ['no plan', files => delete files['s/n/plan.json'], 'has no plan'],
  ])('is refused with %s', async (_title, spoil, message) => {
    const files = good();
    spoil(files);
    const { code, said } = await ask(files);
    expect(code).toBe(1);
    expect(said).toContain(message);
  });
});
