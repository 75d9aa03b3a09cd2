import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

// Every test here runs the engine, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 120_000 });

const first = `# a refusal
scenario: 1
why: a gated backend is off   # until somebody says otherwise
backend: case
stage: 1
expect:
  status: blocked
  report: {stage: 2, backend: 'fake', backend_exit_code: null}   # who and where
  changed_files: [strings.js]
  verification: {counts: {passed: {$gte: 0}, failed: 3}}
`;
const blessed = first
  .replace("{stage: 2, backend: 'fake',", "{stage: 1, backend: 'case',")
  .replace('[strings.js]', '[]')
  .replace('failed: 3', 'failed: 0');

describe('bless runs a scenario and has its literals follow what was seen', () => {
  it('in its own project only: elsewhere other defaults hold', async () => {
    await using project = await aProject({ 'scenarios/b.yaml': first });
    await using other = await aProject({ 'scenarios/a.yaml': first });
    const file = join(other.root, 'scenarios/a.yaml');
    const { exit, err } = await commandLine(project.root, ['bless', file]);
    expect(exit).toBe(64);
    expect(err).toContain('stands outside the project: nothing is blessed there');
    expect(await readFile(file, 'utf8')).toBe(first);
  });

  it('in the file, with a diff, and the rest of it as it was; a second time there is nothing to change', async () => {
    await using project = await aProject({ 'scenarios/a.yaml': first });
    const file = join(project.root, 'scenarios/a.yaml');
    await chmod(file, 0o640);
    const { exit, out } = await commandLine(project.root, ['bless', 'scenarios/a.yaml']);
    expect(await readFile(file, 'utf8')).toBe(blessed);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(exit).toBe(0);
    expect(out).toContain('--- a/scenarios/a.yaml\n+++ b/scenarios/a.yaml\n');
    expect(out).toContain("-  report: {stage: 2, backend: 'fake', backend_exit_code: null}   # who and where\n");
    expect(out).toContain("+  report: {stage: 1, backend: 'case', backend_exit_code: null}   # who and where\n");
    expect(out).toContain('1 scenario run: changed 4 values in scenarios/a.yaml\n');
    expect(await commandLine(project.root, ['bless', 'a'])).toEqual({ exit: 0, out: '1 scenario run: nothing to change\n', err: '' });
  });

  it('--dry-run shows the same and writes nothing', async () => {
    await using project = await aProject({ 'scenarios/a.yaml': first });
    const { exit, out } = await commandLine(project.root, ['bless', 'scenarios/a.yaml', '--dry-run']);
    expect(out).toContain("+  report: {stage: 1, backend: 'case'");
    expect(out).toContain('would change 4 values');
    expect(exit).toBe(0);
    expect(await readFile(join(project.root, 'scenarios/a.yaml'), 'utf8')).toBe(first);
  });

  it('how it ended stays red and ends with 1, unless somebody insists', async () => {
    const text = `scenario: 1\nwhy: y\nbackend: case\nexpect: {status: fail, blocker: timeout, exit: fail}   # not so\n`;
    await using project = await aProject({ 'scenarios/a.yaml': text });
    const gentle = await commandLine(project.root, ['bless', 'a']);
    expect(gentle.exit).toBe(1);
    expect(gentle.out).toContain('1 scenario run: nothing to change\n');
    expect(gentle.out).toContain(
      'left red scenarios/a.yaml:4:18: expect.status: expected "fail", got "blocked"\n  only with --really: status says how the run ends\n',
    );
    expect(await readFile(join(project.root, 'scenarios/a.yaml'), 'utf8')).toBe(text);

    const really = await commandLine(project.root, ['bless', 'a', '--really']);
    expect(really.exit).toBe(0);
    expect(await readFile(join(project.root, 'scenarios/a.yaml'), 'utf8')).toBe(
      text.replace('{status: fail, blocker: timeout, exit: fail}', '{status: blocked, blocker: backend_not_enabled, exit: blocked}'),
    );
  });

  it('of a table only the row that is named; what is not run is said', async () => {
    const table = `scenario: 1\nmatrix: m\neach: {why: y, backend: case, status: 1}\nrows:\n`.replace(', status: 1', '');
    const rows = `  - {case: a, status: blocked, report: {stage: 3}}\n  - {case: b, status: blocked, report: {stage: 3}}\n  - {case: c, skip: not now, status: blocked, report: {stage: 3}}\n`;
    await using project = await aProject({ 'scenarios/t.yaml': table + rows });
    const file = join(project.root, 'scenarios/t.yaml');
    expect((await commandLine(project.root, ['bless', 'scenarios/t.yaml:6'])).exit).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(
      table + rows.replace('b, status: blocked, report: {stage: 3}', 'b, status: blocked, report: {stage: 2}'),
    );
    const { exit, out } = await commandLine(project.root, ['bless', 'scenarios/t.yaml#c']);
    expect({ exit, out }).toEqual({ exit: 1, out: '0 scenarios run: nothing to change\nleft scenarios/t.yaml#m > c: not run: not now\n' });
  });

  it('also what a command prints and says of a bundle', async () => {
    const text =
      'scenario: 1\nwhy: y\ndo: cli\ncli: [explain, no_diff, --json]\nexpect: {exit: zero, report: {code: no_dif, exit: 2, owner: {$any: string}}}\n';
    await using project = await aProject({ 'scenarios/a.yaml': text });
    const { exit } = await commandLine(project.root, ['bless', 'a']);
    expect(exit).toBe(1);
    // `exit` says how a run ends wherever it stands
    expect(await readFile(join(project.root, 'scenarios/a.yaml'), 'utf8')).toBe(text.replace('no_dif,', 'no_diff,'));
  });
});

