import type { z } from 'zod';
import { show } from '../model/json.ts';
import { didYouMean } from '../suggest.ts';

type Issue = z.core.$ZodIssue;

/** How a mistake is said: what is wrong, and what to do about it. */
export interface Words {
  message: string;
  hint: string;
}

/** More words than this would bury what was meant; the schema and the docs have them all. */
const MANY = 12;

/** `a`, `a or b`, `a, b or c` */
export const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** The name that is near, of those that are not used yet if it can be; all that are free where none is near or they are few. */
export function nearOrAll(word: string, free: readonly string[], known: readonly string[]): string {
  const guess = didYouMean(word, free) || didYouMean(word, known);
  if (guess && free.length > MANY) return guess.trim();
  return `${guess}${free.length > 0 ? `Known here: ${free.join(', ')}.` : 'No other key is known here.'}`;
}

/** What a value should be, in words: kinds, or the literals themselves. */
export function wanted(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union') return [...new Set(issue.errors.flat().flatMap(wanted))];
  if (issue.code !== 'invalid_type') return [];
  // oxfmt-ignore
  const words: Record<string, string> = {
    string: 'text', object: 'a map', record: 'a map', array: 'a list', tuple: 'a list', number: 'a number', int: 'a whole number', boolean: 'true or false', null: 'null',
  };
  return [words[issue.expected] ?? issue.expected];
}

/** The words where they are few, else that there are some. */
export const fewOf = (words: readonly string[]): string => {
  const isKind = (word: string) => /^(a|an|text|null|true or false)\b/.test(word);
  return oneOf(words.length > MANY ? ['a word that is known here', ...words.filter(isKind)] : words);
};

/** A literal that is none of those that can stand there. */
export function wrongLiteral(values: readonly string[], found: unknown): Words {
  const message =
    values.length > 4 && typeof found === 'string'
      ? `${show(found)} is not one of the words known here`
      : `expected ${fewOf(values)}, got ${show(found)}`;
  if (typeof found !== 'string') return { message, hint: `Write ${oneOf(values)}.` };
  if (values.includes(found)) return { message, hint: `Write ${found} without quotes.` };
  const guess = didYouMean(found, values);
  return { message, hint: guess && values.length > MANY ? guess.trim() : `${guess}Write ${oneOf(values)}.` };
}

/** A number out of its range, a text or a list that is too short or too long. */
export function outOfRange(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, found: unknown): Words {
  const isSmall = issue.code === 'too_small';
  const limit = Number(isSmall ? issue.minimum : issue.maximum);
  if (issue.origin === 'array') {
    if (Array.isArray(found) && found.length === 0) return { message: 'is empty', hint: `write ${elements(limit)}, or leave the key out` };
    const message = `has too ${isSmall ? 'few' : 'many'} elements: ${show(found)}`;
    return { message, hint: `write ${isSmall ? 'at least' : 'at most'} ${elements(limit)}` };
  }
  if (issue.origin === 'string') {
    if (found === '') return { message: 'is empty', hint: 'write some text, or leave the key out' };
    return {
      message: `is too ${isSmall ? 'short' : 'long'}: ${show(found)}`,
      hint: `write ${isSmall ? 'at least' : 'at most'} ${limit} characters`,
    };
  }
  const bound = isSmall ? (issue.inclusive ? 'of at least' : 'above') : issue.inclusive ? 'of at most' : 'below';
  return { message: `is too ${isSmall ? 'small' : 'large'}: ${show(found)}`, hint: `write a number ${bound} ${limit}` };
}

const elements = (count: number) => (count === 1 ? 'one element' : `${count} elements`);

/** What to do about a rule that the schema says in words of its own. */
const nextSteps: readonly [about: RegExp, hint: string][] = [
  [/is not a regular expression/, 'mend the pattern; ( [ { . * + ? and their like are themselves only after a backslash'],
  [/between slashes/, 'write the pattern alone, without slashes and flags'],
  [/SHA-256/, 'write 64 characters, 0-9 and a-f, as sha256sum prints them'],
  [/shorter than 8 bytes/, 'write a longer one'],
  [/not both/, 'leave one of the two out'],
  [/exactly one/, 'write one of them, and only one'],
];

export const nextStep = (message: string): string =>
  nextSteps.find(([about]) => about.test(message))?.[1] ??
  (message.startsWith('must ') ? 'write it in that form' : 'change what is written here');

/** A map without a key, where operators and keys can stand. */
export function emptyMap(known: readonly string[]): Words {
  const keys = known.filter(key => !key.startsWith('$'));
  const isForScalars = keys.length === 0 && !known.includes('$contains') && !(known.includes('$re') && known.includes('$gt'));
  const all = known.length > 0 && known.length <= MANY ? ` Known here: ${known.join(', ')}.` : '';
  const hint =
    known.includes('$any') && !isForScalars
      ? `Write {$any: object} for any map, {$exact: {}} for an empty one, or what it has to have.${all}`
      : `Write at least one key.${all}`;
  return { message: 'an empty map says nothing', hint };
}

/** A key that is known, in a map where others stand that it excludes. */
export function doesNotGoTogether(key: string, others: readonly string[]): Words {
  if (others.length === 0) return { message: 'says nothing alone', hint: 'write it beside the key that it belongs to' };
  const isMixed = new Set([key, ...others].map(one => one.startsWith('$'))).size > 1;
  return {
    message: `does not go together with ${oneOf(others).replace(/ or /, ' and ')}`,
    hint: isMixed
      ? 'operators and keys cannot stand in one map: write each operator below the key that it is about'
      : 'write one of them; where both are meant, each in a map of its own',
  };
}
