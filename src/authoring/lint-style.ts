import { isDeepStrictEqual } from 'node:util';
import { isMap, type Path, showPath, valueAt } from '../model/json.ts';
import { type Layer, problemIn, resolve } from '../scenario/layers.ts';
import { type Finding, finding } from './finding.ts';
import type { Layered, LintInput } from './lint-input.ts';

/** Nobody who meets a red scenario should have to guess what it was for. */
export const noWhy = ({ scenarios }: LintInput): Finding[] =>
  scenarios.flatMap(({ scenario }) =>
    scenario.spec.why === undefined
      ? [finding('warning', 'no-why', scenario.problem([], 'does not say why this has to hold', 'add why: and a sentence', 'key'))]
      : [],
  );

/** `{$not: {a: 1, b: 2}}` holds as soon as one of the two differs, which is rarely what is meant. */
export const partialNot = ({ scenarios }: LintInput): Finding[] =>
  scenarios.flatMap(({ scenario, layers }) =>
    notsIn(scenario.spec.expect, ['expect']).map(path => {
      const message = `${showPath(path)}: holds as soon as one key of the map differs or is missing`;
      return finding(
        'warning',
        'partial-not',
        problemIn(layers, { path, message, hint: 'write $not at each key that must differ', part: 'key' }),
      );
    }),
  );

/** Paths of every `$not` over a map of keys. */
function notsIn(value: unknown, path: Path): Path[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => notsIn(one, [...path, i]));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const at = [...path, key];
    if (key === '$exact') return [];
    const isPartial = key === '$not' && isMap(one) && !isOperators(one);
    return [...(isPartial ? [at] : []), ...notsIn(one, at)];
  });
}

/** What a layer expects and the layers under it expect already. */
export const saidTwice = ({ scenarios }: LintInput): Finding[] => scenarios.flatMap(twiceIn);

function twiceIn({ layers }: Layered): Finding[] {
  return layers.flatMap((layer, i) => {
    const below = resolve(layers.slice(0, i));
    return expectationsOf(layer).flatMap((path): Finding[] => {
      const value = valueAt(layer.value, path);
      const known = valueAt(below, path);
      const at = (message: string, hint: string) =>
        problemIn([layer], { path, message: `${showPath(path)}: ${message}`, hint, part: 'key' });
      return known !== undefined && isDeepStrictEqual(known, value)
        ? [finding('warning', 'repeats-default', at('only repeats what is expected further out', 'leave it out'))]
        : [];
    });
  });
}

/** Paths of what a layer expects: values, lists and matchers. */
const expectationsOf = ({ value }: Layer): Path[] => (isMap(value['expect']) ? leavesOf(value['expect'], ['expect']) : []);

/** Paths of the parts that another layer replaces as a whole. */
export function leavesOf(value: unknown, path: Path): Path[] {
  if (!isMap(value) || isOperators(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, one]) => leavesOf(one, [...path, key]));
}

const isOperators = (map: Record<string, unknown>): boolean => Object.keys(map).some(key => key.startsWith('$'));
