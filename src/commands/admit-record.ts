import { join, relative } from 'node:path';
import type { z } from 'zod';
import { type Problem, UserError } from '../errors.ts';
import { collectSecrets, makeRedactor } from '../evidence/index.ts';
import { check, nameOf } from '../scenario/issues.ts';
import { systemCode } from '../errors.ts';
import type { Files } from '../ports.ts';
import type { Io } from './command.ts';
import { onDisk } from './on-disk.ts';

/** A decision that is to be written down. */
export interface Draft<T> {
  schema: z.ZodType<T>;
  record: T;
  /** Folder of its kind below the folder of admissions. */
  kind: 'models' | 'binaries' | 'sources' | 'owned';
  /** File name; part of it comes from outside and has no separator. */
  name: string;
  /** Whether a record under the same name is about the same thing. */
  isSame(other: T): boolean;
}

export interface Place {
  /** Folder of admissions as it was named; that of the project where it was not. */
  into?: string | undefined;
  replace?: boolean | undefined;
}

/**
 * Writes a record: checked first, whole or not at all, and onto nothing unless that was asked for.
 * @returns its absolute path
 * @throws {UserError} for a record that is not well formed, holds a secret, or would take the place of another
 */
export async function writeRecord<T>({ schema, record, kind, name, isSame }: Draft<T>, dir: string, place: Place, io: Io): Promise<string> {
  const { files, host } = io.ports;
  const { mistakes } = check(schema, record);
  if (mistakes.length > 0) {
    throw new UserError(mistakes.map(({ path, message, hint }) => ({ at: nameOf(path), message, hint })) as [Problem, ...Problem[]]);
  }
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const [secret] = makeRedactor(collectSecrets(host.env, {})).names(text);
  if (secret !== undefined)
    throw new UserError({
      at: secret,
      message: 'its value would stand in the record, which is committed',
      hint: 'Name what is admitted, not how it is reached: addresses and keys are given at run time.',
    });

  const path = join(dir, kind, name);
  const shown = show(path, io);
  await onDisk(shown, async () => {
    await files.makeDir(join(dir, kind));
    if (place.replace && (await files.stat(path))) await mustBeOfTheSame(path, { shown, schema, isSame }, files);
    else await claim(path, { shown, text }, files);
    await files.replace(path, text);
  });
  return path;
}

/** As it is named from where somebody stands; absolute where that is elsewhere. */
export function show(path: string, { cwd }: Pick<Io, 'cwd'>): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}

/** Takes the name, in one step that only one of two can take. */
async function claim(path: string, { shown, text }: { shown: string; text: string }, files: Files): Promise<void> {
  await using scratch = await files.scratch('proofgate-admit-');
  const whole = join(scratch.path, 'record.json');
  await files.write(whole, text);
  try {
    await files.copyFile(whole, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new UserError(
      { at: shown, message: 'is there already, and stands', hint: 'Read it; --replace puts this decision in its place.' },
      { cause: error },
    );
  }
}

/** A name is made from names and can be that of another thing; what is malformed admits nothing and may go. */
async function mustBeOfTheSame<T>(
  path: string,
  { shown, schema, isSame }: { shown: string; schema: z.ZodType<T>; isSame(other: T): boolean },
  files: Files,
): Promise<void> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file') throw new UserError({ at: shown, message: `is a ${stat?.kind}, not a record`, hint: 'Remove it first.' });
  const { data } = check(schema, asJson(await files.readText(path)));
  if (data === undefined || isSame(data)) return;
  throw new UserError({
    at: shown,
    message: 'admits something else under the same name, and stands',
    hint: 'Remove it first if nobody needs it any more.',
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
