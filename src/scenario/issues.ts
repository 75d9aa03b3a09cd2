import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { isMap, type Path, show, showPath, valueAt } from '../model/json.ts';
import { descriptionAt, keysAt, type Schema } from '../model/shape.ts';
import { doesNotGoTogether, emptyMap, fewOf, nearOrAll, nextStep, oneOf, outOfRange, wanted, type Words, wrongLiteral } from './wording.ts';
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

/** Nobody reads on after so many. */
const MAX_MISTAKES = 100;

/** Checks a value and says every mistake in words of the file; of very many the first ones. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { data: z.output<S>; mistakes: [] } | { data: undefined; mistakes: Mistake[] } {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data, mistakes: [] };
  const mistakes = relevant(result.error.issues.slice(0, MAX_MISTAKES)).flatMap(issue => mistakesOf(issue, schema, value, []));
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
  const at = ({ message, hint }: Words): Mistake => ({ path, message, hint, part: 'value' });
  const found = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, MAX_MISTAKES).map(key => unknownKey(key, schema, root, path));
  if (issue.code === 'invalid_union') return unionMistakes(issue, schema, root, path);
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    const known = keysAt(schema, path.slice(0, -1)).filter(key => key.startsWith('$'));
    const hint = message === 'unknown operator' ? nearOrAll(String(path.at(-1)), known, known) : 'rename the key';
    return [{ ...at({ message, hint }), part: 'key' }];
  }
  if (issue.code === 'invalid_type' && issue.expected === 'never') {
    return [{ ...at({ message: issue.message, hint: 'leave it out' }), part: 'key' }];
  }
  if (found === undefined) return [missing(issue, path, schema)];
  if (issue.code === 'invalid_value') return [at(wrongLiteral(issue.values.map(String), found))];
  if (issue.code === 'invalid_type') return [at(wrongKind(wanted(issue), found, schema, path))];
  if (issue.code === 'too_small' || issue.code === 'too_big') return [at(outOfRange(issue, found))];
  if (isMap(found) && Object.keys(found).length === 0) return [at(emptyMap(keysAt(schema, path)))];
  return [at({ message: `${issue.message} (got ${show(found)})`, hint: nextStep(issue.message) })];
}

function unknownKey(key: string, schema: Schema, root: unknown, path: Path): Mistake {
  // of a union another member may know it
  if (keysAt(schema, path).includes(key)) {
    const others = Object.keys(valueAt(root, path) as object).filter(one => one !== key);
    return { path: [...path, key], ...doesNotGoTogether(key, others), part: 'key' };
  }
  const known = newKeys(schema, path, root);
  const elsewhere = placeOf(key, schema, path);
  const colon = key.includes(':') ? 'A space is missing after the colon. ' : '';
  return {
    path: [...path, key],
    message: 'unknown key',
    hint: elsewhere ?? `${colon}${nearOrAll(key, known, keysAt(schema, path))}`,
    part: 'key',
  };
}

/** Where a key belongs that is in the language and stands in the wrong map. */
function placeOf(key: string, schema: Schema, path: Path): string | undefined {
  if (keysAt(schema, [...path, 'expect']).includes(key)) return `Write it below expect: {${key}: …}.`;
  if (path.at(-1) === 'expect' && keysAt(schema, path.slice(0, -1)).includes(key)) return 'Write it beside expect, not below it.';
  const isOfRow = path.length === 0 && keysAt(schema, ['rows', 0]).includes(key);
  return isOfRow || (key === 'expect' && keysAt(schema, path).includes('rows')) ? 'In a table it stands in each, or in a row.' : undefined;
}

function missing(issue: Issue, path: Path, schema: Schema): Mistake {
  const key = path.at(-1);
  if (typeof key === 'number')
    return { path: path.slice(0, -1), message: 'is empty', hint: `write ${fewOf(wanted(issue))} in it`, part: 'value' };
  const kind = fewOf(wanted(issue));
  return { path, message: 'is missing', hint: `write "${key}:" with ${kind}${meaningOf(schema, path)}`, part: 'value' };
}

function wrongKind(kinds: readonly string[], found: unknown, schema: Schema, path: Path): Words {
  const operators = keysAt(schema, path);
  // A map that has nothing but operators is no kind of value.
  const words = kinds.map(kind =>
    kind === 'a map' && operators.length > 0 && operators.every(key => key.startsWith('$')) ? 'an operator' : kind,
  );
  return { message: `expected ${fewOf(words)}, got ${show(found)}`, hint: `write ${oneOf(words)}${meaningOf(schema, path)}` };
}

/** What stands at the path, as its schema says it. */
function meaningOf(schema: Schema, path: Path): string {
  const text = descriptionAt(schema, path);
  return text === undefined ? '' : ` (${text})`;
}

/** Of a union only the member is told that the author seems to have meant. */
function unionMistakes(issue: Extract<Issue, { code: 'invalid_union' }>, schema: Schema, root: unknown, path: Path): Mistake[] {
  const found = valueAt(root, path);
  if (found === undefined) return [missing(issue, path, schema)];
  const branches = issue.errors.map(issues => ({ issues, misfit: misfit(issues, found) })).toSorted((a, b) => a.misfit - b.misfit);
  const [best, second] = branches;
  const tied = second !== undefined && best !== undefined && second.misfit === best.misfit;
  if (best && best.misfit < NOTHING_FITS && !tied) return relevant(best.issues).flatMap(one => mistakesOf(one, schema, root, path));
  const known = keysAt(schema, path);
  if (isMap(found) && known.length > 0) {
    const [first, ...others] = Object.keys(found);
    if (first === undefined) return [{ path, ...emptyMap(known), part: 'value' }];
    if (!known.includes(first)) return [unknownKey(first, schema, root, path)];
    return [{ path: [...path, first], ...doesNotGoTogether(first, others), part: 'key' }];
  }
  const kinds = [...new Set(issue.errors.flat().flatMap(one => (one.path.length === 0 ? wanted(one) : [])))];
  return [{ path, ...wrongKind(kinds, found, schema, path), part: 'value' }];
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
  const unknown = issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return issue.keys;
    return issue.code === 'invalid_key' && issue.path.length === 1 ? [String(issue.path[0])] : [];
  });
  // A map none of whose keys is known was not meant for this member.
  if (isMap(found) && unknown.length === keys.length) return NOTHING_FITS;
  return Math.min(unknown.length * 10 + issues.length, NOTHING_FITS - 1);
}

/** Keys that the schema knows for the map at `path` and that are not there yet. */
const newKeys = (schema: Schema, path: Path, root: unknown) =>
  keysAt(schema, path).filter(key => valueAt(root, [...path, key]) === undefined);
