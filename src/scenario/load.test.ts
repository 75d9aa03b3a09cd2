import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backends } from '../backends/index.ts';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { backendIds } from './keys.ts';
import { loadScenarios } from './load.ts';

const ports = nodePorts();
const board = (...criteria: string[]) =>
  `workboard: 1\ncore_promotion_status: not-promoted\nnotice: none\nitems:\n  - {id: X-1, title: x, criteria: [${criteria.map(id => `{id: ${id}, text: t}`).join(', ')}]}\n`;

/** Loads `scenarios/a.yaml` of a project that has these files, too. */
async function load(text: string, files: Record<string, string> = {}, file = 'scenarios/a.yaml') {
  await using project = await aProject({ ...files, [file]: text });
  return await loadScenarios(join(project.root, file), { project: project.root, scenarios: join(project.root, 'scenarios') }, ports);
}
const said = (text: string, files?: Record<string, string>) => problemsOf(load(text, files));
const green = 'expect: {status: pass}\n';

describe('the terse form', () => {
  it('is one scenario, called as its file unless it says otherwise', async () => {
    const [scenario] = await load(`scenario: 1\nwhy: it must\nstage: 1\n${green}`);
    expect(scenario).toMatchObject({
      file: 'scenarios/a.yaml',
      name: 'a',
      matrix: null,
      spec: { why: 'it must', stage: 1, expect: { status: 'pass' } },
    });
    expect((await load(`scenario: 1\nname: by name\n${green}`))[0]).toMatchObject({ name: 'by name', path: ['name'] });
  });
});

describe('the table form', () => {
  const table = `scenario: 1
matrix: failures
each: {stage: 1, env: {A: a, B: b}, expect: {exit: nonzero, report: {sealed: true}}}
rows:
  - {case: no-diff, fake: [claim: completed], status: fail, blocker: no_diff}
  - case: timeout
    env: {B: c}
    exit: blocked
    report: {outcome: none}
    proves: [CTO-WORK-012/verified]
`;

  it('is a scenario a row: columns are run keys and expect keys, laid over each', async () => {
    const [first, second] = await load(table);
    expect(first).toMatchObject({ matrix: 'failures', name: 'no-diff', path: ['rows', 0] });
    expect(first!.spec).toEqual({
      stage: 1,
      env: { A: 'a', B: 'b' },
      fake: [{ claim: 'completed' }],
      expect: { exit: 'nonzero', report: { sealed: true }, status: 'fail', blocker: 'no_diff' },
    });
    expect(second!.spec).toMatchObject({ env: { A: 'a', B: 'c' }, expect: { exit: 'blocked', report: { sealed: true, outcome: 'none' } } });
  });

  it('called failures proves the rows of the failure matrix', async () => {
    const loaded = await load(table);
    expect(loaded.map(({ proves }) => proves)).toEqual([['CTO-WORK-007/no-diff'], ['CTO-WORK-007/timeout', 'CTO-WORK-012/verified']]);
    expect(await said(table.replace('case: timeout', 'case: time-out'))).toEqual([
      'scenarios/a.yaml:6:5 the table failures has no row time-out on the board (CTO-WORK-007/time-out)',
    ]);
  });

  it('says where every part was written', async () => {
    const [first, second] = await load(table);
    const at = (scenario: typeof first, ...path: (string | number)[]) => {
      const { yaml, path: inFile } = scenario!.origin(path);
      const { line, col } = yaml.place(inFile);
      return `${line}:${col}`;
    };
    expect(at(first)).toBe('5:5');
    expect(at(first, 'expect', 'status')).toBe('5:55');
    expect(at(first, 'expect', 'exit')).toBe('3:52');
    expect(at(first, 'expect', 'report', 'sealed')).toBe('3:78');
    expect(at(second, 'expect', 'exit')).toBe('8:11');
    expect(at(second, 'expect', 'report', 'outcome')).toBe('9:23');
    expect(at(second, 'expect', 'report', 'sealed')).toBe('3:78');
    expect(at(second, 'env', 'A')).toBe('3:27');
  });
});

