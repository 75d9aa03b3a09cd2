import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { reportsIn, vitest, withScenarios } from './testing/suite-project.ts';

const gated = 'scenario: 1\nbackend: case\nstage: 1\n';

describe('a scenario file is a test file', { timeout: 120_000 }, () => {
  it('green where the evidence is as expected, red at the line that is not, with the bundle and the way back', async () => {
    await using project = await withScenarios({
      'good/a.yaml': `${gated}tags: [fast]\nexpect: {status: blocked, blocker: backend_not_enabled}\n`,
      'red.yaml': `${gated}name: by name (1)\nexpect:\n  status: blocked\n  blockers:\n    - timeout\n`,
      '_not-a-scenario.yaml': 'anything: true\n',
    });
    const { exitCode, all } = await vitest(project.root, ['run'], { PROOFGATE_NONCE: 'a-nonce', CTO_HARNESS_ALLOW_CASE: '1' });
    expect(exitCode).toBe(1);
    expect(all).toContain('✓ scenarios/good/a.yaml (1 test)');
    expect(all).toContain('FAIL  scenarios/red.yaml:4 > by name (1)');
    expect(all).toContain(
      'ScenarioFailure: expect.blockers.0: expected "timeout", got "backend_not_enabled"\n  the run ended: blocked: backend_not_enabled',
    );
    expect(all).toMatch(/ {2}bundle: \S+reports\/runs\/\d{8}T\d{6}Z-n1-string-slugify-case-[0-9a-f]{8}\n/);
    expect(all).toContain("  again:  npx vitest run scenarios/red.yaml -t '^by name \\(1\\)$'\n");
    expect(all).toContain('❯ scenarios/red.yaml:8:7\n');
    expect(all).toContain('Test Files  1 failed | 1 passed (2)');
    expect((await reportsIn(project.root)).map(({ nonce, suite }) => [nonce, suite]).toSorted()).toEqual([
      ['a-nonce', 'scenarios/good/a.yaml#a'],
      ['a-nonce', 'scenarios/red.yaml#by name (1)'],
    ]);
  });

  it('that is not collected where it has a problem; every problem stands at its place', async () => {
    await using project = await withScenarios({
      'a.yaml': `${gated}stag: 1\nexpect: {statuss: blocked}\n`,
      'deep/_defaults.yaml': 'scenario: 1\nstage: 9\n',
      'deep/b.yaml': 'scenario: 1\nexpect: {status: pass}\n',
    });
    const { exitCode, all } = await vitest(project.root, ['run']);
    expect(exitCode).toBe(1);
    expect(all).toContain('ScenarioProblem: stag: unknown key\n  hint: Did you mean "tags"?');
    expect(all).toContain('❯ scenarios/a.yaml:4:1\n');
    expect(all).toContain('❯ scenarios/a.yaml:5:10\n');
    expect(all).toContain('stage: expected 1, 2, 3, 4, 5 or 6, got 9\n  at scenarios/deep/_defaults.yaml:2:8\n');
    expect(await reportsIn(project.root)).toEqual([]);
  });

  it('that says what it did not prove, and fails for it with CI=true', async () => {
    await using project = await withScenarios({
      'a.yaml': `${gated}skip: not here\nexpect: {status: blocked}\n`,
      'b.yaml': `${gated}needs: [python3]\nexpect: {status: blocked}\n`,
    });
    const lenient = await vitest(project.root, ['run'], { PATH: '/nowhere' });
    expect(lenient.all).toContain('Not proven (2):\n  scenarios/a.yaml: a: not here\n  scenarios/b.yaml: b: needs python3\n');
    expect(lenient.exitCode).toBe(0);
    const strict = await vitest(project.root, ['run'], { PATH: '/nowhere', CI: 'true', PROOFGATE_MAY_LACK: 'python3' });
    expect(strict.all).toContain('ScenarioFailure: not proven: not here');
    expect(strict.all).toContain('Not proven (1):\n  scenarios/b.yaml: b: needs python3\n');
    expect(strict.exitCode).toBe(1);
  });

  it('selected by tag, which needs no declaration; a filter that selects nothing is an error', async () => {
    await using project = await withScenarios({
      'a.yaml': `${gated}tags: [fast]\nexpect: {status: blocked}\n`,
      'b.yaml': `${gated}tags: [slow]\nexpect: {status: fail, exit: fail}\n`,
    });
    expect((await vitest(project.root, ['run', '--tags-filter=fast'])).exitCode).toBe(0);
    const nothing = await vitest(project.root, ['run', '-t', 'nothing']);
    expect(nothing.all).toContain('NothingSelected: The filters select no scenario: nothing was proven.');
    expect(nothing.exitCode).toBe(1);
    expect((await vitest(project.root, ['run', 'scenarios/none'])).exitCode).toBe(1);
  });

  it('listed with its lines, without a run', async () => {
    await using project = await withScenarios({
      'a.yaml': 'scenario: 1\nmatrix: m\nrows:\n  - {case: a, status: pass}\n  - {case: b, status: pass}\n',
    });
    const { stdout } = await vitest(project.root, ['list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'm > a', location: { line: 4, column: 5 } },
      { name: 'm > b', location: { line: 5, column: 5 } },
    ]);
    expect(await reportsIn(project.root)).toEqual([]);
  });
});

describe('a signal', { timeout: 120_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the suite with %i, its children gone and its bundle sealed', async (signal, code) => {
    const seconds = `${40_000 + Math.floor(Math.random() * 10_000)}`;
    await using project = await withScenarios({
      'a.yaml': `scenario: 1\ngiven: {task: {verification: {command: null}}}\nfake: [run: [sh, -c, "sleep ${seconds} & sleep ${seconds}"]]\nexpect: {status: pass}\n`,
    });
    const suite = vitest(project.root, ['run']);
    const living = async () => (await execa('pgrep', ['-fc', `sleep ${seconds}`], { reject: false })).stdout;
    await expect.poll(living, { timeout: 60_000, interval: 200 }).toBe('3');
    suite.kill(signal);
    expect((await suite).exitCode).toBe(code);
    expect(await living()).toBe('0');
    expect(await reportsIn(project.root)).toMatchObject([
      { sealed: true, status: 'fail', lifecycle: 'interrupted', blockers: [{ code: 'run_interrupted' }] },
    ]);
  });
});
