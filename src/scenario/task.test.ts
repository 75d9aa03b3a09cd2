import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { findTaskDir, loadTask } from './task.ts';

const ports = nodePorts();
const task = `task: 1
id: t
prompt: mend it
allowed_paths: [a.js]
verification: {command: [node, --test], fail_to_pass: [mends]}
`;
const parts = {
  'fixtures/t/task.yaml': task,
  'fixtures/t/repo/a.js': 'a\n',
  'fixtures/t/tests/a.test.js': 'test\n',
  'fixtures/t/oracle.patch': '--- a/a.js\n',
};
const without = (...paths: string[]) => Object.fromEntries(Object.entries(parts).filter(([path]) => !paths.includes(path)));

describe('a task is loaded', () => {
  it('with every default, its parts as absolute paths, and the text of the oracle', async () => {
    await using project = await aProject(parts);
    const dir = join(project.root, 'fixtures/t');
    expect(await loadTask(dir, ports)).toMatchObject({
      spec: { id: 't', verification: { required: true, report: 'node-test', pass_to_pass: 'all', timeout: '30s' }, clean_start: true },
      dir,
      repoDir: join(dir, 'repo'),
      testsDir: join(dir, 'tests'),
      twinsDir: undefined,
      oracle: '--- a/a.js\n',
      seed: [{ path: 'a.js', kind: 'file' }],
    });
  });

  it('with its twins', async () => {
    await using project = await aProject({ ...parts, 'fixtures/t/twins/a.test.js': 'twin\n' });
    const dir = join(project.root, 'fixtures/t');
    expect((await loadTask(dir, ports)).twinsDir).toBe(join(dir, 'twins'));
  });

  it('and what a scenario lays over it wins; null removes', async () => {
    await using project = await aProject(parts);
    const over = { verification: { command: null, timeout: '5s' }, allowed_paths: ['b.js'], approval: { required: true, scope: 's' } };
    const { spec } = await loadTask(join(project.root, 'fixtures/t'), ports, over);
    expect(spec).toMatchObject({
      allowed_paths: ['b.js'],
      approval: { required: true, scope: 's' },
      verification: { timeout: '5s', fail_to_pass: ['mends'] },
    });
    expect(spec.verification.command).toBeUndefined();
  });

  it('its digest is that of every file: content, name and executable bit', async () => {
    const digest = async (files: Record<string, string>, change?: (dir: string) => Promise<void>) => {
      await using project = await aProject(files);
      const dir = join(project.root, 'fixtures/t');
      await change?.(dir);
      return (await loadTask(dir, ports)).digest;
    };
    const same = await digest(parts);
    expect(same).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest(parts)).toBe(same);
    expect(await digest({ ...parts, 'fixtures/t/repo/a.js': 'b\n' })).not.toBe(same);
    expect(await digest({ ...without('fixtures/t/repo/a.js'), 'fixtures/t/repo/b.js': 'a\n' })).not.toBe(same);
    expect(await digest({ ...parts, 'fixtures/t/oracle.patch': 'x' })).not.toBe(same);
    expect(await digest({ ...parts, 'fixtures/t/notes.txt': '' })).not.toBe(same);
    expect(await digest(parts, dir => ports.files.chmod(join(dir, 'repo/a.js'), 0o755))).not.toBe(same);
  });
});

