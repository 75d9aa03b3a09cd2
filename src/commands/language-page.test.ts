import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ContentSpec } from '../expect/artifacts.ts';
import { expectKeys, outputKeys } from '../expect/expectation.ts';
import { BlockerCode } from '../model/blocker.ts';
import { exitClasses } from '../model/exit.ts';
import { FakeAction } from '../model/fake.ts';
import { keysAt } from '../model/shape.ts';
import { Duration } from '../model/units.ts';
import { nodePorts } from '../node/ports.ts';
import { descriptionKeys, needs, runKeys } from '../scenario/keys.ts';
import { ScenarioSpec } from '../scenario/schema.ts';
import { aProject } from '../testing/project.ts';
import { languagePage } from './language-page.ts';
import { keyTable, refusalTable } from './language-tables.ts';
import { takes } from './language-takes.ts';

const ports = nodePorts();
const page = await languagePage(join(import.meta.dirname, '..', '..'), ports);
/** First cells of all tables. */
const rows = new Set([...page.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell));

describe('nothing of the language is left out', () => {
  const tables: [string, readonly string[]][] = [
    ['what a scenario says of itself', Object.keys(descriptionKeys)],
    ['what is run', Object.keys(runKeys)],
    ['actions of the fake backend', FakeAction.options.map(action => keysAt(action, [])[0] ?? '')],
    ...['given', 'given/mutate', 'limits', 'approval', 'model'].map((path): [string, string[]] => [
      path,
      keysAt(ScenarioSpec, path.split('/')),
    ]),
    ['what is expected', Object.keys({ ...expectKeys, ...outputKeys })],
    ['clauses of an artifact', keysAt(ContentSpec, [])],
    ['parts of events', keysAt(ScenarioSpec, ['expect', 'events'])],
    ['words of exit', Object.keys(exitClasses)],
    ['needs', Object.keys(needs)],
  ];
  it.each(tables)('%s', (_title, keys) => {
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter(key => !rows.has(`\`${key}\``))).toEqual([]);
  });
});

describe('what a key takes is said in words', () => {
  it.each([
    [z.string(), 'text'],
    [Duration, 'text: a duration such as 250ms, 30s or 5m'],
    [z.int().min(1).max(10).optional(), 'a whole number, 1 to 10'],
    [z.int().positive(), 'a whole number above 0'],
    [z.number(), 'a number'],
    [z.enum(['a', 'b', 'c']), '`a`, `b` or `c`'],
    [z.union([z.literal(true), z.string()]), '`true` or text'],
    [z.union([z.string(), z.array(z.string())]), 'text or a list of such'],
    [z.array(z.strictObject({ a: z.string() })), 'a list of maps'],
    [z.tuple([z.string(), z.string()]), '`[text, text]`'],
    [z.record(z.string(), z.int()), 'a map to a whole number'],
    [BlockerCode.nullable(), '`null` or the [code](blockers.md) of a blocker'],
    [expectKeys.status, '`pass`, `fail`, `blocked` or an [operator](matching.md#operators)'],
  ])('%#: %s', (schema, words) => {
    expect(takes(schema)).toBe(words);
  });

  it('a default that stands in the schema is shown, and what is not built is said to be', () => {
    const later = z.never().optional().describe('Not built yet: more of it.');
    const table = keyTable({ a: z.boolean().default(true).describe('First.'), b: later });
    expect(table.split('\n').slice(2)).toEqual([
      '| `a` | `true` or `false` | `true` | First. |',
      '| `b` |  |  | *Not built yet:* more of it. |',
    ]);
  });
});

it('a refusal that is not said any more is no line of the page', async () => {
  const golden = 'a.yaml:2:7: stag: unknown key\n  1 | scenario: 1\n  2 | stag: 2\n    | ^\n  hint: Did you mean "stage"?\n';
  await using project = await aProject({ 'scenarios/selftest/must-fail/typo/golden.txt': golden });
  const table = await refusalTable([['a typo', 'typo', 'unknown key']], project.root, ports);
  expect(table.split('\n').at(-1)).toBe('| a typo | `stag: 2` | `stag: unknown key`<br>`hint: Did you mean "stage"?` |');
  await expect(refusalTable([['a typo', 'typo', 'is missing']], project.root, ports)).rejects.toThrow(
    'nothing is said with "is missing" in it',
  );
});
