import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { lastSuite, readSuite } from '../suite/read.ts';
import { vitest, withScenarios } from '../testing/suite-project.ts';

const ports = nodePorts();
const gated = 'scenario: 1\nbackend: case\nstage: 1\nexpect: {status: blocked, blocker: backend_not_enabled}\n';
const ownTest = "import { test } from 'vitest';\ntest('of their own', () => {});\n";

/** The configuration of the project with one piece of text replaced. */
async function configure(root: string, from: string, to: string) {
  const path = join(root, 'vitest.config.ts');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

describe('a suite that would run no scenario, and be green by its other tests', { timeout: 120_000 }, () => {
  it.each([
    ['for a folder that is not there', "{ dir: 'scenarois' }", 'plugins', 'plugins', 'No scenario of scenarois is run'],
    [
      'because its folder is excluded',
      '',
      'defineConfig({',
      "defineConfig({ test: { exclude: ['scenarios/**'] },",
      'No scenario of scenarios is run',
    ],
    [
      'in projects that have no plugin',
      '',
      'defineConfig({',
      "defineConfig({ test: { projects: [{ test: { name: 'unit' } }] },",
      'stands beside test.projects',
    ],
  ])('is red %s', async (_title, options, from, to, said) => {
    await using project = await withScenarios({ 'a.yaml': gated }, options);
    await writeFile(join(project.root, 'own.test.ts'), ownTest);
    await configure(project.root, from, to);
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(all).toContain(said);
    expect(exitCode).toBe(1);
    expect((await vitest(project.root, ['run', 'own.test.ts'])).exitCode).toBe(said.startsWith('No') ? 0 : 1);
  });
});

describe('a suite whose rules would be those of another', { timeout: 120_000 }, () => {
  it('is refused: two plugins would judge by the defaults of one', async () => {
    await using project = await withScenarios({ 'a.yaml': gated });
    await configure(project.root, 'scenarios()]', "scenarios(), scenarios({ dir: 'other' })]");
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(all).toContain('scenarios(): stands twice among the plugins');
    expect(exitCode).toBe(1);
  });

  it('leaves nothing out with CI=true: --allowOnly allows no only', async () => {
    const row = (name: string, more: string) =>
      `  - {case: ${name}, backend: case, stage: 1, ${more}status: blocked, blocker: backend_not_enabled}\n`;
    await using project = await withScenarios({
      'a.yaml': `scenario: 1\nmatrix: m\nrows:\n${row('one', 'only: true, ')}${row('two', '')}`,
    });
    expect((await vitest(project.root, ['run', '--allowOnly'], { CI: 'true' })).exitCode).toBe(1);
    expect((await vitest(project.root, ['run', '--allowOnly'])).exitCode).toBe(0);
  });

  it('has the root that the command line names', async () => {
    await using project = await withScenarios({ 'a.yaml': gated });
    expect((await vitest('/', ['run', '--root', project.root])).exitCode).toBe(0);
  });
});

describe('a scenario that writes into the record of its own suite', { timeout: 120_000 }, () => {
  it('makes the suite red and stays red', async () => {
    await using project = await withScenarios({});
    const forger = join(project.root, 'forge.cjs');
    await writeFile(forger, forgery);
    const script = `[plan: [think], run: [node, ${forger}, ${project.root}], claim: completed]`;
    await ports.files.write(join(project.root, 'scenarios/a.yaml'), `scenario: 1\nfake: ${script}\nexpect: {status: pass}\n`);
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(all).toContain('SuiteRecord: scenarios/a.yaml#a: has a result already');
    expect(all).not.toContain('Unhandled Rejection');
    expect(exitCode).toBe(1);
    const { results } = await readSuite((await lastSuite(join(project.root, 'reports/suites'), ports))!, ports);
    expect(results).toMatchObject([{ id: 'scenarios/a.yaml#a', state: 'red' }]);
  });
});

const forgery = `
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { createHash } = require('node:crypto');
const suites = process.argv[2] + '/reports/suites';
for (const nonce of readdirSync(suites)) {
  const { scenarios } = JSON.parse(readFileSync(suites + '/' + nonce + '/plan.json', 'utf8'));
  for (const { id, digest } of scenarios) {
    const name = createHash('sha256').update(id).digest('hex').slice(0, 32);
    const result = { suite: 1, nonce, id, digest, state: 'green', exit: 0, bundle: null, reason: null, waived: {}, duration_ms: 1 };
    writeFileSync(suites + '/' + nonce + '/results/' + name + '.json', JSON.stringify(result));
  }
}
`;
