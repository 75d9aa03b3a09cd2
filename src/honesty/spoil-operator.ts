import type { Matcher } from '../expect/matcher.ts';
import { matches, type TextRule } from '../expect/match.ts';
import { show } from '../model/json.ts';
import { exampleOf } from './example.ts';
import { isSame } from './flip-matcher.ts';
import { leaveOut, type Spoilt } from './mutant.ts';
import { spoil, textsWithout } from './spoil-matcher.ts';
import { jsonTypeOf, MARK, samples, unlike } from './values.ts';

/** Every way to spoil a value for one operator. */
export function* spoilOperator(name: string, operand: Matcher, actual: unknown, rule: TextRule): Generator<Spoilt> {
  const at = [name];
  const change = (to: unknown) => spoil(name, actual, to, at);
  switch (name) {
    case '$absent':
      for (const to of Object.values(samples)) yield change(to);
      return;
    case '$any':
      for (const [type, to] of Object.entries(samples)) if (type !== operand) yield change(to);
      return;
    case '$exact':
      for (const to of unlike(operand)) if (!isSame(to, [operand])) yield change(to);
      return;
    case '$not': {
      const example = exampleOf(operand, rule);
      yield example === undefined ? leaveOut('a pattern without an example', at) : change(example);
      return;
    }
    case '$oneOf':
      yield* spoilAlternatives(operand as Matcher[], actual, rule);
      return;
    case '$re': {
      const pattern = new RegExp(String(operand), 'u');
      for (const to of textsWithout(text => pattern.test(text))) yield change(to);
      yield change(null);
      return;
    }
    case '$gt':
    case '$lt':
      yield change(operand);
      yield change(String(actual));
      return;
    case '$gte':
      yield change(Number(operand) - 1);
      yield change(String(actual));
      return;
    case '$lte':
      yield change(Number(operand) + 1);
      yield change(String(actual));
      return;
    case '$contains':
    case '$unordered':
      yield* spoilPaired(name, operand as Matcher[], actual, rule);
      return;
    default:
      yield { does: 'know nothing', at, what: `the operator ${name}` };
  }
}

/** Of the values that come to mind those that no alternative takes. */
function* spoilAlternatives(members: readonly Matcher[], actual: unknown, rule: TextRule): Generator<Spoilt> {
  const tries = [...unlike(actual), ...Object.values(samples), -1, '', null];
  const refused = tries.filter(to => jsonTypeOf(to) !== undefined && !members.some(one => matches(one, to, rule)));
  for (const to of refused.slice(0, 3)) yield spoil('$oneOf', actual, to, ['$oneOf']);
  if (refused.length === 0) yield { does: 'know nothing', at: ['$oneOf'], what: `nothing that ${show(members)} refuses` };
}

function* spoilPaired(name: '$contains' | '$unordered', members: readonly Matcher[], actual: unknown, rule: TextRule): Generator<Spoilt> {
  const value = Array.isArray(actual) ? (actual as unknown[]) : [];
  const wantedBy = (member: Matcher) => value.map(element => matches(member, element, rule));
  for (const [i, member] of members.entries()) {
    const lost = wantedBy(member);
    // Whoever wanted one of the same elements has lost it, too: then the whole operator is to blame.
    const isShared = members.some((other, j) => j !== i && wantedBy(other).some((wants, k) => wants && lost[k]));
    const strange = [MARK, null, 0, true].find(one => !matches(member, one, rule));
    if (strange === undefined || !lost.includes(true)) {
      yield { does: 'know nothing', at: [name, i], what: `no element that ${show(member)} refuses` };
      continue;
    }
    const to = value.map((element, k) => (lost[k] ? strange : element));
    yield { ...spoil(name, value, to, [name, i]), without: name === '$contains' && !isShared ? [name, i] : [name] };
  }
  if (members.length > 0) yield spoil(name, value, [], [name]);
  if (name === '$unordered') yield spoil(name, value, [...value, MARK], [name]);
  yield spoil(name, value, null, [name]);
}
