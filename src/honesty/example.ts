import type { Matcher } from '../expect/matcher.ts';
import { delimited, matches, type TextRule } from '../expect/match.ts';
import { operatorsIn } from './mutant.ts';
import { samples, type JsonType } from './values.ts';

/**
 * A value that a matcher accepts, made up; undefined where none can be made.
 * What is made is tried on the matcher itself, so that a wrong guess is none.
 */
export function exampleOf(matcher: Matcher, rule: TextRule = 'equal'): unknown {
  const made = make(matcher, rule);
  return made !== undefined && matches(matcher, made, rule) ? made : undefined;
}

function make(matcher: Matcher, rule: TextRule): unknown {
  if (typeof matcher === 'string') return rule === 'pattern' ? exampleOfText(matcher) : matcher;
  if (Array.isArray(matcher)) return matcher.map(one => make(one, rule));
  if (typeof matcher !== 'object' || matcher === null) return matcher;
  const operators = operatorsIn(matcher);
  if (!operators) return Object.fromEntries(Object.entries(matcher).map(([key, one]) => [key, make(one, rule)]));
  const tries = Object.entries(operators).map(([name, operand]) => makeFor(name, operand, rule));
  return [...tries, ...Object.values(samples), 0].find(one => one !== undefined && matches(matcher, one, rule));
}

function makeFor(name: string, operand: Matcher, rule: TextRule): unknown {
  const list = Array.isArray(operand) ? operand : [];
  switch (name) {
    case '$any':
      return samples[operand as JsonType];
    case '$exact':
      return operand;
    case '$re':
      return exampleOfPattern(String(operand));
    case '$gt':
      return Number(operand) + 1;
    case '$lt':
      return Number(operand) - 1;
    case '$gte':
    case '$lte':
      return operand;
    case '$oneOf':
      return list.map(one => make(one, rule)).find(one => one !== undefined);
    case '$contains':
    case '$unordered':
      return list.map(one => make(one, rule));
    default:
      return undefined;
  }
}

/** A text in which `text` or, between slashes, a regular expression occurs. */
export function exampleOfText(text: string): string | undefined {
  const pattern = delimited(text);
  return pattern ? exampleOfPattern(pattern.source, pattern.flags) : text;
}

/**
 * A text that a regular expression matches: of alternatives the first, of repetitions the fewest, of a class its first member.
 * Undefined where it has more than literals, classes, groups, repetitions and anchors, or where the text does not match after all.
 */
export function exampleOfPattern(source: string, flags = 'u'): string | undefined {
  const parts = readAlternatives({ source, at: 0 });
  return parts !== undefined && new RegExp(source, flags).test(parts) ? parts : undefined;
}

interface Reading {
  source: string;
  at: number;
}

/** Reads up to the end or a closing parenthesis; answers the first alternative. */
function readAlternatives(reading: Reading): string | undefined {
  let first: string | undefined;
  let text = '';
  while (reading.at < reading.source.length && reading.source[reading.at] !== ')') {
    if (reading.source[reading.at] === '|') {
      first ??= text;
      text = '';
      reading.at += 1;
      continue;
    }
    const piece = readPiece(reading);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return first ?? text;
}

function readPiece(reading: Reading): string | undefined {
  const atom = readAtom(reading);
  const [all = '', least = ''] = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})\??/.exec(reading.source.slice(reading.at)) ?? [];
  reading.at += all.length;
  if (atom === undefined || all === '') return atom;
  return atom.repeat(all.startsWith('+') ? 1 : Number(least));
}

const classes: Readonly<Record<string, string>> = {
  d: '0',
  w: 'a',
  s: ' ',
  D: 'x',
  W: '-',
  S: 'x',
  b: '',
  B: '',
  n: '\n',
  t: '\t',
  r: '\r',
};

function readAtom(reading: Reading): string | undefined {
  const char = reading.source[reading.at]!;
  reading.at += 1;
  if (char === '^' || char === '$') return '';
  if (char === '.') return 'x';
  if (char === '[') return readClass(reading);
  if (char === '(') {
    const [all = ''] = /^\?(?:<[A-Za-z]\w*>|:)/.exec(reading.source.slice(reading.at)) ?? [];
    if (all === '' && reading.source[reading.at] === '?') return undefined;
    reading.at += all.length;
    const inner = readAlternatives(reading);
    reading.at += 1;
    return inner;
  }
  if (char !== '\\') return char;
  const escaped = reading.source[reading.at]!;
  reading.at += 1;
  return /[A-Za-z0-9]/.test(escaped) ? classes[escaped] : escaped;
}

function readClass(reading: Reading): string | undefined {
  const [all, negated, first = ''] = /^(\^?)((?:\\.|[^\]\\]))(?:\\.|[^\]\\])*\]/.exec(reading.source.slice(reading.at)) ?? [];
  if (all === undefined) return undefined;
  reading.at += all.length;
  const isOne = new RegExp(`[${all}`, 'u');
  if (negated) return ['x', '0', '-', ' '].find(char => isOne.test(char));
  return first.startsWith('\\') ? (classes[first[1]!] ?? first[1]) : first;
}
