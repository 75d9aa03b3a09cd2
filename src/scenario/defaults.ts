import { dirname, join, relative, resolve } from 'node:path';
import { type Problem, UserError } from '../errors.ts';
import type { Path } from '../model/json.ts';
import type { Files } from '../ports.ts';
import { checkFile } from './issues.ts';
import type { Layer } from './layers.ts';
import { type Memory, remembered } from './memory.ts';
import { DefaultsFile } from './schema.ts';
import { readYaml } from './source.ts';

export const DEFAULTS = '_defaults.yaml';

/** The `_defaults.yaml` of every folder from `root` down to that of `file`, outermost first. */
export async function defaultsFor(
  file: string,
  { scenarios, project }: { scenarios: string; project: string },
  files: Files,
  memory: Memory,
): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const dir of foldersBetween(scenarios, dirname(file))) {
    const path = join(dir, DEFAULTS);
    const layer = await remembered(memory.defaults, path, () => readDefaults(path, project, files));
    if (layer) layers.push(layer);
  }
  return layers;
}

async function readDefaults(path: string, project: string, files: Files): Promise<Layer | null> {
  const folder = dirname(path);
  const names = (await files.stat(folder))?.kind === 'dir' ? await files.list(folder) : [];
  const misnamed = names.filter(name => name !== DEFAULTS && /^_defaults?\.ya?ml$/i.test(name));
  if (misnamed.length > 0) {
    const problems = misnamed.map(name => ({
      at: `${relative(project, join(folder, name))}:1:1`,
      message: 'would be read by nobody',
      hint: `what holds for a folder stands in ${DEFAULTS}: rename it`,
    }));
    throw new UserError(problems as [Problem, ...Problem[]]);
  }
  if (!names.includes(DEFAULTS)) return null;
  const yaml = await readYaml(path, relative(project, path), files);
  const { data, problems } = checkFile(DefaultsFile, yaml);
  if (!data) throw new UserError(problems as [Problem, ...Problem[]]);
  const { scenario: _version, ...value } = data;
  return { yaml, value, pathInFile: (inScenario: Path) => inScenario };
}

/** Folders from `root` down to `dir`; only `dir` where it does not lie below. */
function foldersBetween(root: string, dir: string): string[] {
  const below = relative(root, dir);
  if (below.startsWith('..')) return [dir];
  const steps = below === '' ? [] : below.split('/');
  return [root, ...steps.map((_, i) => resolve(root, ...steps.slice(0, i + 1)))];
}
