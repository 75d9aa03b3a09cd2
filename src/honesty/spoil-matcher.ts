import type { Matcher } from '../expect/matcher.ts';
import { delimited, type TextRule } from '../expect/match.ts';
import { isMap, type Path, show } from '../model/json.ts';
import { refusesNothing } from './flip-matcher.ts';
import { operatorsIn, spoiltBelow, type Spoil, type Spoilt } from './mutant.ts';
import { spoilOperator } from './spoil-operator.ts';
import { MARK, othersOf, ownValue, without } from './values.ts';

/**
 * Every way to take out of a value what a matcher asks for, or to change it there. Each spoilt value is the whole value again,
 * and false by what the matcher says.
 *
 * @param actual what the evidence has, for which the matcher holds
 */
export function* spoilsOf(matcher: Matcher, actual: unknown, rule: TextRule = 'equal'): Generator<Spoilt> {
  const operators = operatorsIn(matcher);
  if (Array.isArray(matcher)) yield* spoilList(matcher, actual, rule);
  else if (operators) for (const [name, operand] of Object.entries(operators)) yield* spoilOperator(name, operand, actual, rule);
  else if (typeof matcher === 'object' && matcher !== null) yield* spoilMap(matcher, actual, rule);
  else yield* spoilScalar(matcher, rule);
}

/** A value that is spoilt as a whole. */
export const spoil = <T>(kind: string, from: unknown, to: T, at: Path = []): Spoil<T> => ({
  does: 'spoil',
  kind: `evidence: ${kind}`,
  at,
  without: at,
  to,
  what: `${show(from)} → ${show(to)}`,
});

function* spoilScalar(scalar: Matcher, rule: TextRule): Generator<Spoilt> {
  const pattern = rule === 'pattern' && typeof scalar === 'string' ? delimited(scalar) : undefined;
  if (!pattern) for (const { kind, to } of othersOf(scalar)) yield spoil(kind, scalar, to);
  else for (const to of textsWithout(text => pattern.test(text))) yield spoil('text without the pattern', scalar, to);
}

function* spoilMap(map: { [key: string]: Matcher }, actual: unknown, rule: TextRule): Generator<Spoilt> {
  const value = isMap(actual) ? actual : {};
  for (const [key, one] of Object.entries(map)) {
    yield* spoiltBelow([key], spoilsOf(one, ownValue(value, key), rule), part => ({ ...value, [key]: part }));
    if (refusesNothing(one)) yield { ...spoil('key removed', value[key], without(value, key), [key]), what: 'removed' };
  }
  yield spoil('map to null', map, null);
}

function* spoilList(list: readonly Matcher[], actual: unknown, rule: TextRule): Generator<Spoilt> {
  const value = Array.isArray(actual) ? (actual as unknown[]) : [];
  // the length of a list is part of what it says: without one of its elements it would be another list
  for (const [i, one] of list.entries()) yield* spoiltBelow([i], spoilsOf(one, value[i], rule), part => value.with(i, part), []);
  yield spoil('list: one more', value, [...value, value.at(-1) ?? MARK]);
  if (value.length > 0) yield spoil('list: one less', value, value.slice(0, -1));
  for (let i = 1; i < value.length; i++) {
    const [a, b] = [list[i - 1], list[i]];
    if (typeof a === 'string' && typeof b === 'string' && rule === 'equal' && a !== b)
      yield { ...spoil('list: order', value, value.with(i - 1, value[i]).with(i, value[i - 1])), at: [i - 1], without: [] };
  }
  yield spoil('list to null', value, null);
}

/** Texts in which something does not occur, as far as there are any: none is longer than a word. */
export const textsWithout = (occurs: (text: string) => boolean): string[] =>
  [MARK, '', '0', ' ', '#'].filter(text => !occurs(text)).slice(0, 2);