describe('defaults of folders', () => {
  const files = {
    'scenarios/_defaults.yaml': 'scenario: 1\nstage: 1\ntags: [a]\nlimits: {backend: 1s, run: 2s}\nexpect: {blocker: null, exit: zero}\n',
    'scenarios/deep/_defaults.yaml': 'scenario: 1\ntags: [b, c]\nlimits: {run: 3s}\n',
  };
  const deep = (text: string) => load(text, files, 'scenarios/deep/er/a.yaml');

  it('apply from the root down: maps merge, lists replace, the scenario wins', async () => {
    const [scenario] = await deep('scenario: 1\nstage: 2\nexpect: {status: pass}\n');
    expect(scenario!.spec).toEqual({
      stage: 2,
      tags: ['b', 'c'],
      limits: { backend: '1s', run: '3s' },
      expect: { blocker: null, exit: 'zero', status: 'pass' },
    });
  });

  it('are taken back by null, where null is not itself a value', async () => {
    const [scenario] = await deep(
      'scenario: 1\nwas: {report: null}\ntags: null\nlimits: {backend: null}\ngiven: {task: {verification: {command: null}}}\nexpect: {exit: null, status: pass, report: {failure_reason: null}}\n',
    );
    expect(scenario!.spec).toEqual({
      stage: 1,
      was: { report: null },
      limits: { run: '3s' },
      given: { task: { verification: { command: null } } },
      expect: { blocker: null, status: 'pass', report: { failure_reason: null } },
    });
  });

  it('have the place of their own file', async () => {
    const [scenario] = await deep('scenario: 1\nexpect: {status: pass}\n');
    const { yaml, path } = scenario!.origin(['expect', 'exit']);
    expect([yaml.file, yaml.place(path).line]).toEqual(['scenarios/_defaults.yaml', 5]);
  });

  it.each([
    ['a name', 'scenario: 1\nname: x\n', 'scenarios/_defaults.yaml:2:1 name: cannot be a default: every scenario has a name of its own'],
    ['an unknown key', 'scenario: 1\nstag: 1\n', 'scenarios/_defaults.yaml:2:1 stag: unknown key'],
    ['no version', 'stage: 1\n', 'scenarios/_defaults.yaml:1:1 scenario: is missing'],
  ])('cannot have %s', async (_title, text, message) => {
    expect(await said(`scenario: 1\n${green}`, { 'scenarios/_defaults.yaml': text })).toEqual([message]);
  });

  it('are wrong once, however many scenarios lie below', async () => {
    const table = 'scenario: 1\nmatrix: m\nrows:\n  - {case: a, status: pass}\n  - {case: b, status: pass}\n';
    expect(await said(table, { 'scenarios/_defaults.yaml': 'scenario: 1\nstage: 9\n' })).toHaveLength(1);
  });
});

