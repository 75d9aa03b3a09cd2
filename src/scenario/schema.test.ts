import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectKeys } from '../expect/expectation.ts';
import { nodePorts } from '../node/ports.ts';
import { readBoard } from './board.ts';
import { descriptionKeys, runKeys } from './keys.ts';
import { scenarioJsonSchema } from './schema.ts';

const root = join(import.meta.dirname, '../..');

describe('the language', () => {
  it('has run keys and expect keys that never share a name: a column of a table is one of them', () => {
    expect(Object.keys({ ...runKeys, ...descriptionKeys }).filter(key => key in expectKeys)).toEqual([]);
  });

  it('describes every key', () => {
    const all = { ...runKeys, ...descriptionKeys, ...expectKeys };
    expect(Object.entries(all).flatMap(([key, schema]) => (schema.description ? [] : [key]))).toEqual([]);
  });

  it('has a JSON Schema that knows both forms and the defaults, and no other key', () => {
    interface Form {
      properties: Record<string, unknown>;
      additionalProperties: boolean;
      required: string[];
    }
    const { $defs } = scenarioJsonSchema() as { $defs: { scenario: { anyOf: Form[] } } };
    const forms = $defs.scenario.anyOf;
    expect(forms.map(({ required }) => required)).toEqual([['scenario', 'expect'], ['scenario', 'matrix', 'rows'], ['scenario']]);
    expect(forms.map(({ additionalProperties }) => additionalProperties)).toEqual([false, false, false]);
    expect(Object.keys(forms[0]!.properties)).toEqual(expect.arrayContaining(['scenario', 'name', 'fake', 'given', 'expect']));
  });
});

describe('the board of this project', () => {
  it('has the twelve rows of the failure matrix, and the three criteria for all of them', async () => {
    const { items } = await readBoard(root, nodePorts());
    expect(items.find(({ id }) => id === 'CTO-WORK-007')?.criteria).toHaveLength(15);
  });
});
