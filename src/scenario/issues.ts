import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { isMap, type Path, show, showPath, valueAt } from '../model/json.ts';
import { didYouMean } from '../suggest.ts';
import { keysAt, type Schema } from '../model/shape.ts';
import type { Yaml } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** One mistake in a value, apart from where the value was written. */
export interface Mistake {
  path: Path;
  message: string;
  hint: string;
  /** An unknown key is shown at the key, anything else at the value. */
  part: 'key' | 'value';
}

/** Checks a value and says every mistake in words of the file. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { data: z.output<S>; mistakes: [] } | { data: undefined; mistakes: Mistake[] } {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data, mistakes: [] };
  const mistakes = relevant(result.error.issues).flatMap(issue => mistakesOf(issue, schema, value, []));
  // A value that is refused is never let through for want of words.
  const [first] = result.error.issues;
  return {
    data: undefined,
    mistakes:
      mistakes.length > 0 ? mistakes : [{ path: [], message: first?.message ?? 'is refused', hint: 'mend the value', part: 'value' }],
  };
}

/** Checks the value of a file; problems are framed in it. */
export function checkFile<S extends z.ZodType>(
  schema: S,
  yaml: Yaml,
): { data: z.output<S>; problems: [] } | { data: undefined; problems: Problem[] } {
  const { data, mistakes } = check(schema, yaml.value);
  if (data !== undefined) return { data, problems: [] };
  return { data: undefined, problems: mistakes.map(mistake => problemOf(mistake, yaml)) };
}

/** A mistake at its place in the file. */
export const problemOf = ({ path, message, hint, part }: Mistake, yaml: Yaml): Problem =>
  yaml.problem(path, `${nameOf(path)}: ${message}`, hint, part);

/** `expect.artifacts.patch.diff`; the root has a name of its own. */
export const nameOf = (path: Path): string => showPath(path) || 'the file';

function mistakesOf(issue: Issue, schema: Schema, root: unknown, base: Path): Mistake[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  const at = (message: string, hint: string): Mistake => ({ path, message, hint, part: 'value' });
  const found = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    const known = newKeys(schema, path, root);
    return issue.keys.map(key => ({
      path: [...path, key],
      message: 'unknown key',
      hint: `${didYouMean(key, keysAt(schema, path))}${known.length ? `Known here: ${known.join(', ')}.` : 'No key is known here.'}`,
      part: 'key',
    }));
  }
  if (issue.code === 'invalid_union') return unionMistakes(issue.errors, schema, root, path);
  if (issue.code === 'invalid_key') {
    const near = didYouMean(String(path.at(-1)), keysAt(schema, path.slice(0, -1)));
    return [{ ...at(issue.issues[0]?.message ?? issue.message, `${near}Rename the key.`), part: 'key' }];
  }
  if (issue.code === 'invalid_type' && issue.expected === 'never') {
    return [{ ...at(issue.message, 'leave it out'), part: 'key' }];
  }
  if (found === undefined) return [at('is missing', `give it ${wanted(issue)}`)];
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const near = typeof found === 'string' ? didYouMean(found, values) : '';
    const message =
      values.length > 4 ? `${show(found)} is not one of the words known here` : `expected ${oneOf(values)}, got ${show(found)}`;
    return [at(message, `${near}Write ${oneOf(values)}.`)];
  }
  if (issue.code === 'invalid_type') return [at(`expected ${wanted(issue)}, got ${show(found)}`, `write ${wanted(issue)}`)];
  if (issue.code === 'too_small') return [at(`is too small: ${show(found)}`, `at least ${issue.minimum} ${unitOf(issue.origin)}`.trim())];
  if (issue.code === 'too_big') return [at(`is too large: ${show(found)}`, `at most ${issue.maximum} ${unitOf(issue.origin)}`.trim())];
  return [at(`${issue.message} (got ${show(found)})`, 'mend the value')];
}

/** Of a union only the member is told that the author seems to have meant. */
function unionMistakes(errors: readonly Issue[][], schema: Schema, root: unknown, path: Path): Mistake[] {
  const found = valueAt(root, path);
  if (found === undefined) return [{ path, message: 'is missing', hint: 'write it', part: 'value' }];
  const branches = errors.map(issues => ({ issues, misfit: misfit(issues, found) })).toSorted((a, b) => a.misfit - b.misfit);
  const [best, second] = branches;
  const tied = second !== undefined && best !== undefined && second.misfit === best.misfit;
  if (best && best.misfit < NOTHING_FITS && !tied) return relevant(best.issues).flatMap(issue => mistakesOf(issue, schema, root, path));
  const known = newKeys(schema, path, root);
  if (isMap(found) && known.length > 0) {
    const [first = ''] = Object.keys(found);
    const hint = `${first && didYouMean(first, keysAt(schema, path))}Known here: ${known.join(', ')}.`;
    const message = keysAt(schema, path).includes(first) ? 'does not go together with the other keys' : 'unknown key';
    return [
      first ? { path: [...path, first], message, hint, part: 'key' } : { path, message: 'an empty map says nothing', hint, part: 'value' },
    ];
  }
  const kinds = [...new Set(errors.flat().flatMap(issue => (issue.path.length === 0 ? [wanted(issue)] : [])))];
  return [{ path, message: `expected ${oneOf(kinds)}, got ${show(found)}`, hint: `write ${oneOf(kinds)}`, part: 'value' }];
}

/** A map of unknown keys is not empty too: what zod says of the rest once they are taken away is left out. */
const relevant = (issues: readonly Issue[]) =>
  issues.filter(
    issue =>
      issue.code !== 'custom' ||
      !issues.some(other => other.code === 'unrecognized_keys' && showPath(other.path as Path) === showPath(issue.path as Path)),
  );

const NOTHING_FITS = 1000;

/** How far a value is from one member of a union: keys that the member does not know count most. */
function misfit(issues: readonly Issue[], found: unknown): number {
  const [first] = issues;
  if (first?.code === 'invalid_union' && first.path.length === 0) return Math.min(...first.errors.map(errors => misfit(errors, found)));
  if (issues.some(issue => issue.path.length === 0 && issue.code === 'invalid_type')) return NOTHING_FITS;
  const wrongWord = issues.find(issue => issue.path.length === 0 && issue.code === 'invalid_value');
  if (wrongWord?.code === 'invalid_value' && !wrongWord.values.some(value => typeof value === typeof found)) return NOTHING_FITS;
  const keys = isMap(found) ? Object.keys(found) : [];
  const unknown = issues.flatMap(issue => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : []));
  // A map none of whose keys is known was not meant for this member.
  if (isMap(found) && unknown.length === keys.length) return NOTHING_FITS;
  return unknown.length * 10 + issues.length;
}

/** Keys that the schema knows for the map at `path` and that are not there yet. */
const newKeys = (schema: Schema, path: Path, root: unknown) =>
  keysAt(schema, path).filter(key => valueAt(root, [...path, key]) === undefined);

/** A word for what a value should be. */
function wanted(issue: Issue): string {
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code !== 'invalid_type') return 'another value';
  // oxfmt-ignore
  const words: Record<string, string> = {
    string: 'text', object: 'a map', record: 'a map', array: 'a list', tuple: 'a list', number: 'a number', int: 'a whole number', boolean: 'true or false', null: 'null',
  };
  return words[issue.expected] ?? issue.expected;
}

const unitOf = (origin: string) => (origin === 'array' ? 'elements' : origin === 'string' ? 'characters' : '');
const oneOf = (words: readonly string[]) =>
  words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
