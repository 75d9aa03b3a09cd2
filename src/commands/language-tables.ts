import { join } from 'node:path';
import { type ExitClass, exitClasses } from '../model/exit.ts';
import { notBuilt } from '../model/built.ts';
import { FakeAction } from '../model/fake.ts';
import { isMap } from '../model/json.ts';
import { definition, isBuilt, type Schema } from '../model/shape.ts';
import type { Ports } from '../ports.ts';
import { code, table } from '../report/escape.ts';
import { needs } from '../scenario/keys.ts';
import { scenarioJsonSchema } from '../scenario/schema.ts';
import { Reply } from '../scripted/script.ts';
import { takes } from './language-takes.ts';

/** Tables of docs/language.md, each read from the schemas, from another table of the code, or from the refusals of must-fail. */

/** Keys to their schemas. */
export type Keys = Readonly<Record<string, Schema>>;

/** The keys of a map, by its schema. */
export const keysOf = (schema: Schema): Record<string, Schema> => {
  const { innerType, options = [], shape } = definition(schema);
  if (shape) return shape;
  return innerType ? keysOf(innerType) : Object.assign({}, ...options.map(keysOf));
};

interface KeyTable {
  /** Markdown: what holds where the key is not written. */
  defaults?: Readonly<Record<string, string>>;
  /** Markdown: what it takes, where the schema would say too much. */
  see?: Readonly<Record<string, string>>;
}

/** One line a key: what it takes, what holds without it, what it means. */
export function keyTable(keys: Keys, { defaults = {}, see = {} }: KeyTable = {}): string {
  const known = {
    ...Object.fromEntries(Object.entries(keys).flatMap(([key, schema]) => ownDefault(schema).map(one => [key, one]))),
    ...defaults,
  };
  const hasDefaults = Object.keys(known).length > 0;
  const rows = Object.entries(keys).map(([key, schema]) => {
    const name = `\`${key}\``;
    const meaning = cell(meaningOf(schema));
    if (!isBuilt(schema))
      return [name, '', ...(hasDefaults ? [''] : []), `*${meaning.replace(/^Not built yet: (.*)\.$/, 'Not built yet:* $1.')}`];
    return [name, cell(see[key] ?? takes(schema)), ...(hasDefaults ? [known[key] ?? ''] : []), meaning];
  });
  return table(['key', 'takes', ...(hasDefaults ? ['default'] : []), 'meaning'], rows).join('\n');
}

/** The default that the schema itself has, as code; none where it has none. */
function ownDefault(schema: Schema): string[] {
  const { type, defaultValue } = definition(schema) as { type: string; defaultValue?: unknown };
  return type === 'default' ? [code(String(defaultValue))] : [];
}

function meaningOf(schema: Schema): string {
  const { innerType } = definition(schema);
  return (schema as { description?: string }).description ?? (innerType ? meaningOf(innerType) : '');
}

/** In which kinds of map each key may stand. */
export function placeTable(): string {
  const forms = formsOf(scenarioJsonSchema());
  const keys = new Set(Object.values(forms).flatMap(form => Object.keys(propertiesOf(form))));
  const places = Object.keys(forms);
  const standsIn = (key: string) => places.map(place => (Object.hasOwn(propertiesOf(forms[place]), key) ? 'yes' : ''));
  const rows = Map.groupBy(keys, key => standsIn(key).join());
  return table(
    ['key', ...places],
    [...rows].map(([stands, same]) => [same.map(key => `\`${key}\``).join(' '), ...stands.split(',')]),
  ).join('\n');
}

/** The JSON Schema of a scenario file has three members: one scenario, a table, defaults. */
function formsOf(schema: Record<string, unknown>): Record<string, unknown> {
  const { $ref = '', $defs = {} } = schema as { $ref?: string; $defs?: Record<string, unknown> };
  const [terse, ofTable, defaults] = ($defs[$ref.split('/').at(-1)!] as { anyOf: unknown[] }).anyOf;
  const { each, rows } = propertiesOf(ofTable);
  return {
    'a scenario': terse,
    'a table': ofTable,
    '`each`': each,
    'a row': (rows as { items: unknown }).items,
    '`_defaults.yaml`': defaults,
  };
}

