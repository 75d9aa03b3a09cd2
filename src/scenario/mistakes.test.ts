import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { loadScenarios } from './load.ts';

const ports = nodePorts();

const run = 'scenario: 1\nexpect: {status: pass}\n';

/** What the loader says of a.yaml; `defaults` is the _defaults.yaml of the folder above it. */
async function said(text: string, defaults?: string, nearer?: string) {
  await using project = await aProject({
    'scenarios/deep/a.yaml': text,
    ...(defaults === undefined ? {} : { 'scenarios/_defaults.yaml': defaults }),
    ...(nearer === undefined ? {} : { 'scenarios/deep/_defaults.yaml': nearer }),
  });
  const scenarios = join(project.root, 'scenarios');
  return await problemsOf(loadScenarios(join(scenarios, 'deep/a.yaml'), { project: project.root, scenarios }, ports));
}

it.each(['_defaults.yml', '_default.yaml', '_Defaults.yaml'])('defaults in a file that nobody reads, %s, are refused', async name => {
  await using project = await aProject({
    'scenarios/a.yaml': run,
    [`scenarios/${name}`]: 'scenario: 1\ninvariants: {i: {status: fail}}\n',
  });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  expect(await problemsOf(loadScenarios(join(root.scenarios, 'a.yaml'), root, ports))).toEqual([
    `scenarios/${name}:1:1 would be read by nobody`,
  ]);
});

it.each([
  ['a stream', 'scenario: 1\ndo: cli\ncli: [list]\nexpect: {exit: zero, stdout: {same_as: ../../../x}}\n', 'expect.stdout.same_as'],
  [
    'an artifact',
    'scenario: 1\nexpect: {status: pass, artifacts: {test.log: {same_as: ../../../x}}}\n',
    'expect.artifacts.test.log.same_as',
  ],
])('what %s is compared with stands in the project', async (_title, text, path) => {
  expect(await said(text)).toEqual([expect.stringContaining(`${path}: ../../../x leaves the project`)]);
});

it('what an invariant compares with stands in the project', async () => {
  const defaults = 'scenario: 1\ninvariants: {i: {artifacts: {test.log: {same_as: ../../../x}}}}\n';
  expect(await said(run, defaults)).toEqual([expect.stringContaining('../../../x leaves the project')]);
});

const at = 'scenarios/deep/a.yaml';
const cli = 'scenario: 1\ndo: cli\ncli: [run]\nexpect: {exit: zero}\n';

describe('keys of a run and of a command line', () => {
  it.each([
    ['a run', run],
    ['a command line', cli],
    ['a bundle that is verified', 'scenario: 1\ndo: verify\ngiven: {mutate: {file: patch.diff, flip: 3}}\nexpect: {exit: invalid}\n'],
    ['a command line by what it says alone', 'scenario: 1\ndo: cli\ncli: [explain, no_diff]\nexpect: {stdout: {matches: no_diff}}\n'],
  ])('go together for %s', async (_title, text) => {
    expect(await said(text)).toEqual([]);
  });

  it.each([
    ['do: cli without arguments', cli.replace('cli: [run]\n', ''), `${at}:2:1 do: cli does not say which arguments`],
    ['arguments without do: cli', `${run}cli: [run]\n`, `${at}:3:1 cli: has no meaning for do: run`],
    ['mutate without do: verify', `${run}given: {mutate: {file: x, drop: true}}\n`, `${at}:3:9 given.mutate: has no meaning for do: run`],
    ['a task of a command line', `${cli}task: n1-string-slugify\n`, `${at}:5:1 task: has no meaning for do: cli`],
    ['the status of a command line', cli.replace('exit: zero', 'status: pass'), `${at}:4:10 expect.status: unknown key`],
    [
      'the output of a run',
      'scenario: 1\nexpect: {status: pass, stdout: empty}\n',
      `${at}:2:24 expect.stdout: is what a command writes: for do: verify, cli and gate; of a run expect artifacts: {backend/stdout.log: …}`,
    ],
    [
      'two changes at once',
      'scenario: 1\ndo: verify\ngiven: {mutate: {file: x, flip: 1, drop: 2}}\nexpect: {exit: invalid}\n',
      expect.stringContaining('needs exactly one of flip, drop, append and replace'),
    ],
  ])('do not for %s', async (_title, text, message) => {
    expect(await said(text)).toEqual([message]);
  });

  it('a folder may say of its runs what a command line below it has no use for', async () => {
    expect(await said(cli, 'scenario: 1\ntask: n1-string-slugify\nstage: 2\n')).toEqual([]);
  });

  it.each([
    ['exit and nothing else that tells', 'exit: [0, 1]', true],
    ['any output', 'stdout: {$any: string}', true],
    ['the exit', 'exit: usage', false],
    ['text that an error has not', 'stdout: {matches: proven}', false],
  ])('an expectation of a command that is %s', async (_title, text, isVacuous) => {
    const problems = await said(`scenario: 1\ndo: cli\ncli: [run]\nexpect: {${text}}\n`);
    expect(problems.some(problem => problem.includes('asserts nothing'))).toBe(isVacuous);
  });
});

