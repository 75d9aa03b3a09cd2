import { z } from 'zod';
import { definition } from '../model/shape.ts';

/** The schema of something laid over a value: every key is optional, and null removes it. */
export function overlayOf(schema: z.ZodType): z.ZodType<Record<string, unknown>> {
  return overlay(schema) as z.ZodType<Record<string, unknown>>;
}

function overlay(schema: z.ZodType): z.ZodType {
  const { type, innerType, shape } = definition(schema) as { type: string; innerType?: z.ZodType; shape?: Record<string, z.ZodType> };
  if (innerType && (type === 'default' || type === 'prefault' || type === 'optional')) return overlay(innerType);
  if (type !== 'object' || !shape) return schema;
  return z.strictObject(
    Object.fromEntries(
      Object.entries(shape).map(([key, value]) => [
        key,
        overlay(value)
          .nullable()
          .optional()
          .describe(value.description ?? key),
      ]),
    ),
  );
}
