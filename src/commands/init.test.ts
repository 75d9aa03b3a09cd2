import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { vitest } from '../testing/suite-project.ts';

// Vitest is started as a process here, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 180_000 });

const engine = resolve(import.meta.dirname, '../..');
const manifest = '{\n    "name": "theirs",\n    "scripts": {\n        "test": "true"\n    }\n}\n';
const init = async (root: string, ...argv: string[]) => await commandLine(root, ['init', ...argv]);
const read = (root: string, file: string) => readFile(join(root, file), 'utf8');

/** A repository of somebody else with both packages installed: proofgate is this checkout, under its public names. */
async function installed(files: Record<string, string> = {}) {
  const project = await aProject({
    'package.json': manifest,
    'node_modules/proofgate/package.json': JSON.stringify({
      name: 'proofgate',
      type: 'module',
      exports: { './vitest': './src/vitest.ts' },
    }),
    ...files,
  });
  const modules = join(project.root, 'node_modules');
  for (const part of ['src', 'schema']) await symlink(join(engine, part), join(modules, 'proofgate', part));
  for (const name of ['vitest', 'vite']) await symlink(join(engine, 'node_modules', name), join(modules, name));
  await mkdir(join(modules, '.keep'));
  return project;
}

/** Every file of a folder with its text; what is installed is left out. */
async function snapshot(root: string): Promise<Record<string, string>> {
  const { files } = quietPorts();
  const entries = await files.walk(root, { skip: ['node_modules', 'reports', '.vitest'] });
  const paths = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  return Object.fromEntries(await Promise.all(paths.map(async path => [path, await files.readText(join(root, path))] as const)));
}

describe('init sets up a suite in one command', () => {
  it('that is green, red when its expectation is inverted, and left alone by a second run', async () => {
    await using project = await installed();
    const { root } = project;
    const first = await init(root);
    expect(first).toMatchObject({ exit: 0, err: '' });
    expect(first.out.split('\n')).toEqual(
      expect.arrayContaining([
        'vitest.config.mjs',
        'scenarios/first-pass.yaml',
        'scenarios/first-failure.yaml',
        'fixtures/first-task/task.yaml',
        '.gitignore',
        'package.json',
      ]),
    );
    expect(first.out).not.toContain('npm install');
    expect(await read(root, 'package.json')).toBe(manifest.replace('"true"\n', '"true",\n        "proofgate": "vitest run scenarios"\n'));
    expect(await read(root, '.gitignore')).toBe('/reports/runs/\n/reports/suites/\n');
    expect((await read(root, 'scenarios/first-pass.yaml')).split('\n')[0]).toBe(
      '# yaml-language-server: $schema=../node_modules/proofgate/schema/scenario.v1.json',
    );

    const green = await vitest(root, ['run']);
    expect(green.all).toContain('✓ scenarios/first-pass.yaml (1 test)');
    expect(green.all).toContain('✓ scenarios/first-failure.yaml (1 test)');
    expect(green.exitCode).toBe(0);

    const before = await snapshot(root);
    const second = await init(root);
    expect(second).toMatchObject({ exit: 0, out: expect.stringMatching(/^Nothing to change\.\n/) as string });
    expect(await snapshot(root)).toEqual(before);
    expect((await commandLine(root, ['lint', '--strict'])).exit).toBe(0);

    await writeFile(
      join(root, 'scenarios/first-pass.yaml'),
      (await read(root, 'scenarios/first-pass.yaml')).replace('status: pass', 'status: fail'),
    );
    const red = await vitest(root, ['run', 'scenarios/first-pass.yaml']);
    expect(red.all).toContain('expect.status: expected "fail", got "pass"');
    expect(red.exitCode).toBe(1);
  });

  it('with a TypeScript configuration where TypeScript is used, and no script where there is no package.json', async () => {
    await using project = await aProject({ 'tsconfig.json': '{}' });
    const { exit, out } = await init(project.root);
    expect(exit).toBe(0);
    expect(Object.keys(await snapshot(project.root))).toEqual(expect.arrayContaining(['vitest.config.ts']));
    expect(out.split('\n')).not.toContain('package.json');
    expect(out).toContain('Install what is missing: npm install --save-dev proofgate vitest\n');
  });

  it('in a folder that is named', async () => {
    await using project = await aProject({ 'packages/a/package.json': '{}\n' });
    expect((await init(project.root, 'packages/a')).out.split('\n')).toContain('packages/a/vitest.config.mjs');
    expect(await read(project.root, 'packages/a/package.json')).toBe(
      '{\n  "scripts": {\n    "proofgate": "vitest run scenarios"\n  }\n}\n',
    );
  });

  it('goes on where it was left', async () => {
    await using project = await aProject({ 'package.json': manifest });
    await init(project.root);
    const whole = await snapshot(project.root);
    for (const path of ['scenarios/first-failure.yaml', 'fixtures/first-task/oracle.patch'])
      await quietPorts().files.remove(join(project.root, path));
    expect((await init(project.root)).out.split('\n').slice(0, 2)).toEqual([
      'fixtures/first-task/oracle.patch',
      'scenarios/first-failure.yaml',
    ]);
    expect(await snapshot(project.root)).toEqual(whole);
  });
});