describe('a file is refused, at its place', () => {
  it.each([
    ['an unknown key', `scenario: 1\nbackand: fake\n${green}`, '2:1 backand: unknown key'],
    ['an unknown key that null should remove', `scenario: 1\nbackand: null\n${green}`, '2:1 backand: unknown key'],
    ['an unknown key of expect', 'scenario: 1\nexpect: {statuss: pass}\n', '2:10 expect.statuss: unknown key'],
    [
      'an unknown key of expect that null should remove',
      'scenario: 1\nexpect: {status: pass, exitt: null}\n',
      '2:24 expect.exitt: unknown key',
    ],
    [
      'an unknown key below report',
      'scenario: 1\nexpect: {status: pass, report: {verification: {count: {failed: 1}}}}\n',
      '2:48 expect.report.verification.count: unknown key',
    ],
    [
      'an unknown key below a negation',
      'scenario: 1\nexpect: {status: pass, report: {$not: {statuss: fail}}}\n',
      '2:40 expect.report.$not.statuss: unknown key',
    ],
    [
      'an unknown key that should be absent',
      'scenario: 1\nexpect: {status: pass, report: {blokers: {$absent: true}}}\n',
      '2:33 expect.report.blokers: unknown key',
    ],
    ['an unknown operator', 'scenario: 1\nexpect: {status: {$oneof: [pass]}}\n', '2:19 expect.status.$oneof: unknown key'],
    [
      'an unknown event',
      'scenario: 1\nexpect: {status: pass, events: [run.strted]}\n',
      '2:33 expect.events.0: "run.strted" is not one of the words known here',
    ],
    [
      'an unknown event that never happens',
      'scenario: 1\nexpect: {status: pass, events: {never: [run.strted]}}\n',
      '2:41 expect.events.never.0: "run.strted" is not one of the words known here',
    ],
    [
      'an unknown event that is counted',
      'scenario: 1\nexpect: {status: pass, events: {count: {run.strted: 0}}}\n',
      '2:41 expect.events.count.run.strted: unknown key',
    ],
    ['no expectation', 'scenario: 1\nstage: 1\n', '1:1 expect: is missing'],
    ['an empty expectation', 'scenario: 1\nexpect: {}\n', '2:9 expect: an empty map says nothing'],
    ['an empty matcher', 'scenario: 1\nexpect: {status: pass, report: {}}\n', '2:32 expect.report: an empty map says nothing'],
    [
      'an expectation that holds of everything',
      'scenario: 1\nexpect: {artifacts: {report.json: present}}\n',
      '2:9 expect: asserts nothing: it accepts a run that was killed before its end',
    ],
    ['another version', `scenario: 2\n${green}`, '1:11 scenario: expected 1, got 2'],
    ['no version', green, '1:1 scenario: is missing'],
    ['an unknown action', `scenario: 1\nfake: [writ: a]\n${green}`, '2:8 fake.0.writ: unknown key'],
    ['an unknown backend', `scenario: 1\nbackend: fak\n${green}`, '2:10 backend: "fak" is not one of the words known here'],
    [
      'a program without the backend for it',
      `scenario: 1\nbackend: {id: fake, argv: [x]}\n${green}`,
      '2:21 backend.argv: has no meaning for fake',
    ],
    ['the backend for it without a program', `scenario: 1\nbackend: command\n${green}`, '2:10 backend: command does not say which program'],
    [
      'a script for another backend',
      `scenario: 1\nbackend: case\nfake: [claim: completed]\n${green}`,
      '3:1 fake: has no meaning for the backend case',
    ],
    [
      'a short secret',
      `scenario: 1\ngiven: {secrets: {A: seven77}}\n${green}`,
      '2:22 given.secrets.A: is shorter than 8 bytes, and could not be told from other text (got "seven77")',
    ],
    ['an unknown key of the task', `scenario: 1\ngiven: {task: {verificaton: {}}}\n${green}`, '2:16 given.task.verificaton: unknown key'],
    [
      'a fault on a path that leaves the bundle',
      `scenario: 1\ngiven: {artifact_fault: {../x: disk_full}}\n${green}`,
      '2:26 given.artifact_fault.../x: must be relative to the bundle, without ..',
    ],
    ['an environment that is not text', `scenario: 1\nenv: {A: 1}\n${green}`, '2:10 env.A: expected text, got 1'],
    ['an unknown need', `scenario: 1\nneeds: [pyton3]\n${green}`, '2:9 needs.0: "pyton3" is not one of the words known here'],
    [
      'a criterion that is not on the board',
      `scenario: 1\nproves: [CTO-WORK-007/no-dif]\n${green}`,
      '2:10 proves: CTO-WORK-007/no-dif is not on the board',
    ],
    ['an unknown limit', `scenario: 1\nlimits: {backnd: 1s}\n${green}`, '2:10 limits.backnd: unknown key'],
    ['a duration without a unit', `scenario: 1\nlimits: {backend: 3}\n${green}`, '2:19 limits.backend: expected text, got 3'],
    [
      'a name with a quote',
      `scenario: 1\nname: say "hi"\n${green}`,
      '2:7 name: must be 1 to 120 characters without quotes, backslashes and line breaks (got "say \\"hi\\"")',
    ],
    ['a table without rows', 'scenario: 1\nmatrix: m\nrows: []\n', '3:7 rows: is empty'],
    ['a table without a name', 'scenario: 1\nrows:\n  - {case: a, status: pass}\n', '1:1 matrix: is missing'],
    ['a row without a name', 'scenario: 1\nmatrix: m\nrows:\n  - {status: pass}\n', '4:5 rows.0.case: is missing'],
    [
      'a row with expect',
      'scenario: 1\nmatrix: m\nrows:\n  - {case: a, expect: {status: pass}}\n',
      '4:15 rows.0.expect: cannot stand in a row: the expect keys are columns',
    ],
    [
      'a name that stands twice',
      'scenario: 1\nmatrix: m\nrows:\n  - {case: a, status: pass}\n  - {case: a, status: pass}\n',
      '5:5 the name "m > a" stands twice',
    ],
    ['a terse scenario with a column', `scenario: 1\nstatus: pass\n${green}`, '2:1 status: unknown key'],
  ])('%s', async (_title, text, message) => {
    expect(await said(text)).toEqual([`scenarios/a.yaml:${message}`]);
  });

  it('with a hint at the word that was meant', async () => {
    await expect(load(`scenario: 1\nbackand: fake\n${green}`)).rejects.toThrow('Did you mean "backend"?');
    await expect(load('scenario: 1\nexpect: {status: pass, report: {blokers: []}}\n')).rejects.toThrow('Did you mean "blockers"?');
    await expect(load('scenario: 1\nexpect: {status: pass, events: [run.strted]}\n')).rejects.toThrow('Did you mean "run.started"?');
    await expect(load('scenario: 1\nmatrix: m\nrows:\n  - {case: a, statuss: pass}\n')).rejects.toThrow('Did you mean "status"?');
  });

  it('with every problem at once', async () => {
    expect(await said('scenario: 1\nstage: 7\nfake: [claim: done]\nexpect: {statuss: pass}\n')).toHaveLength(3);
  });

  it('where there is no file', async () => {
    const root = { project: '/nowhere', scenarios: '/nowhere/scenarios' };
    expect(await problemsOf(loadScenarios('/nowhere/scenarios/a.yaml', root, ports))).toEqual(['scenarios/a.yaml is not there']);
  });
});

describe('what a scenario proves', () => {
  it('stands on the board of the project, or on that of proofgate', async () => {
    const files = { 'admissions/workboard.yaml': board('a') };
    expect(await said(`scenario: 1\nproves: [X-1/a, CTO-WORK-007/no-diff]\n${green}`, files)).toEqual([]);
    expect(await said(`scenario: 1\nproves: [X-1/b]\n${green}`, files)).toHaveLength(1);
  });

  it('on a board that can be read', async () => {
    expect(await said(`scenario: 1\n${green}`, { 'admissions/workboard.yaml': board('a', 'a') })).toEqual([
      'admissions/workboard.yaml:5:59 the criterion X-1/a stands twice',
    ]);
  });
});

it('names exactly the backends that there are', () => {
  expect([...backendIds].toSorted()).toEqual(backends.map(({ id }) => id).toSorted());
});
