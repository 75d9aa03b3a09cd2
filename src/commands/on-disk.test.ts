import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Files } from '../ports.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

const refuse = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }));

/** Ports on which some operations of the disk are refused. */
function refusing(...names: (keyof Files)[]) {
  const ports = quietPorts();
  return { ports: { ...ports, files: { ...ports.files, ...Object.fromEntries(names.map(name => [name, refuse])) } } };
}

describe('what the disk refuses is for its owner to mend: 64, the name and the code', () => {
  const scenario = 'scenario: 1\nwhy: y\nbackend: case\nexpect: {status: blocked, changed_files: [x]}\n';

  it.each<[string, string[], (keyof Files)[], string]>([
    ['new scenario', ['new', 'scenario', 'x'], ['replace'], 'scenarios/stage2/x.yaml'],
    ['new task', ['new', 'task', 'x'], ['write'], 'fixtures/x'],
    ['schema --write', ['schema', '--write'], ['makeDir'], 'schema'],
    ['init', ['init'], ['readText'], '.'],
  ])('%s', async (_title, argv, names, at) => {
    await using project = await aProject({ '.gitignore': 'x\n' });
    const { exit, out, err } = await commandLine(project.root, argv, refusing(...names));
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(`${at}: cannot be read or written (EACCES)\n  hint: `);
  });

  it('bless, with the scenario as it was', async () => {
    await using project = await aProject({ 'scenarios/a.yaml': scenario });
    const ports = quietPorts();
    const replace: Files['replace'] = (path, bytes) => (path.endsWith('a.yaml') ? refuse() : ports.files.replace(path, bytes));
    const { exit, err } = await commandLine(project.root, ['bless', 'a'], { ports: { ...ports, files: { ...ports.files, replace } } });
    expect(exit).toBe(64);
    expect(err).toContain('scenarios/a.yaml: cannot be read or written (EACCES)');
    expect(await ports.files.readText(join(project.root, 'scenarios/a.yaml'))).toBe(scenario);
  });
});