describe('fails', () => {
  it.each(['blocker', 'expect.blocker', 'report.verification.ran', 'events', 'artifacts.patch.diff', '[blocker, events]'])(
    'names an expectation: %s',
    async path => {
      const text =
        'expect: {status: fail, blocker: no_diff, report: {verification: {ran: true}}, events: [run.started], artifacts: {patch.diff: empty}}';
      expect(await said(`scenario: 1\nfails: ${path}\n${text}\n`)).toEqual([]);
    },
  );

  it('cannot name what is not expected', async () => {
    expect(await said('scenario: 1\nfails: blockr\nexpect: {status: fail, blocker: no_diff}\n')).toEqual([
      `${at}:2:1 fails: nothing is expected at blockr`,
    ]);
    expect(await said('scenario: 1\nfails: [status, exit]\nexpect: {status: pass}\n')).toEqual([
      `${at}:2:17 fails: nothing is expected at exit`,
    ]);
  });
});

describe('invariants', () => {
  const defaults = 'scenario: 1\ninvariants:\n  sealed: {report: {sealed: true}}\n';

  it('are waived by name, with a reason', async () => {
    expect(await said(`${run}waive: {sealed: an old record}\n`, defaults)).toEqual([]);
    expect(await said(`${run}waive: {seeled: an old record}\n`, defaults)).toEqual([`${at}:3:9 waive: there is no invariant seeled here`]);
    expect(await said(`${run}waive: {sealed: ""}\n`, defaults)).toHaveLength(1);
  });

  it('are neither redefined nor removed further in', async () => {
    const message = 'scenarios/deep/_defaults.yaml:3:3 the invariant sealed stands already in a folder above';
    expect(await said(run, defaults, 'scenario: 1\ninvariants:\n  sealed: {report: {sealed: false}}\n')).toEqual([message]);
    expect(await said(run, defaults, 'scenario: 1\ninvariants:\n  sealed: null\n')).toContain(message);
    expect(await said(run, defaults, 'scenario: 1\ninvariants: null\n')).toHaveLength(1);
  });

  it('stand in _defaults.yaml alone, and assert something', async () => {
    const [problem] = await said(`${run}invariants: {x: {status: pass}}\n`);
    expect(problem).toContain(`${at}:3:1 invariants: can only stand in _defaults.yaml`);
    expect(await said(run, 'scenario: 1\ninvariants: {x: {}}\n')).toHaveLength(1);
    expect(await said(run, 'scenario: 1\ninvariants: {}\n')).toHaveLength(1);
    expect(await said(run, 'scenario: 1\ninvariants: {x: {stauts: pass}}\n')).toEqual([
      'scenarios/_defaults.yaml:2:18 invariants.x.stauts: unknown key',
    ]);
  });
});
