import { readdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { aProject } from './project.ts';

const engine = resolve(import.meta.dirname, '../..');

/** Options of the plugin, as they stand in a config file. */
const configWith = (options: string) => `import { defineConfig } from 'vitest/config';
import { scenarios } from ${JSON.stringify(join(engine, 'src/vitest.ts'))};
export default defineConfig({ plugins: [scenarios(${options})] });
`;

/** A project of somebody else that has the plugin and these scenarios; `options` are those of the plugin. */
export async function withScenarios(files: Record<string, string>, options = '') {
  const scenarios = Object.fromEntries(Object.entries(files).map(([name, text]) => [`scenarios/${name}`, text]));
  const project = await aProject({ 'package.json': '{"type": "module"}', 'vitest.config.ts': configWith(options), ...scenarios });
  await symlink(join(engine, 'node_modules'), join(project.root, 'node_modules'));
  return project;
}

/** Vitest itself, as a process in that project. */
export const vitest = (root: string, args: string[], env: Record<string, string> = {}) =>
  execa(process.execPath, [join(engine, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: root, NO_COLOR: '1', ...env },
    extendEnv: false,
    all: true,
    reject: false,
  });

/** The report of every bundle that a suite left. */
export async function reportsIn(root: string): Promise<Record<string, unknown>[]> {
  const runs = join(root, 'reports/runs');
  const names = await readdir(runs).catch(() => []);
  return Promise.all(
    names.map(async name => JSON.parse(await readFile(join(runs, name, 'report.json'), 'utf8')) as Record<string, unknown>),
  );
}
