import { sha256 } from '../model/digest.ts';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { systemCode } from '../errors.ts';
import type { RecordRef } from '../model/admission.ts';
import { showPath } from '../model/json.ts';
import type { Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';

/** A record that was read and is well formed; whether it holds is another question. */
export interface Read<T> {
  value: T;
  ref: RecordRef;
  /** Its bytes, for the bundle. */
  text: string;
}

/** A larger file is no record. */
const MAX_RECORD_BYTES = 64 * 1024;

/** Reads one record. @returns what is wrong with it, or undefined where there is none */
export async function readRecord<T extends { expires_at: string }>(
  path: string,
  schema: z.ZodType<T>,
  files: Files,
): Promise<Read<T> | { problem: string } | undefined> {
  const file = basename(path);
  const stat = await files.stat(path);
  if (!stat) return undefined;
  if (stat.kind !== 'file' || stat.bytes > MAX_RECORD_BYTES)
    return { problem: `${file} is no plain file of at most ${MAX_RECORD_BYTES} bytes` };
  try {
    const text = await files.readText(path);
    const parsed = schema.safeParse(JSON.parse(text));
    if (repeatsNames(text)) return { problem: `${file} is malformed: a name stands twice in it` };
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { problem: `${file} is malformed: ${showPath(issue?.path as (string | number)[])} ${issue?.message}` };
    }
    const { data: value } = parsed;
    return { value, text, ref: { file, sha256: sha256(text), expires_at: value.expires_at } };
  } catch (error) {
    const code = systemCode(error);
    if (!code && !(error instanceof SyntaxError)) throw error;
    return { problem: code ? `${file} cannot be read (${code})` : `${file} is no JSON` };
  }
}

/** Of a name that stands twice a person reads the first, and a parser the last. @param text JSON */
function repeatsNames(text: string): boolean {
  const written = text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g)?.filter(token => token.endsWith(':')).length ?? 0;
  let kept = -1; // the whole is told of, too
  JSON.parse(text, function (this: unknown, _name, value: unknown) {
    if (!Array.isArray(this)) kept += 1;
    return value;
  });
  return written !== kept;
}

/** Why a record does not hold here and now; undefined: it holds. */
export function lapse(
  { admitted_at, expires_at, stages }: { admitted_at: string; expires_at: string; stages: readonly Stage[] },
  { now, stage }: { now: number; stage: Stage },
): string | undefined {
  if (Date.parse(admitted_at) > now) return `is dated in the future (${admitted_at})`;
  if (Date.parse(expires_at) <= now) return `expired on ${expires_at}`;
  return stages.includes(stage) ? undefined : `holds for stage ${stages.join(', ')} and not for stage ${stage}`;
}

/** Paths of the records of some folders, by name; a folder that is not there has none. */
export async function recordsIn(folders: readonly string[], files: Files): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of folders) {
    if ((await files.stat(folder))?.kind !== 'dir') continue;
    paths.push(...(await files.list(folder)).filter(name => name.endsWith('.json')).map(name => join(folder, name)));
  }
  return paths;
}
