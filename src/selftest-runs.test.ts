import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodePorts } from './node/ports.ts';
import { goldenOf } from './testing/golden.ts';
import { hostile } from './testing/hostile.ts';
import { casesIn } from './testing/selftest.ts';
import { vitest, withScenarios } from './testing/suite-project.ts';

const ports = nodePorts();
const { files } = ports;
const engine = join(import.meta.dirname, '..');
const cases = await casesIn(join(engine, 'scenarios', 'selftest', 'must-fail-at-run'), ports);

/** As CI starts it, on a host without Python. */
const inCi = async (root: string, ...args: string[]) => {
  const bin = join(root, 'bin');
  await files.makeDir(bin);
  for (const program of ['git', 'sh']) await symlink((await ports.host.which(program))!, join(bin, program));
  return vitest(root, ['run', ...args], { PATH: bin, CI: 'true' });
};

/** The part of the JSON reporter's file that is read here. */
interface JsonReport {
  testResults: { name: string; message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

describe('a scenario that must end red says so in these words', { timeout: 240_000 }, () => {
  const said = new Map<string, string>();
  let exitCode: number | undefined;

  beforeAll(async () => {
    await using project = await withScenarios({});
    const below = (name: string) => join(project.root, 'scenarios', name);
    for (const { name, dir } of cases) {
      await files.copyTree(dir, below(name));
      await files.rename(join(below(name), '_scenario.yaml'), join(below(name), `${name}.yaml`));
    }
    const suite = await inCi(project.root, '--reporter=json', '--outputFile=report.json');
    exitCode = suite.exitCode;
    const report = JSON.parse(await readFile(join(project.root, 'report.json'), 'utf8')) as JsonReport;
    for (const file of report.testResults) said.set(caseOf(file.name), normalized(textOf(file), project.root));
  }, 240_000);

  it.each(cases)('$name', async ({ name, scenario, golden }) => {
    expect(scenario, 'a case has one _scenario.yaml').toBeDefined();
    const text = said.get(name) ?? 'it was not run';
    expect(text).toMatch(/^red: /m);
    expect(text).toBe(await goldenOf(golden, text, { files, env: process.env }));
  });

  it('and so does the suite, by its exit code', () => {
    expect(exitCode).toBe(1);
    expect(cases.length).toBeGreaterThan(50);
  });
});

const caseOf = (path: string) => path.split('/').at(-1)!.replace('.yaml', '');

/** Every test of a file with what it failed by; of a file that was not collected what it says instead. */
function textOf({ message, assertionResults }: JsonReport['testResults'][number]): string {
  if (assertionResults.length === 0) return `red: not collected\n${message}\n`;
  return assertionResults
    .map(({ fullName, status, failureMessages }) =>
      status === 'failed' ? `red: ${fullName}\n${failureMessages.join('\n\n')}\n` : `${status}: ${fullName}\n`,
    )
    .join('\n');
}

/** What differs from run to run and from host to host, by rule. */
// oxfmt-ignore
const volatile: readonly [what: RegExp, shown: string][] = [
  [/\d{8}T\d{6}Z-([a-z0-9-]+)-[0-9a-f]{8}/g, '<run of $1>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/\b\d+(\.\d+)? (ms|s)\b/g,                 '<duration>'],
  [/invalid: \d+ things? differs?/g,           'invalid: <n> things differ'],
  [/\n {4}at (?!scenarios\/).*/g,             ''],
];

function normalized(text: string, root: string): string {
  const relative = text.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '');
  return volatile.reduce((all, [what, shown]) => all.replaceAll(what, shown), relative);
}

describe('a suite that proves nothing is red', { timeout: 120_000 }, () => {
  it.each([
    [
      'a filter by name that selects nothing',
      ['-t', 'no such scenario'],
      'NothingSelected: The filters select no scenario: nothing was proven.',
    ],
    ['a path that selects nothing', ['scenarios/none'], 'No test files found'],
    ['a folder without a scenario', ['scenarios/empty'], 'No test files found'],
    ['a filter by tag that selects nothing', ['--tags-filter=fast and slow'], 'nothing was proven'],
  ])('%s', async (_title, args, message) => {
    await using project = await withScenarios({
      'a.yaml': 'scenario: 1\ntags: [fast]\ngiven: {tree: dirty}\nexpect: {status: blocked, exit: blocked}\n',
      'b.yaml': 'scenario: 1\ntags: [slow]\ngiven: {tree: dirty}\nexpect: {status: blocked, exit: blocked}\n',
      'empty/_defaults.yaml': 'scenario: 1\n',
    });
    const { exitCode, all } = await inCi(project.root, ...args);
    expect(exitCode).toBe(1);
    expect(all).toContain(message);
  });

  it('and so is one of hostile files, each by a problem at its place', async () => {
    const texts = hostile.filter((_, i) => i % 3 === 0).map(({ text }, i) => [`file-${i}.yaml`, text()] as const);
    await using project = await withScenarios(Object.fromEntries(texts));
    const { exitCode, all } = await inCi(project.root);
    expect(exitCode).toBe(1);
    expect(all).toContain(`Test Files  ${texts.length} failed (${texts.length})`);
    for (const [file] of texts) expect(all).toContain(`❯ scenarios/${file}:`);
  });
});
