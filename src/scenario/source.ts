import { isUtf8 } from 'node:buffer';
import { type Problem, systemCode, UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { codeFrame } from './frame.ts';
import { parseYaml, sizeProblem, type Yaml } from './yaml.ts';

/** Reads a YAML file; problems call it `name`. @throws {UserError} also where it is not there, or is no file, with `hint` */
export async function readYaml(path: string, name: string, files: Files, hint = 'name a YAML file that exists'): Promise<Yaml> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file') {
    throw new UserError({
      at: name,
      message: stat ? `is a ${stat.kind}, not a file` : 'is not there',
      hint,
    });
  }
  const tooLarge = sizeProblem(name, stat.bytes);
  if (tooLarge) throw new UserError(tooLarge);
  try {
    const bytes = await files.readBytes(path);
    const text = Buffer.from(bytes).toString('utf8');
    if (!isUtf8(bytes)) throw new UserError(notUtf8(text, name));
    return parseYaml(text, name);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    throw new UserError({ at: name, message: `cannot be read (${code})`, hint: 'mend its permissions' }, { cause: error });
  }
}

/** Bytes that are no text would be read as something that nobody wrote. `text` has U+FFFD where they stand. */
function notUtf8(text: string, file: string): Problem {
  const before = text.slice(0, text.indexOf('\uFFFD')).split('\n');
  const place = { line: before.length, col: before.at(-1)!.length + 1 };
  const at = `${file}:${place.line}:${place.col}`;
  return { at, message: 'this is not UTF-8', hint: 'save the file as UTF-8', frame: codeFrame(text.split(/\r?\n/), place) };
}
