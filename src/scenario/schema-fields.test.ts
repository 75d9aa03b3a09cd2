import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { isMap } from '../model/json.ts';
import { nodePorts } from '../node/ports.ts';
import { scenarioFiles } from './discover.ts';
import { scenarioJsonSchema } from './schema.ts';

const root = join(import.meta.dirname, '../..');
const schema = scenarioJsonSchema();
const files = await scenarioFiles(join(root, 'scenarios'), nodePorts().files);
/** Those of must-fail are refused on purpose, and a fake script of a command is no scenario. */
const valid = files
  .map(file => relative(root, file))
  .filter(file => !/\/must-fail\/|\/defaults-that-do-not-load\/|\/_(?!defaults)|never-sealed/.test(file));

/** Every `properties` below, with the way that leads there. */
function fieldsOf(node: unknown, way: string): [string, unknown][] {
  if (Array.isArray(node)) return node.flatMap((one, i) => fieldsOf(one, `${way}/${i}`));
  if (!isMap(node)) return [];
  const own = isMap(node['properties'])
    ? Object.entries(node['properties']).map(([key, field]): [string, unknown] => [`${way}.${key}`, field])
    : [];
  return [...own, ...Object.entries(node).flatMap(([key, value]) => fieldsOf(value, `${way}/${key}`))];
}

/** A field says what it means itself, or by what it refers to. */
function isDescribed(field: unknown): boolean {
  if (!isMap(field)) return false;
  const { description, $ref, anyOf } = field;
  const target = typeof $ref === 'string' ? (schema['$defs'] as Record<string, unknown>)[$ref.split('/').at(-1)!] : undefined;
  return Boolean(description) || isDescribed(target) || (Array.isArray(anyOf) && anyOf.some(isDescribed));
}

describe('the JSON Schema of a scenario', () => {
  it('describes every field at every depth: an editor shows what each means', () => {
    const fields = fieldsOf(schema, '');
    expect(fields.length).toBeGreaterThan(1000);
    expect(fields.flatMap(([way, field]) => (isDescribed(field) ? [] : [way]))).toEqual([]);
  });

  const check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

  it.each(valid)('accepts %s', async file => {
    const { error } = check.safeParse(parse(await readFile(join(root, file), 'utf8')));
    expect(error?.issues ?? []).toEqual([]);
  });

  it('refuses what the loader refuses, too', () => {
    for (const expectation of [{ statis: 'pass' }, { status: 'passed' }, { limits: 3 }, { status: { $oneof: ['pass'] } }]) {
      expect(check.safeParse({ scenario: 1, expect: expectation }).success, JSON.stringify(expectation)).toBe(false);
    }
  });
});