describe('init replaces nothing', () => {
  it.each(['vitest.config.ts', 'vitest.config.mjs', 'vite.config.js'])('a %s of theirs: the two lines to add, and 1', async name => {
    const theirs = `// import { scenarios } from 'proofgate/vitest'; plugins: [scenarios()]\nexport default {};\n`;
    await using project = await aProject({ [name]: theirs, 'package.json': manifest });
    const { exit, out } = await init(project.root);
    expect(exit).toBe(1);
    expect(out).toContain(
      `${name} is there already, and is yours: add these two lines to it:\n    import { scenarios } from 'proofgate/vitest';\n      plugins: [scenarios()],\n`,
    );
    expect(await read(project.root, name)).toBe(theirs);
    expect(Object.keys(await snapshot(project.root)).filter(path => path.includes('.config.'))).toEqual([name]);
    // the rest is done
    expect(await read(project.root, 'scenarios/first-pass.yaml')).toContain('task: first-task');
  });

  it('a configuration that has the plugin is fine as it is', async () => {
    const theirs =
      `import { scenarios as proofs } from "proofgate/vitest";\nimport react from 'react';\nexport default { plugins: [react(), proofs()] };\n`
        .replaceAll('proofs', 'scenarios')
        .replace('scenarios as scenarios', 'scenarios');
    await using project = await aProject({ 'vite.config.ts': theirs });
    expect(await init(project.root)).toMatchObject({
      exit: 0,
      out: expect.stringContaining('kept: vite.config.ts has the plugin') as string,
    });
    expect(await read(project.root, 'vite.config.ts')).toBe(theirs);
  });

  it('scenarios, a script, and lines of .gitignore of theirs', async () => {
    const files = {
      'scenarios/theirs.yaml': 'scenario: 1\nexpect: {status: pass}\n',
      'package.json': '{"scripts": {"proofgate": "echo"}}',
      '.gitignore': 'dist\n/reports/',
    };
    await using project = await aProject(files);
    const { exit, out } = await init(project.root);
    expect({ exit, made: out.split('\n')[0] }).toEqual({ exit: 0, made: 'vitest.config.mjs' });
    expect(await snapshot(project.root)).toMatchObject(files);
    expect(Object.keys(await snapshot(project.root))).toHaveLength(4);
  });

  it('a .gitignore without a last newline gets its lines below', async () => {
    await using project = await aProject({ '.gitignore': 'dist' });
    await init(project.root);
    expect(await read(project.root, '.gitignore')).toBe('dist\n/reports/runs/\n/reports/suites/\n');
  });

  it('a package.json that cannot be changed safely: the line to add, and 1', async () => {
    const theirs = '{\n  // not JSON\n  "scripts": {}\n}\n';
    await using project = await aProject({ 'package.json': theirs });
    const { exit, out } = await init(project.root);
    expect(exit).toBe(1);
    expect(out).toContain('    "proofgate": "vitest run scenarios"\n');
    expect(await read(project.root, 'package.json')).toBe(theirs);
  });
});

describe('what cannot be done ends with 64 and says why', () => {
  it.each([
    ['a folder that is not there', ['nowhere'], 'nowhere: there is no such folder'],
    ['a file', ['package.json'], 'package.json: is a file, not a folder'],
    ['a wrong flag', ['--force'], "unknown option '--force'"],
    ['a word too many', ['.', '.'], 'too many arguments'],
  ])('%s', async (_title, argv, message) => {
    await using project = await aProject({ 'package.json': manifest });
    const { exit, out, err } = await init(project.root, ...argv);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    expect(Object.keys(await snapshot(project.root))).toEqual(['package.json']);
  });

  it('a folder that may not be written to, or where a file is in the way', async () => {
    await using project = await aProject({ scenarios: 'a file\n' });
    const { exit, err } = await init(project.root);
    expect(exit).toBe(64);
    expect(err).toMatch(/scenarios\/first-pass\.yaml: cannot be read or written \(E(NOTDIR|EXIST)\)\n {2}hint: make room/);

    const ports = quietPorts();
    const replace = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }));
    await quietPorts().files.remove(join(project.root, 'scenarios'));
    const refused = await commandLine(project.root, ['init'], { ports: { ...ports, files: { ...ports.files, replace } } });
    expect(refused).toMatchObject({ exit: 64, err: expect.stringContaining('cannot be read or written (EACCES)') as string });
  });
});
