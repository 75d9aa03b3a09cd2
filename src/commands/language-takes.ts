import { z } from 'zod';
import { BlockerCode } from '../model/blocker.ts';
import { EventType } from '../model/event.ts';
import { definition, type Schema } from '../model/shape.ts';
import { code } from '../report/escape.ts';

/** What can be written for a key, in words, read from its schema. */

/** Markdown: `text`, `a whole number, 1 to 10`, `` `granted`, `denied` or `nobody` ``. */
export function takes(schema: Schema): string {
  const kinds = [...new Set(kindsOf(schema))];
  const isOfSuch = (kind: string) => kind.startsWith('a list of ') && kinds.includes(kind.replace('a list of ', ''));
  return either(kinds.map(kind => (isOfSuch(kind) ? 'a list of such' : kind)));
}

/** Lists of words that have a page of their own. */
const pages: readonly [words: readonly string[], said: string][] = [
  [EventType.options, 'the [type](events.md) of an event'],
  [BlockerCode.options, 'the [code](blockers.md) of a blocker'],
];

const OPERATOR = 'an [operator](matching.md#operators)';

/** Every kind of value that a schema takes; what stands in no scenario is none. */
function kindsOf(schema: Schema): string[] {
  const { type, innerType, options = [], element, items = [], rest, valueType, shape = {} } = definition(schema);
  switch (type) {
    case 'optional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return kindsOf(innerType!);
    case 'nullable':
      return ['`null`', ...kindsOf(innerType!)];
    case 'union':
      return inOrder(options.flatMap(kindsOf));
    case 'enum':
    case 'literal':
      return wordsOf(schema);
    case 'string':
      return [formOf(schema)];
    case 'number':
      return [rangeOf(schema)];
    case 'boolean':
      return ['`true`', '`false`'];
    case 'null':
      return ['`null`'];
    case 'array':
      return [`a list of ${inList(kindsOf(element!))}`];
    case 'tuple':
      return [rest ? `a list of ${inList([...items, rest].flatMap(kindsOf))}` : `\`[${items.flatMap(kindsOf).join(', ')}]\``];
    case 'record':
      return [`a map to ${inList(kindsOf(valueType!))}`];
    case 'object':
      return Object.keys(shape).some(key => key.startsWith('$')) ? [OPERATOR] : ['a map'];
    case 'lazy':
      return ['a [matcher](matching.md)'];
    case 'never':
      return [];
    default:
      return ['anything'];
  }
}

/** Words before kinds, and the operator last. */
const inOrder = (kinds: readonly string[]): string[] => {
  const rank = (kind: string) => (kind === OPERATOR ? 2 : kind.startsWith('`') ? 0 : 1);
  return kinds.toSorted((a, b) => rank(a) - rank(b));
};

/** What a list or a map holds; that an operator can stand in the place of each is said by the one for the whole. */
const inList = (kinds: readonly string[]): string =>
  either(
    [...new Set(kinds)]
      .filter(kind => kind !== OPERATOR)
      .map(kind => (/^a (map|list)\b/.test(kind) ? kind.replace(/^a (map|list)/, '$1s') : kind)),
  );

function wordsOf(schema: Schema): string[] {
  // oxlint-disable-next-line no-underscore-dangle -- how zod calls the values of an enum or a literal
  const values = [...((schema as unknown as { _zod: { values?: Set<unknown> } })._zod.values ?? [])].map(String);
  const page = pages.find(([words]) => words.length === values.length && words.every(word => values.includes(word)));
  return page ? [page[1]] : values.map(code);
}

/** Text, in the words of its own refusal where it has a form. */
function formOf(schema: Schema): string {
  const refusal = (schema as unknown as { safeParse(value: unknown): { error?: { issues: { message: string }[] } } }).safeParse('\0');
  const form = refusal.error?.issues.map(({ message }) => message).find(message => message.startsWith('must be '));
  return form === undefined ? 'text' : `text: ${form.replace(/^must be /, '')}`;
}

function rangeOf(schema: Schema): string {
  const { type, minimum: low, exclusiveMinimum: above, maximum: high } = z.toJSONSchema(schema as z.ZodType);
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const isBound = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (isBound(low) && isBound(high)) return `${kind}, ${low} to ${high}`;
  if (isBound(above)) return `${kind} above ${above}`;
  return isBound(low) ? `${kind}, at least ${low}` : kind;
}

/** `a`, `a or b`, `a, b or c` */
const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
