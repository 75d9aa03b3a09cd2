import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import { backendIdentifier } from '../authoring/backend-template.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

// A checkout is copied and compiled.
vi.setConfig({ testTimeout: 180_000 });

const engine = resolve(import.meta.dirname, '../..');

/** A checkout of proofgate, without its tests. */
async function aCheckout() {
  const { files } = quietPorts();
  const place = await aProject({});
  for (const folder of ['src', 'admissions', 'fixtures/n1-string-slugify'])
    await files.copyTree(join(engine, folder), join(place.root, folder));
  for (const name of ['package.json', 'tsconfig.json', '.oxfmtrc.json', '.oxlintrc.json']) {
    if (await files.stat(join(engine, name))) await files.copyFile(join(engine, name), join(place.root, name));
  }
  for (const { path } of await files.walk(join(place.root, 'src')))
    if (path.endsWith('.test.ts')) await files.remove(join(place.root, 'src', path));
  await symlink(join(engine, 'node_modules'), join(place.root, 'node_modules'));
  return place;
}

it('is one file and one line, which compile, are formatted, and run', async () => {
  await using place = await aCheckout();
  const { exit, out } = await commandLine(place.root, ['new', 'backend', 'my-agent']);
  expect(exit).toBe(0);
  const [file = '', , , importLine = '', listLine = ''] = out.split('\n');
  expect(file).toBe('src/backends/my-agent.ts');

  const registry = join(place.root, 'src/backends/index.ts');
  const text = await readFile(registry, 'utf8');
  const name = /, (\w+)\];$/.exec(listLine)?.[1];
  await writeFile(
    registry,
    `${importLine.trim()}\n${text.replace(/(export const backends: readonly Backend\[\] = \[[^\]]*)\]/, `$1, ${name}]`)}`,
  );

  const inCopy = (program: string, ...argv: string[]) =>
    execa(program, argv, { cwd: place.root, preferLocal: true, localDir: engine, reject: false, env: { CI: '' } });
  expect(await inCopy('tsc', '-p', '.')).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await inCopy('oxfmt', '--check', file)).toMatchObject({ exitCode: 0 });
  expect(await inCopy('oxlint', file)).toMatchObject({ exitCode: 0 });

  const cli = join(place.root, 'src/cli.ts');
  expect((await inCopy('node', cli, 'list', 'backends')).stdout).toMatch(/^my-agent {2,}my-agent, a program on the PATH$/m);
  const absent = await inCopy('node', cli, 'run', '--backend', 'my-agent', '--stage', '1', '--json');
  expect(absent.exitCode).toBe(2);
  expect(JSON.parse(absent.stdout)).toMatchObject({ report: { blockers: [{ code: 'provider_unavailable', cause: 'binary_missing' }] } });

  // and a program of that name does its work
  await mkdir(join(place.root, 'bin'));
  const agent = join(place.root, 'bin/my-agent');
  await writeFile(agent, `#!/bin/sh\ngit apply -p1 '${join(engine, 'fixtures/n1-string-slugify/oracle.patch')}'\n`);
  await chmod(agent, 0o755);
  const there = await execa('node', [cli, 'run', '--backend', 'my-agent', '--stage', '1', '--json'], {
    cwd: place.root,
    reject: false,
    env: { PATH: `${join(place.root, 'bin')}:${process.env['PATH']}` },
  });
  expect(JSON.parse(there.stdout)).toMatchObject({ exit: 0, report: { status: 'pass', backend: 'my-agent' } });
});

describe('is refused, and nothing is written', () => {
  const checkout = { 'package.json': '{}', 'fixtures/.keep': '', 'src/backends/index.ts': '', 'src/backends/taken.ts': 'mine\n' };

  it.each([
    [
      'outside of a checkout',
      { 'package.json': '{}', 'fixtures/.keep': '' },
      ['x'],
      'src/backends/index.ts: is not there: a backend is a part of proofgate',
    ],
    ['where a file is', checkout, ['taken'], 'src/backends/taken.ts: is there already'],
    ['where a backend is called so', checkout, ['case'], 'src/backends/case.ts: is there already'],
    ['with a name that no file should have', checkout, ['../x'], '../x: cannot be the name of a backend'],
    ['with an option of a task', checkout, ['x', '--language', 'node'], '--language: has no meaning for a backend'],
  ])('%s', async (_title, files: Record<string, string>, argv, message) => {
    await using place = await aProject(files);
    const { exit, out, err } = await commandLine(place.root, ['new', 'backend', ...argv]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    const folder = join(place.root, 'src/backends');
    if ('src/backends/index.ts' in files) expect(await readdir(folder)).toEqual(['index.ts', 'taken.ts']);
  });
});

it('a name of any form is an identifier', () => {
  expect(['acp', 'my-agent', 'a-', '3-d', 'case', 'x--y'].map(backendIdentifier)).toEqual([
    'acpBackend',
    'myAgentBackend',
    'aBackend',
    'agent3DBackend',
    'caseBackend',
    'xYBackend',
  ]);
});
