import { dirname, join, resolve } from 'node:path';
import type { Files } from '../ports.ts';

/** Where tasks come from and where evidence goes. */
export interface Project {
  /** Owns fixtures/, scenarios/, admissions/ and reports/. */
  root: string;
  /** The folder of proofgate itself; its built-in tasks are always there. */
  engine: string;
}

/** The folder that has package.json and src/ (or dist/) of proofgate. */
const engine = resolve(import.meta.dirname, '..', '..');

/** The nearest folder from `cwd` upwards that has fixtures/ and package.json; else `cwd` itself. */
export async function findProject(cwd: string, files: Files): Promise<Project> {
  for (let dir = resolve(cwd); ; dir = dirname(dir)) {
    const [fixtures, manifest] = await Promise.all([files.stat(join(dir, 'fixtures')), files.stat(join(dir, 'package.json'))]);
    if (fixtures?.kind === 'dir' && manifest?.kind === 'file') return { root: dir, engine };
    if (dirname(dir) === dir) return { root: resolve(cwd), engine };
  }
}

export interface TaskPlace {
  name: string;
  dir: string;
  /** Part of proofgate, not of the project. */
  builtIn: boolean;
}

/** Every task by name: those of the project first, then the built-in ones that it does not replace. */
export async function listTasks({ root, engine: home }: Project, files: Files): Promise<TaskPlace[]> {
  const own = await tasksBelow(join(root, 'fixtures'), root === home, files);
  const builtIn = root === home ? [] : await tasksBelow(join(home, 'fixtures'), true, files);
  return [...own, ...builtIn.filter(task => !own.some(mine => mine.name === task.name))];
}

async function tasksBelow(dir: string, builtIn: boolean, files: Files): Promise<TaskPlace[]> {
  if ((await files.stat(dir))?.kind !== 'dir') return [];
  const names = await files.list(dir);
  const found = await Promise.all(names.map(name => files.stat(join(dir, name, 'task.yaml'))));
  return names.filter((_, i) => found[i]?.kind === 'file').map(name => ({ name, dir: join(dir, name), builtIn }));
}
