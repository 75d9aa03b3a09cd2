import type { Problem } from '../errors.ts';
import { isMap, type Path, valueAt } from '../model/json.ts';
import { didYouMean } from '../suggest.ts';
import type { Mistake } from './issues.ts';
import { merge } from './merge.ts';
import { keysAt, type Schema } from '../model/shape.ts';
import type { Yaml } from './yaml.ts';

/** One source of a scenario: a folder's defaults, the `each` of a table, a row, or the file itself. */
export interface Layer {
  yaml: Yaml;
  /** In the shape of a resolved scenario. */
  value: Record<string, unknown>;
  /** Where a part of `value` stands in the file. */
  pathInFile(path: Path): Path;
}

/** Where something was written. */
export interface Origin {
  yaml: Yaml;
  path: Path;
}

/** Lays the layers over each other, the last one on top. */
export const resolve = (layers: readonly Layer[]): unknown =>
  layers.reduce<unknown>((base, { value }) => merge(base, value, keepsNull), {});

/**
 * Null is a value where it can be expected, and where it is itself an instruction; anywhere else it takes back
 * what stands further out.
 */
function keepsNull(path: Path): boolean {
  const [top, ...below] = path;
  // an invariant is an expectation with a name in between
  const [key, inside, part, ...rest] = top === 'invariants' ? below.slice(1) : below;
  const depth = rest.length;
  if (top === 'was') return true;
  if (top === 'given') return key === 'task' && inside !== undefined;
  if (top !== 'expect' && top !== 'invariants') return false;
  if (key === 'artifacts') return part === 'json' || part === 'json_at' || depth > 0;
  return key === 'blocker' || ((key === 'report' || key === 'verification') && inside !== undefined);
}

/** Where the value at `path`, or the nearest thing above it, was written: in the uppermost layer that has it. */
export function originOf(layers: readonly Layer[], path: Path): Origin {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const layer = layers.findLast(({ value }) => valueAt(value, part) !== undefined);
    if (layer) return { yaml: layer.yaml, path: layer.pathInFile([...part, ...path.slice(length)]) };
  }
  const last = layers.at(-1)!;
  return { yaml: last.yaml, path: last.pathInFile(path) };
}

/** A problem at the place where the value was written. */
export function problemIn(layers: readonly Layer[], { path, message, hint, part }: Mistake): Problem {
  const origin = originOf(layers, path);
  return origin.yaml.problem(origin.path, message, hint, part);
}

/** A null that would remove a key which the language does not have: an unknown key like any other. */
export function unknownRemovals(layer: Layer, schema: Schema, path: Path = []): Mistake[] {
  const map = valueAt(layer.value, path);
  if (!isMap(map)) return [];
  return Object.entries(map).flatMap(([key, value]): Mistake[] => {
    const at = [...path, key];
    if (value !== null) return unknownRemovals(layer, schema, at);
    const known = keysAt(schema, path);
    if (known.length === 0 || known.includes(key) || keepsNull(at)) return [];
    return [
      { path: at, message: `${at.join('.')}: unknown key`, hint: `${didYouMean(key, known)}Known here: ${known.join(', ')}.`, part: 'key' },
    ];
  });
}

/** A null that would take something back, where no layer further out has it: whoever wrote it expected something else. */
export function idleRemovals(layers: readonly Layer[]): (Mistake & { layer: Layer })[] {
  return layers.flatMap((layer, i) => {
    const nulls = nullsIn(layer.value, []).filter(path => !keepsNull(path));
    if (nulls.length === 0) return [];
    const below = resolve(layers.slice(0, i));
    return nulls
      .filter(path => valueAt(below, path) === undefined)
      .map(path => {
        const message = `${path.join('.')}: null takes back what stands further out, and nothing does`;
        return { layer, path, message, hint: 'leave it out, or write the value', part: 'key' as const };
      });
  });
}

/** Paths of every null below maps. */
function nullsIn(value: unknown, path: Path): Path[] {
  if (value === null) return [path];
  return isMap(value) ? Object.entries(value).flatMap(([key, one]) => nullsIn(one, [...path, key])) : [];
}
