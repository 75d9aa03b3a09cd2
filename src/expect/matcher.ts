import { z } from 'zod';
import type { Json } from '../model/json.ts';
import { definition, type Schema } from '../model/shape.ts';

/** What a scenario writes in the place of a value (SPEC section 2, matching). */
export type Matcher = Json;
type MatcherSchema = z.ZodType<Matcher>;

const NOTHING = 'asserts nothing: write {$any: object} for any map, {$exact: {}} for an empty one';
// Says no for good (`abort`): of the members of a union, one that knows no key of a map was not meant.
const something = (map: object) => Object.keys(map).length > 0;

const jsonTypes = ['string', 'number', 'boolean', 'array', 'object', 'null'] as const;

/** Any data, as it is: no operator means anything in it. */
const Data = z.json().meta({ id: 'data' });

/** A regular expression as text, without slashes. */
const Pattern = z
  .string()
  .min(1)
  .refine(text => !/^\/.*\/[a-z]*$/.test(text), 'is written between slashes: leave them out')
  .refine(isRegExp, 'is not a regular expression')
  .describe('A regular expression (unicode), without slashes; it has to match somewhere.');

function isRegExp(source: string): boolean {
  try {
    return Boolean(new RegExp(source, 'u'));
  } catch {
    return false;
  }
}

/** Between slashes it would be taken for the regular expression that it is not here. */
const plain = z
  .string()
  .refine(word => !/^\/.+\/[imsu]*$/.test(word), 'is no regular expression here: write {$re: …}, or {$exact: …} for the text itself');

type Kind = 'text' | 'number' | 'list' | 'other' | 'any';

/** The operators that make sense for a kind of value; all that are written have to hold. `exact` is what can be there at all: of a map or a list any data. */
function operators(kind: Kind, self: MatcherSchema, element: MatcherSchema, exact: Schema = Data): MatcherSchema {
  const has = (...kinds: Kind[]) => kind === 'any' || kinds.includes(kind);
  const number = z.number().optional();
  return z
    .strictObject({
      $absent: z.literal(true).optional().describe('There is no such key.'),
      $any: z.enum(jsonTypes).optional().describe('Any value of this JSON type.'),
      $exact: (exact as z.ZodType).optional().describe('Equal at every depth, no other key.'),
      $not: self.optional().describe('Does not match this.'),
      $oneOf: z.array(self).min(1).optional().describe('Matches at least one of these.'),
      ...(has('text') && { $re: Pattern.optional() }),
      ...(has('number') && {
        $gt: number.describe('Greater than.'),
        $gte: number.describe('Greater than or equal to.'),
        $lt: number.describe('Less than.'),
        $lte: number.describe('Less than or equal to.'),
      }),
      ...(has('list') && {
        $contains: z.array(element).min(1).optional().describe('Each of these is matched by an element of its own.'),
        $unordered: z.array(element).optional().describe('Exactly these elements, in any order.'),
      }),
    })
    .refine(something, { error: NOTHING, abort: true }) as unknown as MatcherSchema;
}

/** A key that is no operator: `$exact` takes data whose keys begin with $. */
const PlainKey = z.string().regex(/^(?!\$)/, 'unknown operator');

/** For a value whose shape is not known in advance. */
export const AnyMatcher: MatcherSchema = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(AnyMatcher),
      operators('any', AnyMatcher, AnyMatcher),
      z.record(PlainKey, AnyMatcher).refine(something, { error: NOTHING, abort: true }),
    ]),
  )
  .meta({ id: 'matcher' });

/** The same, for a place where only a map can stand. */
export const AnyMapMatcher = z
  .union([z.record(PlainKey, AnyMatcher).refine(something, { error: NOTHING, abort: true }), operators('other', AnyMatcher, AnyMatcher)])
  .meta({ id: 'map-matcher' });

/**
 * The matcher for values of a schema: maps are partial at every depth, lists are exact, an unknown key
 * or a literal that the schema does not know is a mistake, and every place takes the operators of its kind.
 */
export function matcherFor(schema: Schema): MatcherSchema {
  const { type, checks = [], format } = definition(schema);
  // Most of a report is text, numbers and booleans without more to say: each of these is one matcher for all places.
  if (type === 'boolean') return flag;
  if (type === 'string' && checks.length === 0 && !format) return text;
  return build(schema);
}

function build(schema: Schema): MatcherSchema {
  const self: MatcherSchema = z.lazy(() => forms);
  const forms = z.union(formsOf(schema, self) as [MatcherSchema, MatcherSchema]);
  return forms;
}

const text = build(z.string()).meta({ id: 'text-matcher' });
const flag = build(z.boolean()).meta({ id: 'boolean-matcher' });

function formsOf(schema: Schema, self: MatcherSchema): MatcherSchema[] {
  const { type, innerType, options = [], element, valueType, shape = {} } = definition(schema);
  const literal = schema as unknown as MatcherSchema;
  switch (type) {
    case 'optional':
    case 'default':
    case 'prefault':
      return formsOf(innerType!, self);
    case 'nullable':
      return [z.null(), ...formsOf(innerType!, self)];
    case 'union':
      // Literals stay one member: each with operators of its own would tell an author the same thing six times.
      return options.every(option => definition(option).type === 'literal')
        ? [literal, operators('number', self, self, schema)]
        : options.flatMap(option => formsOf(option, self));
    case 'object': {
      const keys = Object.entries(shape).map(([key, value]) => [key, described(matcherFor(value), value).optional()]);
      return [
        z.strictObject(Object.fromEntries(keys)).refine(something, { error: NOTHING, abort: true }) as unknown as MatcherSchema,
        operators('other', self, self),
      ];
    }
    case 'record':
      return [
        z.record(PlainKey, matcherFor(valueType!)).refine(something, { error: NOTHING, abort: true }),
        operators('other', self, self),
      ];
    case 'array': {
      const one = matcherFor(element!);
      return [z.array(one), operators('list', self, one)];
    }
    case 'string':
      return [(definition(schema).checks ?? []).length === 0 ? plain : literal, operators('text', self, self, schema)];
    case 'enum':
      return [literal, operators('text', self, self, schema)];
    case 'literal':
    case 'number':
      return [literal, operators('number', self, self, schema)];
    case 'boolean':
    case 'null':
      return [literal, operators('other', self, self, schema)];
    default:
      return [AnyMatcher, operators('any', AnyMatcher, AnyMatcher)];
  }
}

function described(matcher: MatcherSchema, schema: Schema): MatcherSchema {
  const description = z.globalRegistry.get(schema)?.description;
  return description ? matcher.describe(description) : matcher;
}
