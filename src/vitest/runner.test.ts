import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { lastSuite, readSuite } from '../suite/read.ts';
import { reportsIn, vitest, withScenarios } from '../testing/suite-project.ts';

/** A run that is refused before anything is started: the cheapest there is. */
const gated = 'scenario: 1\nbackend: case\nstage: 1\n';
const refused = 'expect: {status: blocked, blocker: backend_not_enabled}\n';
const table = (rows: string[]) =>
  `${gated.replace('backend', 'matrix: m\neach: {backend').replace('\nstage: 1\n', ', stage: 1}\nrows:\n')}${rows.map(row => `  - ${row}\n`).join('')}`;
const right = 'status: blocked, blocker: backend_not_enabled';
const ports = nodePorts();

/** Scenario and state of every result of the last suite. */
async function states(root: string) {
  const { results, plan } = await readSuite((await lastSuite(join(root, 'reports/suites'), ports))!, ports);
  const all = Object.fromEntries(results.map(({ id, state }) => [id.replace(/^.*#/, ''), state]));
  return { planned: plan.scenarios.length, ...all };
}

const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, never>;

describe('a part of the suite', { timeout: 120_000 }, () => {
  it('is chosen by the line of a scenario or of a row', async () => {
    await using project = await withScenarios({ 'a.yaml': table([`{case: one, ${right}}`, `{case: two, ${right}}`]) });
    const { all, exitCode } = await vitest(project.root, ['run', 'scenarios/a.yaml:6']);
    expect(all).toContain('1 passed | 1 skipped');
    expect(exitCode).toBe(0);
    expect(await states(project.root)).toEqual({ planned: 2, 'm > two': 'green' });
  });

  it('is a shard; its blob and those of the others make one report, and their results one record', async () => {
    await using project = await withScenarios({
      'a.yaml': gated + refused,
      'b.yaml': gated + refused,
      'c.yaml': `${gated}expect: {exit: fail}\n`,
    });
    const env = { PROOFGATE_NONCE: 'shared' };
    for (const shard of ['1/2', '2/2']) await vitest(project.root, ['run', `--shard=${shard}`, '--reporter=blob'], env);
    expect(await states(project.root)).toEqual({ planned: 3, a: 'green', b: 'green', c: 'red' });
    const merged = await vitest(
      project.root,
      ['--merge-reports', '--reporter=default', '--reporter=junit', '--outputFile.junit=j.xml'],
      env,
    );
    expect(merged.all).toContain('Tests  1 failed | 2 passed (3)');
    expect(merged.all).toContain('❯ scenarios/c.yaml:4:16');
    expect(merged.exitCode).toBe(1);
    expect(await readFile(join(project.root, 'j.xml'), 'utf8')).toMatch(
      /<testcase[^>]*name="c"[\s\S]*<failure message="expect\.exit: expected/,
    );
  });

  it('cannot be tried until it is green: a nonce takes one result of a scenario', async () => {
    await using project = await withScenarios({ 'a.yaml': gated + refused });
    const env = { PROOFGATE_NONCE: 'once' };
    expect((await vitest(project.root, ['run'], env)).exitCode).toBe(0);
    const again = await vitest(project.root, ['run'], env);
    expect(again.exitCode).toBe(1);
    expect(again.all).toContain('scenarios/a.yaml#a: has a result already under the nonce once');
  });

  it('with only runs that one, and is refused with CI=true', async () => {
    await using project = await withScenarios({ 'a.yaml': table([`{case: one, ${right}}`, `{case: two, only: true, ${right}}`]) });
    expect((await vitest(project.root, ['run'])).all).toContain('1 passed | 1 skipped');
    const strict = await vitest(project.root, ['run'], { CI: 'true' });
    expect(strict.all).toContain('Unexpected .only modifier');
    expect(strict.exitCode).toBe(1);
  });
});

describe('a scenario that is not simply green', { timeout: 120_000 }, () => {
  it('is todo, and a failure with CI=true', async () => {
    await using project = await withScenarios({ 'a.yaml': table([`{case: one, ${right}}`, `{case: two, todo: true, ${right}}`]) });
    const lenient = await vitest(project.root, ['run']);
    expect(lenient.all).toContain('Not proven (1):\n  scenarios/a.yaml: m > two: todo\n');
    expect(lenient.exitCode).toBe(0);
    expect(await states(project.root)).toEqual({ planned: 2, 'm > one': 'green', 'm > two': 'todo' });
    const strict = await vitest(project.root, ['run'], { CI: 'true' });
    expect(strict.all).toContain('ScenarioFailure: not proven: todo');
    expect(strict.exitCode).toBe(1);
  });

  it('fails as announced; any other outcome is red', async () => {
    await using project = await withScenarios({
      'a.yaml': table([
        `{case: announced, fails: exit, ${right}, exit: zero}`,
        `{case: holds, fails: exit, ${right}, exit: blocked}`,
        `{case: other, fails: exit, status: pass, exit: zero}`,
      ]),
    });
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(exitCode).toBe(1);
    expect(all).toContain('Known to fail, and a missing one to a gate (1):\n  scenarios/a.yaml: m > announced: exit\n');
    expect(all).toContain('fails: exit was announced to fail, and it holds');
    expect(all).toContain('expect.status: expected "pass", got "blocked"');
    expect(all).toContain('Tests  2 failed | 1 passed (3)');
    expect(await states(project.root)).toEqual({ planned: 3, 'm > announced': 'fails', 'm > holds': 'red', 'm > other': 'red' });
  });

  it('is flaky where it was green only when repeated', async () => {
    await using project = await withScenarios({});
    const script = `mkdir ${project.root}/seen 2>/dev/null && echo first || echo second`;
    await ports.files.write(
      join(project.root, 'scenarios/a.yaml'),
      `scenario: 1\nretry: 1\ngiven: {task: {verification: {command: null}}}\nfake: [run: [sh, -c, "${script}"], claim: completed]\nexpect: {status: fail, blocker: no_diff, artifacts: {backend/stdout.log: {matches: second}}}\n`,
    );
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(exitCode).toBe(0);
    expect(all).toContain('Flaky, and a missing one to a gate (1):\n  scenarios/a.yaml: a: green only when repeated\n');
    expect(await states(project.root)).toEqual({ planned: 1, a: 'flaky' });
    expect(await reportsIn(project.root)).toHaveLength(2);
  });

  it('has an invariant of its folder against it, unless it is waived with a reason that is shown', async () => {
    await using project = await withScenarios({
      '_defaults.yaml': 'scenario: 1\ninvariants:\n  passes: {status: pass}\n',
      'a.yaml': gated + refused,
      'b.yaml': `${gated}waive: {passes: it is gated}\n${refused}`,
    });
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(exitCode).toBe(1);
    expect(all).toContain('ScenarioFailure: invariants.passes.status: expected "pass", got "blocked"');
    expect(all).toContain('❯ scenarios/_defaults.yaml:3:20');
    expect(all).toContain('Waived (1):\n  scenarios/b.yaml: b: passes: it is gated\n');
  });
});

describe('what a suite tells others', { timeout: 120_000 }, () => {
  it('stands at the line of the YAML in the annotations of GitHub, in JSON and in JUnit, with bundle and verdict', async () => {
    await using project = await withScenarios({ 'a.yaml': `${gated}expect:\n  status: blocked\n  blocker: timeout\n` });
    const { all } = await vitest(
      project.root,
      ['run', '--reporter=json', '--outputFile.json=r.json', '--reporter=junit', '--outputFile.junit=j.xml', '--reporter=github-actions'],
      {
        GITHUB_ACTIONS: 'true',
      },
    );
    expect(all).toMatch(
      /::error file=\S+scenarios\/a\.yaml,title=[^,]+,line=6,column=12::ScenarioFailure: expect\.blocker: expected "timeout", got "backend_not_enabled"/,
    );
    const { testResults } = (await readJson(join(project.root, 'r.json'))) as unknown as {
      testResults: { assertionResults: { meta: { proof: { bundle: string; verdict: string } }; location: { line: number } }[] }[];
    };
    const [{ meta, location } = { meta: { proof: { bundle: '', verdict: '' } }, location: { line: 0 } }] = testResults[0]!.assertionResults;
    expect(meta.proof.verdict).toContain('the run ended: blocked: backend_not_enabled');
    expect((await ports.files.stat(join(meta.proof.bundle, 'report.json')))?.kind).toBe('file');
    expect(location.line).toBe(1);
    expect(await readFile(join(project.root, 'j.xml'), 'utf8')).toContain(meta.proof.bundle);
  });

  it('is refused where two files of a folder have one name', async () => {
    await using project = await withScenarios({
      'a.yaml': `${gated}name: same\n${refused}`,
      'b.yaml': `${gated}name: same\n${refused}`,
      'deep/c.yaml': `${gated}name: same\n${refused}`,
    });
    const { all, exitCode } = await vitest(project.root, ['run']);
    expect(exitCode).toBe(1);
    expect(all).toContain('ScenarioProblem: the name "same" stands twice, first in scenarios/a.yaml');
    expect(all).toContain('❯ scenarios/b.yaml:4:');
    expect(all).toContain('Test Files  1 failed | 2 passed (3)');
    const { plan } = await readSuite((await lastSuite(join(project.root, 'reports/suites'), ports))!, ports);
    expect(plan.unreadable).toEqual(['scenarios/b.yaml']);
  });

  it('is red where a complete suite is asked for and something has no scenario; a part of it is not asked', async () => {
    await using project = await withScenarios({ 'a.yaml': gated + refused, 'b.yaml': gated + refused }, '{ coverage: true }');
    const whole = await vitest(project.root, ['run']);
    expect(whole.exitCode).toBe(1);
    expect(whole.all).toContain('SuiteIncomplete: no scenario expects:\n');
    expect(whole.all).toContain('  blocker no_diff\n');
    expect(whole.all).not.toContain('  blocker backend_not_enabled\n');
    expect((await vitest(project.root, ['run', 'scenarios/a.yaml'])).exitCode).toBe(0);
  });

  it('names what is not built in every suite', async () => {
    await using project = await withScenarios({ 'a.yaml': gated + refused });
    expect((await vitest(project.root, ['run'])).all).toMatch(/Not built yet, in no suite: .*target_inspected/);
  });

  it('keeps the bundles of the last suite, those of red scenarios, and all where that is asked for', async () => {
    await using project = await withScenarios({ 'a.yaml': gated + refused, 'b.yaml': `${gated}expect: {exit: fail}\n` });
    await vitest(project.root, ['run']);
    await vitest(project.root, ['run']);
    expect(await reportsIn(project.root)).toHaveLength(3);
    await vitest(project.root, ['run'], { PROOFGATE_KEEP: 'all' });
    expect(await reportsIn(project.root)).toHaveLength(5);
  });
});

describe('watching', { timeout: 120_000 }, () => {
  it('runs again what an edit of a scenario, of its folder or of its task concerns, and keeps no record', async () => {
    await using project = await withScenarios({
      'a.yaml': gated + refused,
      'deep/_defaults.yaml': 'scenario: 1\nstage: 1\n',
      'deep/b.yaml': `scenario: 1\nbackend: case\n${refused}`,
    });
    const at = (name: string) => join(project.root, 'scenarios', name);
    const child = vitest(project.root, ['--watch', '--reporter=verbose'], {});
    let said = '';
    child.all!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const next = async (words: string) => {
      await expect.poll(() => said, { timeout: 60_000, interval: 100 }).toContain(words);
      said = '';
    };
    const edit = async (name: string, change: (text: string) => string) => writeFile(at(name), change(await readFile(at(name), 'utf8')));

    await next('Waiting for file changes');
    await edit('a.yaml', text => text.replace('backend_not_enabled', 'timeout'));
    await next('Tests  1 failed (1)');
    await edit('a.yaml', text => text.replace('timeout', 'backend_not_enabled'));
    await next('Tests  1 passed (1)');
    await edit('deep/_defaults.yaml', text => text.replace('stage: 1', 'stage: 9'));
    await next('stage: expected 1, 2, 3, 4, 5 or 6, got 9');
    await edit('deep/_defaults.yaml', text => text.replace('stage: 9', 'stage: 1'));
    await next('Tests  1 passed (1)');
    child.kill('SIGTERM');
    await child;
    expect(await ports.files.stat(join(project.root, 'reports/suites'))).toBeUndefined();
  });
});
