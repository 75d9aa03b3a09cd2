import type { z } from 'zod';
import { Refused } from './refused.ts';
import { accept, parseStrict } from './strict-json.ts';

/** A schema of one kind of statement. */
interface Typed {
  shape: { predicateType: { value: string } };
}

/**
 * The statement in a payload whose signature holds.
 *
 * @param what the document is called in a refusal
 * @throws {Refused}
 */
export function readStatement<T>(payload: Uint8Array, schema: z.ZodType<T> & Typed, what: string): T {
  const type = schema.shape.predicateType.value;
  const value = parseStrict(payload, what);
  if (typeof value === 'object' && value !== null) {
    const { _type, predicateType } = value as Record<string, unknown>;
    if (typeof _type === 'string' && _type !== 'https://in-toto.io/Statement/v1')
      throw new Refused('statement_type', `${what} is no in-toto statement of version 1`);
    if (typeof predicateType === 'string' && predicateType !== type)
      throw new Refused('predicate_type', `${what} is ${JSON.stringify(predicateType.slice(0, 100))}, and ${type} was expected`);
  }
  return accept(value, schema, what);
}
