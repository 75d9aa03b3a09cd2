import { z } from 'zod';
import { definition, type Schema } from '../model/shape.ts';

/**
 * For an editor: the schema of a key whose maps are laid over those further out, with null wherever it can take something back, and
 * without any key that has to be there: it may stand further out.
 * Lists are replaced as a whole, so nothing in them can be taken back, and what a union has in its depth is no map of keys.
 * Only for a JSON Schema: what a refinement asks for is lost.
 */
export function withRemovals(schema: z.ZodType): z.ZodType {
  const { type, options = [] } = definition(schema);
  if (type !== 'union') return described(inMap(schema), schema);
  return described(z.union(options.map(inMap) as [z.ZodType, ...z.ZodType[]]), schema);
}

function inMap(schema: Schema): z.ZodType {
  const { type, innerType, shape, keyType, valueType } = definition(schema);
  if (type === 'optional' && innerType) return inMap(innerType).optional();
  if (type === 'object' && shape) {
    return z.strictObject(
      Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, described(inMap(value).nullable().optional(), value)])),
    );
  }
  if (type === 'record' && keyType && valueType) return z.record(keyType as z.core.$ZodRecordKey, inMap(valueType).nullable());
  return schema as z.ZodType;
}

/** A copy says what the original says, and where that has a definition of its own, so has the copy. */
function described(copy: z.ZodType, original: Schema): z.ZodType {
  const { id, description } = z.globalRegistry.get(original) ?? {};
  return description === undefined ? copy : copy.meta({ ...(id !== undefined && { id: `${id}-or-null` }), description });
}
