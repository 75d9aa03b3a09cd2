import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from './errors.ts';
import { nodePorts } from './node/ports.ts';
import { hostile } from './testing/hostile.ts';
import { aProject } from './testing/project.ts';
import { refusalOf } from './testing/selftest.ts';

const ports = nodePorts();

/** Each takes well under a second on an idle machine; this only tells an answer from a hang. */
const SOON_MS = 5000;

describe('a hostile file is answered at its place, in a few words and soon', { timeout: 60_000 }, () => {
  it.each(hostile)('$title', async ({ text, says }) => {
    await using project = await aProject({ 'scenarios/a.yaml': text() });
    const start = performance.now();
    const refusal = await refusalOf(join(project.root, 'scenarios/a.yaml'), project.root, ports);
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(refusal?.problems[0].message.replace(/^expect\S*: |^rows\S*: |^key\S*: /, '')).toMatch(says);
    expect(refusal!.problems[0].at).toMatch(/^scenarios\/a\.yaml(:\d+:\d+)?$/);
    expect(refusal!.problems.length).toBeLessThanOrEqual(100);
    for (const problem of refusal!.problems) expect(formatProblem(problem).length).toBeLessThan(5000);
  });

  it('which may be the defaults of a folder, or a patch', async () => {
    const { text } = hostile[1]!;
    await using project = await aProject({
      'scenarios/_defaults.yaml': text(),
      'scenarios/a.yaml': 'scenario: 1\nexpect: {status: pass}\n',
      'other/b.yaml': 'scenario: 1\nfake: [{patch: b.patch}]\nexpect: {status: pass}\n',
      'other/b.patch': text(),
    });
    const said = async (file: string, root: string) =>
      (await refusalOf(join(project.root, file), join(project.root, root), ports))?.message;
    expect(await said('scenarios/a.yaml', 'scenarios')).toMatch(/^_defaults\.yaml: the file has \d+ bytes/);
    expect(await said('other/b.yaml', 'other')).toMatch(/^b\.yaml:2:16: fake\.0\.patch: b\.patch has \d+ bytes, the limit is 1048576/);
  });
});
