import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

const good = 'scenario: 1\nwhy: it has to hold\nbackend: case\nexpect: {status: blocked}\n';

/** Lints a project with these files. */
async function lint(files: Record<string, string>, ...argv: string[]) {
  await using project = await aProject(files);
  return await commandLine(project.root, ['lint', ...argv]);
}

interface Document {
  exit: number;
  findings: { level: string; rule: string; at: string; message: string }[];
  checked: Record<string, number>;
}

/** Level, rule and place of everything found. */
async function found(files: Record<string, string>, ...argv: string[]): Promise<string[]> {
  const { out } = await lint(files, '--json', ...argv);
  return (JSON.parse(out) as Document).findings.map(({ level, rule, at }) => `${level} ${rule} ${at}`);
}

describe('every problem of every file is found, at its place', () => {
  const files = {
    'scenarios/a.yaml': 'scenario: 1\nwhy: y\nstag: 1\nexpect: {statuss: pass}\n',
    'scenarios/b.yaml': 'scenario: 1\nwhy: y\ntask: n1-sting\nexpect: {status: pass}\n',
    'scenarios/c.yaml': 'scenario: 1\nwhy: y\nfake: [patch: none.patch, claim: completed]\nexpect: {status: fail, exit: fail}\n',
    'scenarios/d.yaml': '',
    'scenarios/deep/_defaults.yaml': 'scenario: 1\nstage: 9\n',
    'scenarios/deep/e.yaml': good,
    'scenarios/deep/f.yaml': good,
    'scenarios/good.yaml': good,
  };

  it('of the loader, of tasks and patches, of defaults once for all files below', async () => {
    expect(await found(files)).toEqual([
      'problem load scenarios/a.yaml:3:1',
      'problem load scenarios/a.yaml:4:10',
      'problem load scenarios/b.yaml:3:7',
      'problem load scenarios/c.yaml:3:15',
      'problem load scenarios/d.yaml:1:1',
      'problem load scenarios/deep/_defaults.yaml:2:8',
    ]);
  });

  it('with a frame and a hint, and ends with 1', async () => {
    const { exit, out } = await lint(files);
    expect(exit).toBe(1);
    expect(out).toContain(
      'problem scenarios/a.yaml:3:1: stag: unknown key\n  1 | scenario: 1\n  2 | why: y\n  3 | stag: 1\n    | ^\n  hint: Did you mean "stage"?',
    );
    expect(out.trimEnd().split('\n').at(-1)).toBe('7 files, 3 scenarios, 1 task: 6 problems, 0 warnings, 0 notes');
  });

  it('of the files that are named and no other', async () => {
    expect(await found(files, 'scenarios/b.yaml')).toEqual(['problem load scenarios/b.yaml:3:7']);
    expect(await found(files, 'scenarios/deep')).toEqual(['problem load scenarios/deep/_defaults.yaml:2:8']);
    expect(await found(files, 'scenarios/deep/_defaults.yaml')).toEqual(['problem load scenarios/deep/_defaults.yaml:2:8']);
  });

  it('of the board', async () => {
    const board =
      'workboard: 1\ncore_promotion_status: promoted\nnotice: It promotes nothing.\nitems: [{id: A, title: t, criteria: [{id: a, text: t}]}]\n';
    expect(await found({ 'scenarios/a.yaml': good, 'admissions/workboard.yaml': board })).toContain(
      'problem board admissions/workboard.yaml:2:24',
    );
  });

  it('of what a gate is asked over', async () => {
    const gate = 'scenario: 1\nwhy: y\ndo: gate\ngate: {stage: 2, evidence: ["scenarios/none.yaml#a"]}\nexpect: {exit: zero}\n';
    expect(await found({ 'scenarios/a.yaml': gate })).toEqual(['problem load scenarios/a.yaml:4:29']);
  });

  it('that a test would meet as well: a link in the place of a file', async () => {
    await using project = await aProject({ 'scenarios/a.yaml': good });
    await quietPorts().files.link('a.yaml', join(project.root, 'scenarios/link.yaml'));
    expect(await commandLine(project.root, ['lint'])).toMatchObject({
      exit: 1,
      out: expect.stringContaining('scenarios/link.yaml: is a link, not a file') as string,
    });
  });
});

