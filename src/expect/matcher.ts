import { z } from 'zod';
import type { Json } from '../model/json.ts';

/** What a scenario writes in the place of a value (SPEC section 2, matching). */
export type Matcher = Json;
type MatcherSchema = z.ZodType<Matcher>;

const NOTHING = 'asserts nothing: write {$any: object} for any map, {$exact: {}} for an empty one';
const something = (map: object) => Object.keys(map).length > 0;

const jsonTypes = ['string', 'number', 'boolean', 'array', 'object', 'null'] as const;

/** A regular expression as text, without slashes. */
export const Pattern = z
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

type Kind = 'text' | 'number' | 'list' | 'other' | 'any';

/** The operators that make sense for a kind of value; all that are written have to hold. */
function operators(kind: Kind, self: MatcherSchema, element: MatcherSchema): MatcherSchema {
  const has = (...kinds: Kind[]) => kind === 'any' || kinds.includes(kind);
  const number = z.number().optional();
  return z
    .strictObject({
      $absent: z.literal(true).optional().describe('There is no such key.'),
      $any: z.enum(jsonTypes).optional().describe('Any value of this JSON type.'),
      $exact: z.json().optional().describe('Equal at every depth, no other key.'),
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
    .refine(something, NOTHING) as unknown as MatcherSchema;
}

/** A key that is no operator: `$exact` takes data whose keys begin with $. */
const PlainKey = z.string().regex(/^(?!\$)/, 'unknown operator');

/** For a value whose shape is not known in advance. */
export const AnyMatcher: MatcherSchema = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(AnyMatcher),
    operators('any', AnyMatcher, AnyMatcher),
    z.record(PlainKey, AnyMatcher).refine(something, NOTHING),
  ]),
);

/** The same, for a place where only a map can stand. */
export const AnyMapMatcher = z.record(PlainKey, AnyMatcher).refine(something, NOTHING);

/**
 * The matcher for values of a schema: maps are partial at every depth, lists are exact, an unknown key
 * or a literal that the schema does not know is a mistake, and every place takes the operators of its kind.
 */
export function matcherFor(schema: z.core.$ZodType): MatcherSchema {
  const self: MatcherSchema = z.lazy(() => forms);
  const forms = z.union(formsOf(schema, self) as [MatcherSchema, MatcherSchema]);
  return forms;
}

/** A schema as zod keeps it, as far as ours use it. */
interface Definition {
  type: string;
  innerType?: z.core.$ZodType;
  options?: readonly z.core.$ZodType[];
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  shape?: Record<string, z.core.$ZodType>;
}

function formsOf(schema: z.core.$ZodType, self: MatcherSchema): MatcherSchema[] {
  const { type, innerType, options = [], element, valueType, shape = {} } = schema._zod.def as unknown as Definition;
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
      return options.every(option => typeOf(option) === 'literal')
        ? [literal, operators('number', self, self)]
        : options.flatMap(option => formsOf(option, self));
    case 'object': {
      const keys = Object.entries(shape).map(([key, value]) => [key, described(matcherFor(value), value).optional()]);
      return [
        z.strictObject(Object.fromEntries(keys)).refine(something, NOTHING) as unknown as MatcherSchema,
        operators('other', self, self),
      ];
    }
    case 'record':
      return [z.record(PlainKey, matcherFor(valueType!)).refine(something, NOTHING), operators('other', self, self)];
    case 'array': {
      const one = matcherFor(element!);
      return [z.array(one), operators('list', self, one)];
    }
    case 'string':
    case 'enum':
      return [literal, operators('text', self, self)];
    case 'literal':
    case 'number':
      return [literal, operators('number', self, self)];
    case 'boolean':
    case 'null':
      return [literal, operators('other', self, self)];
    default:
      return [AnyMatcher, operators('any', AnyMatcher, AnyMatcher)];
  }
}

const typeOf = (schema: z.core.$ZodType): string => schema._zod.def.type;

function described(matcher: MatcherSchema, schema: z.core.$ZodType): MatcherSchema {
  const text = z.globalRegistry.get(schema)?.description;
  return text ? matcher.describe(text) : matcher;
}
