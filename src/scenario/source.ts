import { systemCode, UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { parseYaml, sizeProblem, type Yaml } from './yaml.ts';

/** Reads a YAML file; problems call it `name`. @throws {UserError} also where it is not there, or is no file */
export async function readYaml(path: string, name: string, files: Files): Promise<Yaml> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file') {
    throw new UserError({
      at: name,
      message: stat ? `is a ${stat.kind}, not a file` : 'is not there',
      hint: 'name a YAML file that exists',
    });
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
