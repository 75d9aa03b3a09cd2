import { readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { redIn } from '../testing/proven.ts';

// Every scenario here is run, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 120_000 });

const engine = resolve(import.meta.dirname, '../..');
const project = (files: Record<string, string> = {}) => aProject({ 'package.json': '{}', 'fixtures/README.md': 'tasks\n', ...files });

describe('new scenario', { concurrent: true }, () => {
  it.each([
    ['by default', [], 'scenarios/stage2/mine.yaml', 'pass'],
    ['at stage 1', ['--stage', '1'], 'scenarios/stage1/mine.yaml', 'pass'],
    ['of another task', ['--task', 'n2-recurrence-week-start'], 'scenarios/stage2/mine.yaml', 'pass'],
    ['with any program', ['--backend', 'command'], 'scenarios/stage2/mine.yaml', 'pass'],
    ['with a gated backend', ['--engine', 'case', '--stage', '1'], 'scenarios/stage1/mine.yaml', 'blocked'],
    ['at a stage that nothing is promoted to', ['--stage', '4'], 'scenarios/stage4/mine.yaml', 'blocked'],
    ['in another folder', ['--dir', 'scenarios/deep/er'], 'scenarios/deep/er/mine.yaml', 'pass'],
  ])('%s is green as it is', async (_title, argv, file, status) => {
    await using place = await project();
    const { exit, out } = await commandLine(place.root, ['new', 'scenario', 'mine', ...argv]);
    expect(exit).toBe(0);
    expect(out.split('\n')).toEqual([file, '', `Try it: npx vitest run ${file}`, `See every value of it: proofgate explain ${file}`, '']);
    expect(await readFile(join(place.root, file), 'utf8')).toContain(`\n  status: ${status}\n`);
    expect(await redIn(place.root, file)).toEqual([]);
    expect((await commandLine(place.root, ['lint', '--strict'])).exit).toBe(0);
  });

  it('of a task that asks for approval and review, and of one without a test command', async () => {
    await using place = await project();
    for (const name of ['asks', 'untested']) await commandLine(place.root, ['new', 'task', name]);
    const { files } = quietPorts();
    const asks = join(place.root, 'fixtures/asks/task.yaml');
    const untested = join(place.root, 'fixtures/untested/task.yaml');
    await files.write(asks, `${await files.readText(asks)}approval: {required: true}\nreview: {required: true}\n`);
    await files.write(untested, (await files.readText(untested)).replace(/^ {2}command: .*\n/m, ''));
    for (const name of ['asks', 'untested']) {
      expect((await commandLine(place.root, ['new', 'scenario', name, '--task', name])).exit).toBe(0);
      expect(await redIn(place.root, `scenarios/stage2/${name}.yaml`)).toEqual([]);
    }
    expect(await files.readText(join(place.root, 'scenarios/stage2/untested.yaml'))).toContain('blockers: [missing_test_command]');
  });

  it('of a Python task says what it needs', async () => {
    await using place = await project();
    await commandLine(place.root, ['new', 'scenario', 'py', '--task', 'r1-string-slugify']);
    expect(await readFile(join(place.root, 'scenarios/stage2/py.yaml'), 'utf8')).toContain('\nneeds: [python3, pytest] ');
  });

  it.each([
    ['that is there', ['scenario', 'a'], 'scenarios/stage2/a.yaml: is there already'],
    ['with a name that no file should have', ['scenario', 'A b'], 'A b: cannot be the name of a scenario'],
    ['of a task that is not there', ['scenario', 'x', '--task', 'n1-string-slugfy'], 'Did you mean "n1-string-slugify"?'],
    ['with a backend that is not there', ['scenario', 'x', '--backend', 'cas'], 'no backend is called "cas"'],
    ['at a stage that is not there', ['scenario', 'x', '--stage', '7'], 'It is one of 1, 2, 3, 4, 5, 6'],
    [
      'that no test would run',
      ['scenario', 'x', '--dir', 'elsewhere'],
      'elsewhere/x.yaml: would not be run: scenarios stand below scenarios/',
    ],
    ['with an option of a task', ['scenario', 'x', '--language', 'node'], '--language: has no meaning for a scenario'],
    [
      'where the defaults are for another ending',
      ['scenario', 'x', '--dir', 'scenarios/red'],
      'scenarios/red/_defaults.yaml:2:16: the defaults of this folder are for another ending: expect.exit: expected "nonzero"',
    ],
    [
      'that is blocked, where the defaults are for runs that pass',
      ['scenario', 'x', '--dir', 'scenarios/green', '--stage', '3'],
      'scenarios/green/_defaults.yaml:2:18: the defaults of this folder expect more than a run shows that does not pass',
    ],
    ['of no kind', ['scenari', 'x'], 'Did you mean "scenario"?'],
  ])('%s is refused, and nothing is written', async (_title, argv, message) => {
    await using place = await project({
      'scenarios/stage2/a.yaml': 'mine\n',
      'scenarios/red/_defaults.yaml': 'scenario: 1\nexpect: {exit: nonzero}\n',
      'scenarios/green/_defaults.yaml': 'scenario: 1\nexpect: {report: {tests_passed: true}}\n',
    });
    const { exit, out, err } = await commandLine(place.root, ['new', ...argv]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    expect(await readFile(join(place.root, 'scenarios/stage2/a.yaml'), 'utf8')).toBe('mine\n');
    const { files } = quietPorts();
    expect((await files.walk(join(place.root, 'scenarios'))).filter(({ kind }) => kind === 'file')).toHaveLength(3);
  });
});

describe('the schema that an editor looks for is one that is there', () => {
  const firstLine = async (root: string, file: string) => (await readFile(join(root, file), 'utf8')).split('\n')[0];
  const made = async (root: string) => {
    await commandLine(root, ['new', 'scenario', 's', '--dir', 'scenarios/a/b']);
    await commandLine(root, ['new', 'task', 't']);
    return [await firstLine(root, 'scenarios/a/b/s.yaml'), await firstLine(root, 'fixtures/t/task.yaml')];
  };

  it('that of the project', async () => {
    await using place = await project();
    await commandLine(place.root, ['schema', '--write']);
    expect(await made(place.root)).toEqual([
      '# yaml-language-server: $schema=../../../schema/scenario.v1.json',
      '# yaml-language-server: $schema=../../schema/task.v1.json',
    ]);
  });

  it('that of the installed package, also where a folder above has it', async () => {
    await using place = await project({
      'node_modules/.keep': '',
      'packages/one/package.json': '{}',
      'packages/one/fixtures/README.md': '',
    });
    await symlink(engine, join(place.root, 'node_modules/proofgate'));
    expect(await made(place.root)).toEqual([
      '# yaml-language-server: $schema=../../../node_modules/proofgate/schema/scenario.v1.json',
      '# yaml-language-server: $schema=../../node_modules/proofgate/schema/task.v1.json',
    ]);
    expect(await made(join(place.root, 'packages/one'))).toEqual([
      '# yaml-language-server: $schema=../../../../../node_modules/proofgate/schema/scenario.v1.json',
      '# yaml-language-server: $schema=../../../../node_modules/proofgate/schema/task.v1.json',
    ]);
  });

  it('and where there is none, the file says how to get it', async () => {
    await using place = await project();
    expect((await made(place.root))[0]).toMatch(/^# "proofgate schema --write" makes schema\/scenario\.v1\.json/);
  });
});
