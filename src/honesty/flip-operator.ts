import type { Matcher } from '../expect/matcher.ts';
import type { TextRule } from '../expect/match.ts';
import { type Path, valueAt } from '../model/json.ts';
import { flip, flipsOf, isSame, takenOf } from './flip-matcher.ts';
import { flippedBelow, leaveOut, withAt, type Flipped } from './mutant.ts';
import { jsonTypeOf, MARK, othersOf, type JsonType, samples, unlike, without } from './values.ts';

type Operators = { [operator: string]: Matcher };

/** Every way to make one operator of a matcher false for what it is held against; the others of the map stay. */
export function* flipOperator(name: string, matcher: Operators, seen: readonly unknown[], rule: TextRule): Generator<Flipped> {
  const operand = matcher[name]!;
  const change = (to: unknown) => flip(name, operand, to, [name]);
  const replaceBy = (operators: Operators): Flipped => ({
    ...flip(name, matcher, { ...without(matcher, name), ...operators }),
    at: Object.keys(operators),
  });
  switch (name) {
    case '$absent':
      yield replaceBy({ $any: 'string' });
      return;
    case '$any':
      for (const type of Object.keys(samples) as JsonType[]) if (!seen.some(value => jsonTypeOf(value) === type)) yield change(type);
      return;
    case '$exact':
      for (const to of unlike(operand)) if (!isSame(to, seen)) yield change(to);
      for (const at of scalarsOf(operand)) yield flipScalarIn(operand, at, seen);
      return;
    case '$not':
      yield change({ $oneOf: seen.map(value => (value === undefined ? { $absent: true } : { $exact: value })) });
      yield leaveOut('one with what forbids it', [name]);
      return;
    case '$oneOf':
      yield* flipAlternatives(operand as Matcher[], seen, rule);
      return;
    case '$re':
      yield change('(?!)');
      yield change(`(?:${String(operand)})(?!)`);
      return;
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      yield change(
        limitFor(
          name,
          seen.filter(value => typeof value === 'number'),
        ),
      );
      return;
    case '$contains':
    case '$unordered':
      yield* flipPaired(name, operand as Matcher[], seen, rule);
      return;
    default:
      yield { does: 'know nothing', at: [name], what: `the operator ${name}` };
  }
}

/** The places of every scalar of a value. */
const scalarsOf = (value: unknown): Path[] =>
  typeof value !== 'object' || value === null
    ? [[]]
    : (Array.isArray(value) ? [...value.entries()] : Object.entries(value)).flatMap(([key, one]) =>
        scalarsOf(one).map(path => [key, ...path]),
      );

/** A value that is expected whole, with another scalar: the nearest one that is nowhere to be seen. */
function flipScalarIn(operand: Matcher, at: Path, seen: readonly unknown[]): Flipped {
  const from = valueAt(operand, at);
  const others = [...othersOf(from).map(({ to }) => to), MARK];
  return flip(
    '$exact',
    from,
    others.find(to => !isSame(withAt(operand, at, to), seen)),
    ['$exact', ...at],
  );
}

/** The nearest limit that no value keeps. */
const limitFor = (name: '$gt' | '$gte' | '$lt' | '$lte', numbers: readonly number[]): number => {
  const [least, most] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  return { $gt: most, $gte: most + 1, $lt: least, $lte: least - 1 }[name];
};

function* flipAlternatives(members: readonly Matcher[], seen: readonly unknown[], rule: TextRule): Generator<Flipped> {
  const at = ['$oneOf'];
  yield flip('$oneOf', members, [MARK], at);
  const [value] = seen;
  const taken = seen.length === 1 ? takenOf(members, value, rule) : [];
  for (const [i, member] of members.entries()) {
    if (taken.length !== 1 || taken[0] !== i) {
      yield leaveOut('an alternative not taken', [...at, i]);
      continue;
    }
    if (members.length > 1) yield { ...flip('$oneOf', members, members.toSpliced(i, 1), at), at: [...at, i] };
    // the other members do not hold, so that the whole is false when this one is
    yield* flippedBelow([...at, i], flipsOf(member, seen, rule));
  }
}

function* flipPaired(
  name: '$contains' | '$unordered',
  members: readonly Matcher[],
  seen: readonly unknown[],
  rule: TextRule,
): Generator<Flipped> {
  const lists = seen.filter(Array.isArray) as unknown[][];
  // any element may be the one that a member was paired with
  for (const [i, member] of members.entries()) yield* flippedBelow([name, i], flipsOf(member, lists.flat(), rule));
  yield flip(name, members, [...members, MARK], [name]);
  const most = Math.max(0, ...lists.map(({ length }) => length));
  yield flip(name, members, Array(most + 1).fill({ $not: { $absent: true } }), [name]);
  const hasLength = (length: number) => lists.some(value => value.length === length);
  if (name === '$unordered' && members.length > 0 && !hasLength(members.length - 1))
    yield flip(name, members, members.slice(0, -1), [name]);
}
