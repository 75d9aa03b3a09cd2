import { isDeepStrictEqual } from 'node:util';
import { isMap, type Path, show } from '../model/json.ts';
import type { Matcher } from './matcher.ts';

/** One thing that is not as a scenario expects it. */
export interface Mismatch {
  /** From the root of the scenario to what was expected. */
  path: Path;
  expected: unknown;
  got: unknown;
  /** `expected …, got …` */
  message: string;
}

/** How plain text is compared: `pattern` reads `/re/` as a regular expression. */
export type TextRule = 'equal' | 'pattern';

/**
 * Everything in which `actual` differs from what `matcher` asks for; `undefined` is what is not there.
 * Maps are partial at every depth, lists exact, scalars strictly equal.
 */
export function match(matcher: Matcher, actual: unknown, path: Path, text: TextRule = 'equal'): Mismatch[] {
  const differ = (expected = show(matcher)) => [
    { path, expected: matcher, got: actual, message: `expected ${expected}, got ${actual === undefined ? 'nothing there' : show(actual)}` },
  ];
  if (Array.isArray(matcher)) {
    if (!Array.isArray(actual)) return differ();
    if (actual.length !== matcher.length)
      return differ(`${show(matcher)} (${matcher.length} ${matcher.length === 1 ? 'element' : 'elements'})`);
    return matcher.flatMap((one, i) => match(one, actual[i], [...path, i], text));
  }
  if (typeof matcher === 'string') return textHolds(matcher, actual, text) ? [] : differ();
  if (matcher === null || typeof matcher !== 'object') return actual === matcher ? [] : differ();
  if (isOperators(matcher))
    return Object.entries(matcher).flatMap(([name, operand]) => operate(name, operand, actual, [...path, name], text));
  if (!isMap(actual)) return differ('a map');
  return Object.entries(matcher).flatMap(([key, one]) => match(one, ownValue(actual, key), [...path, key], text));
}

/** True where `match` finds nothing. */
export const matches = (matcher: Matcher, actual: unknown, text: TextRule = 'equal'): boolean =>
  match(matcher, actual, [], text).length === 0;

const isOperators = (map: Record<string, Matcher>) => Object.keys(map).some(key => key.startsWith('$'));
const ownValue = (map: Record<string, unknown>, key: string) => (Object.hasOwn(map, key) ? map[key] : undefined);

function operate(name: string, operand: Matcher, actual: unknown, path: Path, text: TextRule): Mismatch[] {
  const [holds, expected] = verdictOf(name, operand, actual, text);
  if (holds) return [];
  const got = actual === undefined ? 'nothing there' : show(actual);
  return [{ path, expected: operand, got: actual, message: `expected ${expected}, got ${got}` }];
}

/** Whether an operator holds, and what it asks for in words. */
function verdictOf(name: string, operand: Matcher, actual: unknown, text: TextRule): [holds: boolean, expected: string] {
  const list = Array.isArray(operand) ? operand : [];
  const number = typeof actual === 'number' ? actual : Number.NaN;
  switch (name) {
    case '$absent':
      return [actual === undefined, 'no such key'];
    case '$any':
      return [typeName(actual) === operand, `any ${String(operand)}`];
    case '$exact':
      return [isDeepStrictEqual(actual, operand), `exactly ${show(operand)}`];
    case '$not':
      return [!matches(operand, actual, text), `anything but ${show(operand)}`];
    case '$oneOf':
      return [list.some(one => matches(one, actual, text)), `one of ${show(operand)}`];
    case '$re':
      return [typeof actual === 'string' && new RegExp(String(operand), 'u').test(actual), `a match of /${String(operand)}/`];
    case '$gt':
      return [number > Number(operand), `more than ${Number(operand)}`];
    case '$gte':
      return [number >= Number(operand), `at least ${Number(operand)}`];
    case '$lt':
      return [number < Number(operand), `less than ${Number(operand)}`];
    case '$lte':
      return [number <= Number(operand), `at most ${Number(operand)}`];
    case '$contains':
      return [Array.isArray(actual) && paired(list, actual, text), `a list that contains ${show(operand)}`];
    case '$unordered':
      return [Array.isArray(actual) && actual.length === list.length && paired(list, actual, text), `in any order ${show(operand)}`];
    default:
      // The schema lets no other name through; one that slips by must never hold.
      return [false, `the operator ${name}, which does not exist`];
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Whether every matcher finds an element of its own (bipartite matching by augmenting paths). */
function paired(matchers: readonly Matcher[], elements: readonly unknown[], text: TextRule): boolean {
  const holder = new Map<number, number>();
  const place = (m: number, tried: Set<number>): boolean => {
    for (const [e, element] of elements.entries()) {
      if (tried.has(e) || !matches(matchers[m]!, element, text)) continue;
      tried.add(e);
      const before = holder.get(e);
      if (before === undefined || place(before, tried)) {
        holder.set(e, m);
        return true;
      }
    }
    return false;
  };
  return matchers.every((_, m) => place(m, new Set()));
}

/** `/re/flags` as a regular expression, or undefined where the text is plain. */
export function delimited(text: string): RegExp | undefined {
  const [, source, flags = ''] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? [];
  return source === undefined ? undefined : new RegExp(source, flags.includes('u') ? flags : `${flags}u`);
}

function textHolds(expected: string, actual: unknown, rule: TextRule): boolean {
  if (typeof actual !== 'string') return false;
  const pattern = rule === 'pattern' ? delimited(expected) : undefined;
  return pattern ? pattern.test(actual) : actual === expected;
}
