import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject } from '../testing/project.ts';
import { makeShelf } from './shelf.ts';

const ports = nodePorts();
const run = 'scenario: 1\nexpect: {status: pass}\n';
const gateOver = (word: string) => `scenario: 1\ndo: gate\ngate: {stage: 2, evidence: ["${word}"]}\nexpect: {exit: zero}\n`;

it('a file is another one where what its gate is asked over changes, and where a task does', async () => {
  await using project = await aProject({ 'scenarios/a.yaml': gateOver('scenarios/_b.yaml#_b'), 'scenarios/_b.yaml': run });
  const shelf = makeShelf({ project: project.root, scenarios: join(project.root, 'scenarios') }, ports);
  const { problems, uses } = await shelf.load(join(project.root, 'scenarios/a.yaml'));
  expect(problems).toEqual([]);
  expect(uses).toContain(join(project.root, 'scenarios/_b.yaml'));
  expect(uses).toContainEqual(expect.stringMatching(/fixtures\/n1-string-slugify$/));
  await ports.files.remove(join(project.root, 'scenarios/_b.yaml'));
  shelf.forget();
  const { scenarios, problems: found } = await shelf.load(join(project.root, 'scenarios/a.yaml'));
  expect([scenarios, found]).toEqual([[], [expect.objectContaining({ at: 'scenarios/a.yaml:3:29' })]]);
});
