import { z } from 'zod';

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
  shape?: Record<string, Schema>;
}

/** What a schema is made of. */
export function definition(schema: Schema): Definition {
  // oxlint-disable-next-line no-underscore-dangle -- how zod calls its public definition
  return schema._zod.def as unknown as Definition;
}

/** What a lazy schema stands for: the one that zod keeps, as its getter would make another every time. */
// oxlint-disable-next-line no-underscore-dangle -- how zod calls it
const resolved = (schema: Schema): Schema => (schema as z.core.$ZodLazy)._zod.innerType;

/** A schema without its wrappers (optional, default, …); of a union every member. */
function members(schema: Schema): Schema[] {
  const { type, innerType, in: input, options } = definition(schema);
  if (type === 'union') return (options ?? []).flatMap(members);
  const wrapped = innerType ?? (type === 'pipe' ? input : undefined) ?? (type === 'lazy' ? resolved(schema) : undefined);
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
      : type === 'array' ? (typeof step === 'number' ? element : undefined)
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
export const keysAt = (schema: Schema, path: readonly (string | number)[]): string[] => [
  ...new Set(schemasAt(schema, path).flatMap(keysOf)),
];

/** What the schema says in words of the value at `path`; undefined where it says nothing, or several things. */
export function descriptionAt(schema: Schema, path: readonly (string | number)[]): string | undefined {
  const found = new Set(schemasAt(schema, path).flatMap(described));
  return found.size === 1 ? [...found][0] : undefined;
}

/** A schema that refers to itself is met once a step: its members would double with every one. */
const schemasAt = (schema: Schema, path: readonly (string | number)[]): Schema[] =>
  path.reduce<Schema[]>((schemas, step) => [...new Set(schemas.flatMap(one => inner(one, step)))], [schema]);

/** The outermost description of a schema and its wrappers. */
function described(schema: Schema): string[] {
  const own = z.globalRegistry.get(schema)?.description;
  const { innerType } = definition(schema);
  return own ? [own] : innerType ? described(innerType) : [];
}
