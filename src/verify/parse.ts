import type { z } from 'zod';
import { serialize } from '../evidence/seal.ts';

/** Why a file is not what the engine writes. */
export class Unreadable extends Error {}

/** UTF-8 without exceptions: no byte may be one of several that read the same. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable('is not UTF-8');
  }
}

/**
 * A document is exactly what the engine writes for its value: no key twice, no other layout, not one byte more.
 *
 * @throws Unreadable
 */
export function parseExactly<T>(text: string, schema: z.ZodType<T>, layout: 'document' | 'line' = 'document'): T {
  let value: unknown;
  let again: string;
  try {
    value = JSON.parse(text);
    if (isDeeper(value, maxDepth)) throw new Unreadable('is nested too deeply');
    again = layout === 'line' ? JSON.stringify(value) : serialize(value);
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('is not JSON');
  }
  if (again !== text) throw new Unreadable('is not written as the engine writes it');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Unreadable(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`);
}

/** Deeper than anything that the engine or an agent has to say, and far from what exhausts a stack. */
const maxDepth = 100;

const isDeeper = (value: unknown, depth: number): boolean =>
  typeof value === 'object' && value !== null && (depth === 0 || Object.values(value).some(item => isDeeper(item, depth - 1)));
