import type { z } from 'zod';

export type Schema = z.core.$ZodType;

/** The definitions of zod, as far as our schemas use them. */
interface Definition {
  type: string;
  checks?: readonly unknown[];
  format?: string;
  innerType?: Schema;
  in?: Schema;
  options?: readonly Schema[];
  element?: Schema;
  keyType?: Schema;
  valueType?: Schema;
  entries?: Record<string, string>;
  items?: readonly Schema[];
  rest?: Schema | null;
  getter?: () => Schema;
  shape?: Record<string, Schema>;
}

/** What a schema is made of. */
export function definition(schema: Schema): Definition {
  // oxlint-disable-next-line no-underscore-dangle -- how zod calls its public definition
  return schema._zod.def as unknown as Definition;
}

/** A schema without its wrappers (optional, default, …); of a union every member. */
function members(schema: Schema): Schema[] {
  const { type, innerType, in: input, options, getter } = definition(schema);
  if (type === 'union') return (options ?? []).flatMap(members);
  const wrapped = innerType ?? (type === 'pipe' ? input : undefined) ?? (type === 'lazy' ? getter?.() : undefined);
  return wrapped ? members(wrapped) : [schema];
}

/** What the schema says of one key, or of one element; empty where it knows neither. */
function inner(schema: Schema, step: string | number): Schema[] {
  return members(schema).flatMap(member => {
    const { type, shape, element, valueType, items, rest } = definition(member);
    // oxfmt-ignore
    const next =
      type === 'object' ? (Object.hasOwn(shape ?? {}, step) ? shape?.[step] : undefined)
      : type === 'record' ? valueType
      : type === 'array' ? element
      : type === 'tuple' ? (items?.[Number(step)] ?? rest)
      : undefined;
    return next ? [next] : [];
  });
}

/** Keys that a schema knows for a map; empty where it knows none by name. */
const keysOf = (schema: Schema): string[] => [...new Set(members(schema).flatMap(ownKeys))];

function ownKeys(schema: Schema): string[] {
  const { type, shape, keyType } = definition(schema);
  if (type === 'record' && keyType) return members(keyType).flatMap(key => Object.values(definition(key).entries ?? {}));
  return Object.entries(shape ?? {}).flatMap(([key, value]) => (isBuilt(value) ? [key] : []));
}

/** False for a key that is in the language and not in this build. */
export const isBuilt = (schema: Schema) => members(schema).some(member => definition(member).type !== 'never');

/** Keys that the schema knows for the map at `path`. */
export function keysAt(schema: Schema, path: readonly (string | number)[]): string[] {
  const level = path.reduce<Schema[]>((schemas, step) => schemas.flatMap(one => inner(one, step)), [schema]);
  return [...new Set(level.flatMap(keysOf))];
}