describe('what runs and is hardly meant so is a warning', () => {
  it('no reason', async () => {
    expect(await found({ 'scenarios/a.yaml': good.replace(/why.*\n/, '') })).toEqual(['warning no-why scenarios/a.yaml:1:1']);
  });

  it('an expectation that only repeats what is expected further out, and none that says more', async () => {
    const files = {
      'scenarios/_defaults.yaml': 'scenario: 1\nexpect: {status: blocked, report: {stage: 2, tests_passed: false}, changed_files: []}\n',
      'scenarios/a.yaml':
        'scenario: 1\nwhy: y\nbackend: case\nexpect:\n  status: blocked\n  report: {stage: 2, backend: case, tests_passed: {$not: true}}\n  changed_files: []\n',
      'scenarios/t.yaml':
        'scenario: 1\nmatrix: m\neach: {why: y, backend: case, expect: {exit: blocked}}\nrows:\n  - {case: a, exit: blocked, outcome: none}\n',
    };
    expect(await found(files)).toEqual([
      'warning repeats-default scenarios/a.yaml:5:3',
      'warning repeats-default scenarios/a.yaml:6:12',
      'warning repeats-default scenarios/a.yaml:7:3',
      'warning repeats-default scenarios/t.yaml:5:15',
    ]);
  });

  it('a null that takes back what nobody expects, and none that takes something back', async () => {
    const files = {
      'scenarios/_defaults.yaml': 'scenario: 1\nexpect: {outcome: none}\n',
      'scenarios/a.yaml': 'scenario: 1\nwhy: y\nbackend: case\nexpect: {status: blocked, outcome: null, lifecycle: null}\n'.replace(
        'blocker: null, ',
        '',
      ),
      'scenarios/b.yaml': good,
    };
    expect(await found(files)).toEqual(['problem load scenarios/a.yaml:4:42']);
  });

  it('$not over a map of keys, at any depth, and not over a value or an operator', async () => {
    const expectation =
      'expect: {status: blocked, report: {$not: {stage: 3, task: x}}, verification: {counts: {$not: {passed: 1}}}, outcome: {$not: {$re: x}}}';
    expect(await found({ 'scenarios/a.yaml': `scenario: 1\nwhy: y\nbackend: case\n${expectation}\n` })).toEqual([
      'warning partial-not scenarios/a.yaml:4:36',
      'warning partial-not scenarios/a.yaml:4:88',
    ]);
  });

  it('two scenarios of one title in two files; tables that share a name are a note', async () => {
    const table = 'scenario: 1\nmatrix: m\neach: {why: y, backend: case, expect: {status: blocked}}\nrows:\n  - {case: a}\n';
    expect(
      await found({ 'scenarios/a.yaml': good, 'scenarios/deep/a.yaml': good, 'scenarios/t.yaml': table, 'scenarios/u.yaml': table }),
    ).toEqual(['warning same-title scenarios/deep/a.yaml:1:1', 'note same-table scenarios/u.yaml:2:9']);
  });

  it('a default that every scenario below overrides, also from in between, and an invariant that all waive', async () => {
    const files = {
      'scenarios/_defaults.yaml':
        'scenario: 1\nstage: 1\nlimits: {run: 5m, backend: 1m}\ninvariants: {kept: {report: {tests_passed: false}}, gone: {report: {sealed: true}}}\n',
      'scenarios/a.yaml': `${good}stage: 2\nlimits: {run: 4m}\nwaive: {gone: no reason}\n`,
      'scenarios/deep/_defaults.yaml': 'scenario: 1\nstage: 2\n',
      'scenarios/deep/b.yaml': `${good}limits: {run: 3m}\nwaive: {gone: no reason, kept: another}\n`,
    };
    expect(await found(files)).toEqual([
      'warning overridden-default scenarios/_defaults.yaml:2:1',
      'warning overridden-default scenarios/_defaults.yaml:3:10',
      'warning overridden-default scenarios/_defaults.yaml:4:53',
    ]);
    // of a part of the folder nothing can be said of all
    expect(await found(files, 'scenarios/a.yaml')).toEqual([]);
  });

  it('a criterion of the board that no scenario proves, one that is skipped not counted', async () => {
    const board =
      'workboard: 1\ncore_promotion_status: not-promoted\nnotice: It promotes nothing.\nitems:\n  - id: A\n    title: t\n    criteria:\n      - {id: one, text: t}\n      - {id: two, text: t}\n';
    const files = {
      'admissions/workboard.yaml': board,
      'scenarios/a.yaml': `${good}proves: [A/one]\n`,
      'scenarios/b.yaml': `${good}proves: [A/two]\nskip: not today\n`,
    };
    expect(await found(files)).toEqual(['warning unproven-criterion admissions/workboard.yaml:9:14']);
    expect(await found(files, 'scenarios/a.yaml')).toEqual([]);
  });
});

