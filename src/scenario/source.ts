import { relative } from 'node:path';
import { systemCode, UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { parseYaml, sizeProblem, type Yaml } from './yaml.ts';

/** Reads a YAML file of the project; problems name it relative to the project. */
export async function readYaml(path: string, project: string, files: Files): Promise<Yaml> {
  const name = relative(project, path);
  const stat = await files.stat(path);
  if (stat?.kind !== 'file') {
    throw new UserError({ at: name, message: stat ? `is a ${stat.kind}, not a file` : 'is not there', hint: 'name a YAML file that exists' });
  }
  const tooLarge = sizeProblem(name, stat.bytes);
  if (tooLarge) throw new UserError(tooLarge);
  try {
    return parseYaml(await files.readText(path), name);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    throw new UserError({ at: name, message: `cannot be read (${code})`, hint: 'mend its permissions' }, { cause: error });
  }
}