describe('a task is refused', () => {
  const said = async (files: Record<string, string>, over?: unknown, change?: (dir: string) => Promise<void>) => {
    await using project = await aProject(files);
    const dir = join(project.root, 'fixtures/t');
    await change?.(dir);
    return (await problemsOf(loadTask(dir, ports, over))).map(line => line.replace(`${project.root}/`, ''));
  };

  it.each([
    ['without its seed', without('fixtures/t/repo/a.js'), 'fixtures/t repo is missing'],
    ['without a known good answer', without('fixtures/t/oracle.patch'), 'fixtures/t oracle.patch is missing'],
    ['without tests', without('fixtures/t/tests/a.test.js'), 'fixtures/t tests is missing'],
    ['with a part of the wrong kind', { ...without('fixtures/t/repo/a.js'), 'fixtures/t/repo': '' }, 'fixtures/t repo is not a dir'],
    [
      'with a twin that has no test',
      { ...parts, 'fixtures/t/twins/b.test.js': '' },
      'fixtures/t tests/ and twins/ differ in a.test.js, b.test.js',
    ],
    [
      'under another name',
      { ...parts, 'fixtures/t/task.yaml': task.replace('id: t', 'id: u') },
      'fixtures/t/task.yaml:2:5 id: expected t, got u',
    ],
    ['with an unknown key', { ...parts, 'fixtures/t/task.yaml': `${task}promt: x\n` }, 'fixtures/t/task.yaml:6:1 promt: unknown key'],
    [
      'with a way out of the workspace',
      { ...parts, 'fixtures/t/task.yaml': task.replace('a.js', '../a.js') },
      'fixtures/t/task.yaml:4:17 allowed_paths.0: must be relative to the workspace, with / and without .. (got "../a.js")',
    ],
    [
      'with a test that is named twice',
      { ...parts, 'fixtures/t/task.yaml': task.replace('[mends]', '[mends, mends]') },
      'fixtures/t/task.yaml:5:55 the test "mends" is named twice',
    ],
    ['in YAML that is none', { ...parts, 'fixtures/t/task.yaml': 'a: &x 1' }, 'fixtures/t/task.yaml:1:4 an anchor is refused'],
  ])('%s', async (_title, files, message) => {
    expect(await said(files)).toEqual([message]);
  });

  it('with every missing part at once', async () => {
    expect(await said({ 'fixtures/t/x': '' })).toEqual(
      ['task.yaml', 'repo', 'oracle.patch', 'tests'].map(part => `fixtures/t ${part} is missing`),
    );
  });

  it('where there is no folder', async () => {
    expect(await said({})).toEqual(['fixtures/t there is no such task folder']);
  });

  it('with a tests folder that has no file', async () => {
    const makeEmpty = (dir: string) => ports.files.makeDir(join(dir, 'tests/deep'));
    expect(await said(without('fixtures/t/tests/a.test.js'), undefined, makeEmpty)).toEqual(['fixtures/t tests/ has no file']);
  });

  it('with a FIFO in it, by name, and without waiting for a writer', async () => {
    const makeFifo = async (dir: string) => {
      await ports.exec(['mkfifo', join(dir, 'repo/pipe')], { cwd: dir, env: { PATH: process.env['PATH'] ?? '' } });
    };
    expect(await said(parts, undefined, makeFifo)).toEqual(['fixtures/t/repo/pipe a fifo cannot be part of a task']);
  });

  it('for what a scenario laid over it, and says so', async () => {
    expect(await said(parts, { allowed_paths: [], verification: { timeout: 'soon' } })).toEqual([
      'given.task.allowed_paths is empty',
      'given.task.verification.timeout must be a duration such as 250ms, 30s or 5m (got "soon")',
    ]);
    expect(await said(parts, { prompt: null })).toEqual(['given.task.prompt is missing']);
  });
});

describe('a task is found by name', () => {
  it('in the project first, else among those that come with proofgate', async () => {
    await using project = await aProject({ ...parts, 'fixtures/n1-string-slugify/task.yaml': '' });
    const find = (name: string) => findTaskDir(name, project.root, ports);
    expect(await find('t')).toBe(join(project.root, 'fixtures/t'));
    expect(await find('n1-string-slugify')).toBe(join(project.root, 'fixtures/n1-string-slugify'));
    expect(await find('r1-string-slugify')).not.toContain(project.root);
  });

  it.each(['../fixtures/t', 't/repo', '..', '.', ''])('and %j never leads out of fixtures/', async name => {
    await using project = await aProject(parts);
    expect(await problemsOf(findTaskDir(name, project.root, ports))).toEqual([`no task is called "${name}"`]);
  });

  it('and the nearest name is offered', async () => {
    await expect(findTaskDir('n1-string-slugfy', '/nowhere', ports)).rejects.toThrow('Did you mean "n1-string-slugify"?');
  });
});
