import { isDeepStrictEqual } from 'node:util';
import type { Matcher } from '../expect/matcher.ts';
import { delimited, matches, type TextRule } from '../expect/match.ts';
import { isMap, type Path, show } from '../model/json.ts';
import { flipOperator } from './flip-operator.ts';
import { flippedBelow, operatorsIn, type Flip, type Flipped } from './mutant.ts';
import { MARK, othersOf, ownValue, without } from './values.ts';

/**
 * Every way to make a matcher false for what it is held against. Each flip is false for all of `seen` by what it says, not
 * because the judge was asked: the judge is what is on trial.
 *
 * @param seen the values of the evidence that the matcher can be held against: one, or those of a list that may pair up
 */
export function* flipsOf(matcher: Matcher, seen: readonly unknown[], rule: TextRule = 'equal'): Generator<Flipped> {
  const operators = operatorsIn(matcher);
  if (Array.isArray(matcher)) yield* flipList(matcher, seen, rule);
  else if (operators) for (const name of Object.keys(operators)) yield* flipOperator(name, operators, seen, rule);
  else if (typeof matcher === 'object' && matcher !== null) yield* flipMap(matcher, seen, rule);
  else yield* flipScalar(matcher, seen, rule);
}

/** A flip at the matcher itself. */
export const flip = (kind: string, from: unknown, to: unknown, at: Path = []): Flip => ({
  does: 'flip',
  kind,
  at,
  edit: { at, to },
  what: `${show(from)} → ${show(to)}`,
});

function* flipScalar(scalar: Matcher, seen: readonly unknown[], rule: TextRule): Generator<Flipped> {
  if (rule === 'pattern' && typeof scalar === 'string' && delimited(scalar)) {
    yield flip('regular expression', scalar, '/(?!)/');
    return;
  }
  for (const { kind, to } of othersOf(scalar)) if (!seen.includes(to)) yield flip(kind, scalar, to);
  if (typeof scalar === 'boolean' && seen.includes(!scalar)) yield flip('another type', scalar, MARK);
}

function* flipMap(map: { [key: string]: Matcher }, seen: readonly unknown[], rule: TextRule): Generator<Flipped> {
  const maps = seen.filter(isMap);
  for (const [key, one] of Object.entries(map)) {
    yield* flippedBelow(
      [key],
      flipsOf(
        one,
        maps.map(value => ownValue(value, key)),
        rule,
      ),
    );
    const misspelt = `${key}~`;
    if (refusesNothing(one) && !maps.some(value => Object.hasOwn(value, misspelt)))
      yield flip('key misspelt', map, { ...without(map, key), [misspelt]: one });
  }
}

function* flipList(list: readonly Matcher[], seen: readonly unknown[], rule: TextRule): Generator<Flipped> {
  const lists = seen.filter(Array.isArray) as unknown[][];
  const equals = lists.filter(({ length }) => length === list.length);
  for (const [i, one] of list.entries())
    yield* flippedBelow(
      [i],
      flipsOf(
        one,
        equals.map(value => value[i]),
        rule,
      ),
    );
  const hasLength = (length: number) => lists.some(value => value.length === length);
  const longer = [...list, list.at(-1) ?? MARK];
  if (!hasLength(longer.length)) yield flip('list: one more', list, longer);
  if (list.length > 0 && !hasLength(list.length - 1)) yield flip('list: one less', list, list.slice(0, -1));
  for (let i = 1; i < list.length; i++) {
    const [a, b] = [list[i - 1], list[i]] as [Matcher, Matcher];
    if (isScalar(a) && isScalar(b) && equals.every(value => value[i - 1] !== b || value[i] !== a))
      yield flip('list: order', list, list.with(i - 1, b).with(i, a));
  }
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** Whether a matcher is false for what is not there, by what it says. */
export function refusesNothing(matcher: Matcher): boolean {
  return Object.entries(operatorsIn(matcher) ?? { $any: true }).some(([name, operand]) => {
    if (name === '$absent') return false;
    if (name === '$not') return !refusesNothing(operand);
    if (name === '$oneOf') return (operand as Matcher[]).every(refusesNothing);
    return true;
  });
}

/** The members of a list of alternatives that a value meets. */
export const takenOf = (alternatives: readonly Matcher[], value: unknown, rule: TextRule): number[] =>
  alternatives.flatMap((one, i) => (matches(one, value, rule) ? [i] : []));

export const isSame = (value: unknown, others: readonly unknown[]): boolean => others.some(other => isDeepStrictEqual(value, other));
