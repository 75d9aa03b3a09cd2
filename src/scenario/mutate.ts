import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import type { Mutation } from './keys.ts';
import type { Scenario } from './scenario.ts';

/** Changes one file of a bundle as `given.mutate` says. @throws {UserError} at its line, where there is nothing to change */
export async function mutate(dir: string, { file, flip, drop, append }: Mutation, scenario: Scenario, files: Files): Promise<void> {
  const path = join(dir, file);
  const refuse = (key: string, message: string) =>
    new UserError(scenario.problem(['given', 'mutate', key], `given.mutate.${key}: ${message}`, 'name what the bundle of this run has'));
  if ((await files.stat(path))?.kind !== 'file') throw refuse('file', `the bundle has no file ${file}`);
  if (drop === true) return files.remove(path);

  const bytes = Uint8Array.from(await files.readBytes(path));
  if (append !== undefined) return files.write(path, Buffer.concat([bytes, Buffer.from(append)]));
  if (drop !== undefined) {
    const lines = Buffer.from(bytes)
      .toString('latin1')
      .split(/(?<=\n)/);
    if (!lines[drop - 1]) throw refuse('drop', `${file} has ${bytes.length === 0 ? 0 : lines.length} lines`);
    return files.write(path, Buffer.from(lines.toSpliced(drop - 1, 1).join(''), 'latin1'));
  }
  const at = flip === true ? Math.floor(bytes.length / 2) : (flip ?? 0) < 0 ? bytes.length + (flip ?? 0) : (flip ?? 0);
  if (bytes[at] === undefined) throw refuse('flip', `${file} has ${bytes.length} bytes`);
  bytes[at] ^= 0xff;
  return files.write(path, bytes);
}
