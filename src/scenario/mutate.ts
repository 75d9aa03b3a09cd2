import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import type { Change, Mutation } from './mutation.ts';
import type { Scenario } from './scenario.ts';

/** Changes one file of a bundle as `given.mutate` says. @throws {UserError} at its line, where there is nothing to change */
export async function mutate(dir: string, mutation: Mutation, scenario: Scenario, files: Files): Promise<void> {
  const { file } = mutation;
  const refuse = (key: string, message: string) =>
    new UserError(scenario.problem(['given', 'mutate', key], `given.mutate.${key}: ${message}`, 'name what the bundle of this run has'));
  if ((await files.stat(join(dir, file)))?.kind !== 'file') throw refuse('file', `the bundle has no file ${file}`);
  await spoil(join(dir, file), mutation, (key, message) => refuse(key, `${file} ${message}`), files);
}

/** Changes one file that is there. @param refuse makes the error of a change that would change nothing */
export async function spoil(
  path: string,
  { flip, drop, append, replace }: Change,
  refuse: (key: keyof Change, message: string) => UserError,
  files: Files,
): Promise<void> {
  if (drop === true) return files.remove(path);

  const bytes = Uint8Array.from(await files.readBytes(path));
  if (append !== undefined) return files.write(path, Buffer.concat([bytes, Buffer.from(append)]));
  if (replace !== undefined) {
    const [before, after] = replace.map(text => Buffer.from(text).toString('latin1')) as [string, string];
    const parts = Buffer.from(bytes).toString('latin1').split(before);
    if (parts.length !== 2) throw refuse('replace', `has that text ${parts.length - 1} times`);
    return files.write(path, Buffer.from(parts.join(after), 'latin1'));
  }
  if (drop !== undefined) {
    const lines = Buffer.from(bytes)
      .toString('latin1')
      .split(/(?<=\n)/);
    if (!lines[drop - 1]) throw refuse('drop', `has ${bytes.length === 0 ? 0 : lines.length} lines`);
    return files.write(path, Buffer.from(lines.toSpliced(drop - 1, 1).join(''), 'latin1'));
  }
  const at = flip === true ? Math.floor(bytes.length / 2) : (flip ?? 0) < 0 ? bytes.length + (flip ?? 0) : (flip ?? 0);
  if (bytes[at] === undefined) throw refuse('flip', `has ${bytes.length} bytes`);
  bytes[at] ^= 0xff;
  return files.write(path, bytes);
}
