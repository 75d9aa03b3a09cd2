import type { z } from 'zod';
import { Refused } from './refused.ts';

/**
 * A JSON document that every reader takes for the same value: UTF-8 without exceptions, no key twice, nothing that the schema does not
 * name. Unlike a document of a bundle it may have any layout: somebody else's tool may have written it.
 *
 * @param what the document is called in a refusal
 * @throws {Refused}
 */
export function readStrict<T>(bytes: Uint8Array, schema: z.ZodType<T>, what: string): T {
  return accept(parseStrict(bytes, what), schema, what);
}

/** @throws {Refused} */
export function parseStrict(bytes: Uint8Array, what: string): unknown {
  const text = textOf(bytes, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refused('not_json', `${what} is not JSON`, { cause: error });
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new Refused('duplicate_key', `${what} has the key ${JSON.stringify(twice)} twice`);
  return value;
}

/** @throws {Refused} */
export function accept<T>(value: unknown, schema: z.ZodType<T>, what: string): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data as T;
  const [issue] = error.issues;
  throw new Refused('malformed', `${what}: ${issue?.path.join('.') || 'as a whole'}: ${issue?.message ?? 'is not valid'}`, {
    cause: error,
  });
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Refused('not_text', `${what} is not UTF-8`, { cause: error });
  }
}

/** What gives a JSON text its structure; whether a string is a key is told by the colon after it. */
const tokens = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g;

/** A key that one map of a valid JSON text has twice, however it is escaped. */
function repeatedKey(text: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  for (const [token, string, colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (string !== undefined && colon !== undefined) {
      const key = String(JSON.parse(string));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
