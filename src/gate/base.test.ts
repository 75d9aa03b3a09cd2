import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quietPorts } from '../testing/command-line.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { openBase } from './base.ts';

const ports = quietPorts();
const { files } = ports;

async function aRepository(contents: Record<string, string> = { 'admissions/policy.yaml': 'policy: 1\n', 'src/secret.ts': 'x' }) {
  const project = await aProject(contents);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project.root, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'base');
  return { ...project, git, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() };
}

describe('the protected base', () => {
  it('is what was committed, whatever stands in the work tree or in the index', async () => {
    await using project = await aRepository();
    await files.write(join(project.root, 'admissions/policy.yaml'), 'policy: 2\n');
    project.git('add', '-A');
    await using base = await openBase(project.root, undefined, ports);
    expect(await files.readText(join(base.dir, 'admissions/policy.yaml'))).toBe('policy: 1\n');
    expect(base).toMatchObject({ ref: 'main', commit: project.git('rev-parse', 'HEAD') });
    expect(await files.list(base.dir)).toEqual(['admissions']);
  });

  it('is origin/main where there is one', async () => {
    await using project = await aRepository();
    const first = project.git('rev-parse', 'HEAD');
    project.git('update-ref', 'refs/remotes/origin/main', first);
    project.git('commit', '-q', '--allow-empty', '-m', 'not pushed');
    await using base = await openBase(project.root, undefined, ports);
    expect(base).toMatchObject({ ref: 'origin/main', commit: first });
    expect(await base.has(first)).toBe(true);
    expect(await base.has(project.git('rev-parse', 'HEAD'))).toBe(false);
    expect(await base.has('0'.repeat(40))).toBe(false);
  });

  it('runs no filter and no hook of the project, and keeps every byte', async () => {
    await using project = await aRepository({ 'admissions/a.yaml': 'a\r\nb\n', 'package.json': '{}' });
    const mark = join(project.root, 'ran');
    const program = join(project.root, 'filter.sh');
    writeFileSync(program, `#!/bin/sh\ntouch ${mark}\ncat\n`);
    chmodSync(program, 0o755);
    await files.write(join(project.root, '.gitattributes'), '* filter=evil text eol=crlf ident\n');
    project.git('add', '.gitattributes');
    project.git('commit', '-qm', 'attributes');
    project.git('config', 'filter.evil.smudge', program);
    project.git('config', 'filter.evil.clean', program);
    project.git('config', 'core.hooksPath', project.root);
    project.git('config', 'core.fsmonitor', program);
    await using base = await openBase(project.root, 'main', ports);
    expect(await files.readText(join(base.dir, 'admissions/a.yaml'))).toBe('a\r\nb\n');
    expect(await files.stat(mark)).toBeUndefined();
  });

  it('has to be a commit of a repository that is there', async () => {
    await using project = await aRepository();
    expect(await problemsOf(openBase(project.root, 'origin/next', ports))).toEqual(['origin/next there is no such commit here']);
    expect(await problemsOf(openBase(project.root, '--help', ports))).toEqual(['--help there is no such commit here']);
    await using none = await aProject({ 'a.txt': '' });
    expect(await problemsOf(openBase(none.root, undefined, ports))).toEqual([`${none.root} is not the root of a git repository`]);
  });
});
