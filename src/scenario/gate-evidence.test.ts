import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject } from '../testing/project.ts';
import { evidenceProblems, namedBy } from './gate-evidence.ts';
import { loadScenarios } from './load.ts';

const ports = nodePorts();

describe('a word of gate.evidence', () => {
  const row = { file: 'scenarios/a.yaml', matrix: 'm' };
  it.each([
    ['a name of the same table', 'runs', row, 'scenarios/a.yaml#m > runs'],
    ['the same with its table', 'm > runs', row, 'scenarios/a.yaml#m > runs'],
    ['a name of the same file', 'runs', { ...row, matrix: null }, 'scenarios/a.yaml#runs'],
    ['a name of another file', 'scenarios/b.yaml#m > c # d', row, 'scenarios/b.yaml#m > c # d'],
    ['a name with a #, which is no file', 'no #1', row, 'scenarios/a.yaml#m > no #1'],
  ])('is %s', (_title, word, scenario, id) => {
    const { file, title } = namedBy(word, scenario);
    expect(`${file}#${title}`).toBe(id);
  });
});

const gateOver = (...evidence: string[]) =>
  `  - {case: asks, do: gate, gate: {stage: 2, evidence: ${JSON.stringify(evidence)}}, exit: zero}\n`;

/** What is said of the evidence of scenarios/a.yaml, a table with a run and a gate. */
async function said(evidence: string[], files: Record<string, string> = {}) {
  const table = `scenario: 1\nmatrix: m\nrows:\n  - {case: runs, status: pass}\n${gateOver(...evidence)}`;
  await using project = await aProject({ 'scenarios/a.yaml': table, ...files });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const scenarios = await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports);
  return (await evidenceProblems(scenarios, project.root, ports.files)).map(({ at, message, hint }) => `${at} ${message}: ${hint}`);
}

describe('evidence that is there', () => {
  it.each([
    [['runs'], {}],
    [['scenarios/b.yaml#b'], { 'scenarios/b.yaml': 'scenario: 1\nexpect: {status: pass}\n' }],
    [['scenarios/b.yaml#by name'], { 'scenarios/b.yaml': 'scenario: 1\nname: by name\nexpect: {status: pass}\n' }],
    [['scenarios/_b.yaml#_b'], { 'scenarios/_b.yaml': 'scenario: 1\nexpect: {status: pass}\n' }],
  ])('%j', async (evidence, files) => {
    expect(await said(evidence, files)).toEqual([]);
  });
});

describe('evidence that is none', () => {
  const at = 'scenarios/a.yaml:5:56';
  it.each([
    ['a name that nothing has', ['run'], {}, 'run is no scenario: Did you mean "m > runs"?'],
    ['a gate', ['asks'], {}, 'asks is about a gate itself'],
    [
      'a gate by what the table says of all of its rows',
      ['scenarios/b.yaml#b > c'],
      {
        'scenarios/b.yaml': 'scenario: 1\nmatrix: b\neach: {do: gate}\nrows:\n  - {case: c, gate: {stage: 1, evidence: [x]}, exit: zero}\n',
      },
      'is about a gate itself',
    ],
    ['a file that is not there', ['scenarios/c.yaml#a'], {}, 'stands in no file that is there'],
    ['a file outside of the scenarios', ['fixtures/c.yaml#a'], { 'fixtures/c.yaml': 'scenario: 1\n' }, 'does not stand below scenarios/'],
    ['a file with mistakes', ['scenarios/c.yaml#a'], { 'scenarios/c.yaml': 'scenario: 1\nrows: []\n' }, 'stands in a file with mistakes'],
  ])('%s', async (_title, evidence, files, message) => {
    const problems = await said(evidence, files);
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems[0]).toContain(at);
  });
});