const propertiesOf = (schema: unknown): Record<string, unknown> =>
  isMap(schema) && isMap(schema['properties']) ? schema['properties'] : {};

/** One line an action of the fake backend. */
export const actionTable = (): string => memberTable(['action', 'takes', 'what it does'], FakeAction.options);

/** One line a reply of a scripted model. */
export const replyTable = (): string => memberTable(['reply', 'takes', 'what comes'], Reply.options);

/** One line a map whose first key names it. */
const memberTable = (head: [string, string, string], members: readonly Schema[]): string =>
  table(
    head,
    members.map(action => {
      const [[name, schema] = ['', action as Schema], ...more] = Object.entries(keysOf(action));
      const others = more.map(([key, one]) => `\`${key}\`: ${takes(one)}`);
      const inside = Object.entries(keysOf(schema)).map(([key, one]) => `\`${key}\`: ${takes(one)}`);
      const what = inside.length > 0 ? `a map of ${inside.join('; ')}` : takes(schema);
      return [`\`${name}\``, [what, ...others].join('<br>'), meaningOf(action)].map(cell);
    }),
  ).join('\n');

const exitMeanings: Record<ExitClass, string> = {
  zero: 'a pass; a command did what it was asked for',
  nonzero: 'a fail or a block',
  fail: 'a fail',
  blocked: 'a block: the question could not be asked',
  refused: 'refused by the policy of a gate',
  invalid: 'evidence that does not hold',
  usage: 'a mistake on the command line or in a file',
  interrupted: 'ended by SIGINT, SIGKILL or SIGTERM',
};

/** The words that stand for exit codes. */
export const exitTable = (): string =>
  table(
    ['word', 'codes', 'meaning'],
    Object.entries(exitClasses).map(([word, codes]) => {
      const later = notBuilt.exits.some(name => name === word) ? '. *Not built yet: nothing ends so*' : '';
      return [`\`${word}\``, codes.join(', '), `${exitMeanings[word as ExitClass]}${later}`];
    }),
  ).join('\n');

/** What `needs` can name. */
export const needTable = (): string =>
  table(
    ['need', 'is there where this works'],
    Object.entries(needs).map(([name, argv]) => [`\`${name}\``, code(argv.join(' '))]),
  ).join('\n');

const MUST_FAIL = 'scenarios/selftest/must-fail';

/** A rule, and the case of must-fail that shows it; of several refusals the first whose message has `about` in it. */
export type Rule = readonly [rule: string, name: string, about?: string];

/** One line a rule: an example that breaks it, and what is said, word for word. @throws where a case does not say so any more */
export async function refusalTable(rules: readonly Rule[], project: string, { files }: Pick<Ports, 'files'>): Promise<string> {
  const rows = rules.map(async ([rule, name, about = '']) => {
    const said = refusalsIn(await files.readText(join(project, MUST_FAIL, name, 'golden.txt')));
    const refusal = said.find(({ message }) => message.includes(about));
    if (!refusal) throw new Error(`${MUST_FAIL}/${name}: nothing is said with "${about}" in it`);
    return [rule, code(refusal.line), `${code(refusal.message)}<br>${code(`hint: ${refusal.hint}`)}`].map(cell);
  });
  return table(['refused is', 'for example', 'what is said'], await Promise.all(rows)).join('\n');
}

interface Said {
  /** The line that it is about, as the frame shows it. */
  line: string;
  message: string;
  hint: string;
}

/** The refusals of a golden file: `file:line:col: message`, a frame whose last line has the caret, a hint. */
function refusalsIn(golden: string): Said[] {
  return golden.split(/^(?=\S+:\d+:\d+: )/m).map(text => {
    const lines = text.trimEnd().split('\n');
    const caret = lines.findIndex(line => /^ +\| *\^$/.test(line));
    return {
      line: (lines[caret - 1] ?? '').replace(/^ *\d+ \| ?/, '').trim(),
      message: (lines[0] ?? '').replace(/^\S+:\d+:\d+: /, ''),
      hint: (lines.at(-1) ?? '').replace(/^ *hint: /, ''),
    };
  });
}

/** A pipe would end the cell. */
const cell = (text: string): string => text.replaceAll(/(?<!\\)\|/g, '\\|');