describe('files that no test runs are noted', () => {
  it('by their name, that of their folder, or their place; defaults and other kinds of file are none', async () => {
    const files = {
      'scenarios/a.yaml': good,
      'scenarios/_b.yaml': 'broken: [\n',
      'scenarios/_notes.yml': 'x: 1\n',
      'scenarios/.hidden/c.yaml': 'x: 1\n',
      'scenarios/_folder/d.yaml': good.replace('why', 'name: another\nwhy'),
      'scenarios/notes.yml~': 'x',
      'scenarios/data.json': '{}',
    };
    expect(await found(files)).toEqual([
      'note not-run scenarios/_b.yaml',
      'note not-run scenarios/_notes.yml',
      'note not-run scenarios/.hidden/c.yaml',
    ]);
    expect(await found({ ...files, 'elsewhere/e.yaml': good }, 'elsewhere/e.yaml')).toEqual(['note not-run elsewhere/e.yaml']);
  });

  it('many of one rule are counted, and all are in the document', async () => {
    const files = Object.fromEntries([1, 2, 3, 4, 5].map(i => [`scenarios/_${i}.yaml`, 'x: 1\n']));
    const { out } = await lint({ ...files, 'scenarios/a.yaml': good });
    expect(out).toContain('(and 2 more of these; --json has them all)');
    expect(await found({ ...files, 'scenarios/a.yaml': good })).toHaveLength(5);
  });
});

describe('the exit code says whether to worry', () => {
  it('0 for a clean project, and it says how much was looked at', async () => {
    expect(await lint({ 'scenarios/a.yaml': good })).toEqual({
      exit: 0,
      out: '1 file, 1 scenario, 1 task: 0 problems, 0 warnings, 0 notes\n',
      err: '',
    });
  });

  it('0 with warnings, 1 with --strict', async () => {
    const files = { 'scenarios/a.yaml': good.replace(/why.*\n/, '') };
    expect((await lint(files)).exit).toBe(0);
    expect((await lint(files, '--strict')).exit).toBe(1);
    expect((await lint({ 'scenarios/a.yaml': good, 'scenarios/_b.yaml': 'x: 1\n' }, '--strict')).exit).toBe(0);
  });

  it.each([
    ['no scenarios folder', {}, [], 'scenarios: has no scenario file: nothing was checked'],
    [
      'a folder without a scenario',
      { 'scenarios/a.yaml': good, 'scenarios/deep/_x.yaml': 'x: 1\n' },
      ['scenarios/deep'],
      'scenarios/deep: has no scenario file',
    ],
    ['a path that is not there', { 'scenarios/a.yaml': good }, ['scenarios/b.yaml'], 'scenarios/b.yaml: is not there'],
    [
      'a file of another kind',
      { 'scenarios/a.yaml': good, 'scenarios/a.txt': '' },
      ['scenarios/a.txt'],
      'scenarios/a.txt: is no YAML file',
    ],
    ['a wrong flag', { 'scenarios/a.yaml': good }, ['--strcit'], 'Did you mean "--strict"?'],
  ])('64 for %s: nothing checked is never nothing found', async (_title, files, argv, message) => {
    const { exit, out, err } = await lint(files as Record<string, string>, ...argv);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
  });

  it('1 for a file that may not be read', async () => {
    await using project = await aProject({ 'scenarios/a.yaml': good });
    const ports = quietPorts();
    const refuse = async () => Promise.reject(Object.assign(new Error('permission denied'), { code: 'EACCES' }));
    const { exit, out } = await commandLine(project.root, ['lint'], {
      ports: { ...ports, files: { ...ports.files, readBytes: refuse, readText: refuse } },
    });
    expect(exit).toBe(1);
    expect(out).toContain('problem scenarios/a.yaml: cannot be read (EACCES)');
  });
});
