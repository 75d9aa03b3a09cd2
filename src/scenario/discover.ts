import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { isMap } from '../model/json.ts';
import { Slug } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { DEFAULTS } from './defaults.ts';
import type { ScenarioRoot } from './load.ts';
import { readYaml } from './source.ts';

/** Every YAML file below a folder, defaults among them; none where there is no such folder. */
export async function scenarioFiles(root: string, files: Files): Promise<string[]> {
  if ((await files.stat(root))?.kind !== 'dir') return [];
  // names are all that is asked for: nothing is read
  const entries = await files.walk(root, { maxFileBytes: 0 });
  return entries.filter(({ path, kind }) => kind === 'file' && /\.ya?ml$/.test(path)).map(({ path }) => join(root, path));
}

/** Tags that stand in the files. What cannot be read is reported when the file itself is loaded. */
export async function tagsOf(paths: readonly string[], files: Files): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const text = await files.readText(path).catch(() => '');
    if (/\btags["']?\s*:/.test(text)) for (const tag of tagsIn(await valueOf(path, files))) found.add(tag);
  }
  return [...found].toSorted();
}

async function valueOf(path: string, files: Files): Promise<unknown> {
  try {
    return (await readYaml(path, path, files)).value;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function tagsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(tagsIn);
  if (!isMap(value)) return [];
  const { tags, each, rows } = value;
  // A word that is no tag is a problem of its file, and must not keep Vitest from starting.
  const own = Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string' && Slug.safeParse(tag).success) : [];
  return [...own, ...tagsIn(each), ...tagsIn(rows)];
}

/** Files and folders whose change makes a scenario file another one: defaults, and what stands beside it. */
export async function dependenciesOf(file: string, { scenarios }: ScenarioRoot, files: Files): Promise<string[]> {
  const found: string[] = [];
  for (let dir = dirname(file); ; dir = dirname(dir)) {
    const path = join(dir, DEFAULTS);
    if ((await files.stat(path)) !== undefined) found.push(path);
    if (resolve(dir) === resolve(scenarios) || relative(scenarios, dir).startsWith('..')) return found;
  }
}
