import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandLine } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

const files = {
  'scenarios/_defaults.yaml': `scenario: 1
limits: {backend: 20s}
invariants:
  clean: {report: {containment: {survivors: 0}}}
  quick: {report: {freshness: {clock_stepped: false}}}
`,
  'scenarios/t.yaml': `scenario: 1
matrix: failures
each:
  why: it has to hold
  given: {task: {verification: {timeout: 9s}}}
  expect:
    status: fail
    report: {tests_passed: false}
rows:
  - case: no-diff
    fake:
      - plan: [think]
      - write: a.txt
        text: |
          one
            two
      - claim: completed
    waive: {quick: "the clock of this host is set back"}
    proves: [CTO-WORK-012/verified]
    report: {stage: 2}
    blockers: [no_diff]
`,
};

async function explain(argv: string[], over: Record<string, string> = {}) {
  await using project = await aProject({ ...files, ...over });
  return await commandLine(project.root, ['explain', ...argv]);
}

/** The lines of a document that begin with these words, in order, without what is between value and origin. */
const linesWith = (out: string, ...words: string[]) =>
  words.map(word =>
    (out.split('\n').find(line => line.trimStart().startsWith(word)) ?? `${word} is not there`).replaceAll(/ {2,}(?=#)/g, '  '),
  );

describe('a scenario is explained value by value, each with the line that it came from', () => {
  it('of a candidate, with what its challenge would say otherwise', async () => {
    const { out } = await explain(['scenarios/c.yaml'], {
      'scenarios/c.yaml': 'scenario: 1\nbackend: candidate\nexpect: {status: pass}\n',
    });
    expect(linesWith(out, 'backend: c', 'model:', 'env:', 'prior_stage:')).toEqual([
      'backend: candidate  # scenarios/c.yaml:2:10',
      'model: null  # built in; under a challenge that of the challenge',
      'env: {}  # built in; under a challenge every CTO_HARNESS_* of whoever starts the suite',
      '  prior_stage: none  # built in; promoted in a rehearsal above stage 1',
    ]);
  });

  it('written in a row, in each, in defaults, in a task, or built in', async () => {
    const { exit, out } = await explain(['scenarios/t.yaml']);
    expect(exit).toBe(0);
    expect(out.split('\n')[0]).toBe('# scenarios/t.yaml#failures > no-diff  (scenarios/t.yaml:10:5)');
    expect(linesWith(out, 'name:', 'why:', 'task:', 'backend: 20s', 'verification:', 'run:', 'status:', 'stage: 2')).toEqual([
      'name: no-diff  # scenarios/t.yaml:10:11',
      'why: it has to hold  # scenarios/t.yaml:4:8',
      'task: n1-string-slugify  # built in',
      '  backend: 20s  # scenarios/_defaults.yaml:2:19',
      '  verification: 9s  # scenarios/t.yaml:5:42',
      '  run: 30m  # built in',
      '  status: fail  # scenarios/t.yaml:7:13',
      'stage: 2  # built in',
    ]);
  });

  it('the limit of the tests is the one that the task says, where nobody says another', async () => {
    const { out } = await explain(['a'], { 'scenarios/a.yaml': 'scenario: 1\nexpect: {status: pass}\n' });
    expect(linesWith(out, 'name:', 'verification:')).toEqual([
      'name: a  # the name of the file',
      '  verification: 30s  # proofgate/fixtures/n1-string-slugify/task.yaml:16:12',
    ]);
  });

  it('what is merged from two places is shown part by part, what is from one place on one line', async () => {
    const { out } = await explain(['scenarios/t.yaml']);
    expect(out).toMatch(/^ {2}report:\n {4}stage: 2 +# scenarios\/t\.yaml:20:21\n {4}tests_passed: false +# scenarios\/t\.yaml:8:28\n/m);
    expect(out).toMatch(/^ {2}blockers: \[no_diff\] +# scenarios\/t\.yaml:21:15$/m);
  });

  it('criteria that the failure matrix implies stand beside those that are written', async () => {
    const { out } = await explain(['scenarios/t.yaml']);
    expect(out).toMatch(
      /proves:\n {2}- CTO-WORK-007\/no-diff +# implied by scenarios\/t\.yaml:2:9\n {2}- CTO-WORK-012\/verified +# scenarios\/t\.yaml:19:14\n/,
    );
  });

  it('invariants with their place, waivers with their reason', async () => {
    const { out } = await explain(['scenarios/t.yaml']);
    expect(linesWith(out, 'clean:', 'quick: {report', 'waive:')).toEqual([
      '  clean: {report: {containment: {survivors: 0}}}  # scenarios/_defaults.yaml:4:10',
      '  quick: {report: {freshness: {clock_stepped: false}}}  # scenarios/_defaults.yaml:5:10',
      'waive: {quick: the clock of this host is set back}  # scenarios/t.yaml:18:12',
    ]);
  });

  it('what is printed is YAML and says what the scenario says, text of several lines included', async () => {
    const { out } = await explain(['scenarios/t.yaml']);
    const json = await explain(['scenarios/t.yaml', '--json']);
    const { scenarios } = JSON.parse(json.out) as { scenarios: { scenario: Record<string, unknown> }[] };
    expect(parse(out)).toEqual({ scenario: 1, ...scenarios[0]?.scenario });
    expect(out).toMatch(/^ {4}text: \| +# scenarios\/t\.yaml:14:15\n {6}one\n {8}two\n/m);
    expect(parse(out)).toMatchObject({ fake: [{}, { text: 'one\n  two\n' }, {}], given: { tree: 'clean', secrets: {} } });
  });

  it('--json has the origin of every value by its path', async () => {
    const { out } = await explain(['scenarios/t.yaml#no-diff', '--json']);
    const { scenarios } = JSON.parse(out) as {
      scenarios: { id: string; at: string; origins: { path: (string | number)[]; from: string }[] }[];
    };
    const [first] = scenarios;
    expect(first).toMatchObject({ id: 'scenarios/t.yaml#failures > no-diff', at: 'scenarios/t.yaml:10:5' });
    expect(first?.origins).toContainEqual({ path: ['expect', 'report', 'stage'], from: 'scenarios/t.yaml:20:21' });
    expect(first?.origins).toContainEqual({ path: ['limits', 'processes'], from: 'built in' });
  });

  it('of a command line only what it has', async () => {
    const { out } = await explain(['c'], {
      'scenarios/c.yaml': 'scenario: 1\ndo: cli\ncli: [explain, no_diff]\nexpect: {exit: zero, stdout: {matches: no_diff}}\n',
    });
    expect(out).toContain('cli: [explain, no_diff]');
    expect(out).not.toMatch(/^(task|backend|stage|fake|given|limits):/m);
  });
});

describe('a blocker is explained as before', () => {
  it.each(['no_diff', 'no-diff', ' NO_DIFF '])('by %o', async word => {
    const { exit, out } = await explain([word]);
    expect({ exit, first: out.split('\n')[0] }).toEqual({ exit: 0, first: 'no_diff (fail)' });
  });
});

describe('what cannot be explained ends with 64 and says why', () => {
  it.each([
    ['a word that is neither', ['no_dif'], {}, 'no_dif: is neither a blocker nor the title of a scenario\n  hint: Did you mean "no_diff"?'],
    ['a file that is not there', ['scenarios/x.yaml'], {}, 'scenarios/x.yaml: there is no such file'],
    ['a folder', ['scenarios'], {}, 'scenarios: is a folder'],
    ['an empty file', ['scenarios/x.yaml'], { 'scenarios/x.yaml': '' }, 'scenarios/x.yaml:1:1: the file is empty'],
    [
      'a file with mistakes',
      ['scenarios/x.yaml'],
      { 'scenarios/x.yaml': 'scenario: 1\nstag: 1\nexpect: {status: pass}\n' },
      'scenarios/x.yaml:2:1: stag: unknown key\n  1 | scenario: 1\n  2 | stag: 1\n    | ^\n',
    ],
    [
      'a task that is not there',
      ['x'],
      { 'scenarios/x.yaml': 'scenario: 1\ntask: n1-sting\nexpect: {status: pass}\n' },
      'scenarios/x.yaml:2:7: task: no task is called "n1-sting"',
    ],
    ['a wrong flag', ['x', '--jsn'], {}, 'Did you mean "--json"?'],
  ])('%s', async (_title, argv, over, message) => {
    const { exit, out, err } = await explain(argv, over as Record<string, string>);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
  });
});