describe('bless refuses', () => {
  it.each(['true', '1'])('with CI=%s: nobody reads the diff', async CI => {
    await using project = await aProject({ 'scenarios/a.yaml': first });
    const { exit, out, err } = await commandLine(project.root, ['bless', 'a'], { ports: quietPorts({ CI }) });
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(`CI=${CI}: bless is for people: nothing is blessed here`);
    expect(await readFile(join(project.root, 'scenarios/a.yaml'), 'utf8')).toBe(first);
  });

  it('the evidence of a run that was interrupted', async () => {
    const text = `scenario: 1\nwhy: y\nlimits: {run: 1ms}\nexpect: {status: fail, exit: interrupted, changed_files: [x]}\n`;
    await using project = await aProject({ 'scenarios/a.yaml': text });
    const { exit, out } = await commandLine(project.root, ['bless', 'a', '--really']);
    expect({ exit, out }).toEqual({
      exit: 1,
      out: '0 scenarios run: nothing to change\nleft scenarios/a.yaml#a: the run was interrupted: its evidence says nothing\n',
    });
    expect(await readFile(join(project.root, 'scenarios/a.yaml'), 'utf8')).toBe(text);
  });

  it('to write over what somebody wrote during the run', async () => {
    await using project = await aProject({ 'scenarios/a.yaml': first });
    const file = join(project.root, 'scenarios/a.yaml');
    const ports = quietPorts();
    let changed = false;
    const scratch: typeof ports.files.scratch = async prefix => {
      // the diff is made last: whatever is written now was not there when the scenario was loaded
      if (prefix === 'proofgate-bless') await writeFile(file, `${first}# mine\n`).then(() => (changed = true));
      return ports.files.scratch(prefix);
    };
    const { exit, err } = await commandLine(project.root, ['bless', 'a'], { ports: { ...ports, files: { ...ports.files, scratch } } });
    expect({ exit, changed }).toEqual({ exit: 64, changed: true });
    expect(err).toContain('scenarios/a.yaml: was changed while the scenario was run: nothing was written');
    expect(await readFile(file, 'utf8')).toBe(`${first}# mine\n`);
  });

  it.each([
    ['a file that is not there', ['scenarios/b.yaml'], 'scenarios/b.yaml: there is no such file'],
    ['a folder', ['scenarios'], 'scenarios: is a folder'],
    ['a title that is not there', ['aa'], 'aa: no scenario has this title\n  hint: Did you mean "a"?'],
    ['a file with mistakes', ['scenarios/x.yaml'], 'scenarios/x.yaml:2:1: stag: unknown key'],
    ['an empty file', ['scenarios/e.yaml'], 'scenarios/e.yaml:1:1: the file is empty'],
    ['a wrong flag', ['a', '--realy'], 'Did you mean "--really"?'],
    ['no word at all', [], "missing required argument 'what'"],
  ])('64 for %s', async (_title, argv, message) => {
    await using project = await aProject({
      'scenarios/a.yaml': first,
      'scenarios/x.yaml': 'scenario: 1\nstag: 1\n',
      'scenarios/e.yaml': '',
    });
    const { exit, out, err } = await commandLine(project.root, ['bless', ...argv]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
  });
});
