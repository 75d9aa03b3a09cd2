import { isMap, type Path, show, showPath } from '../model/json.ts';
import { definition, type Schema } from '../model/shape.ts';
import { withAt } from './mutant.ts';
import { MARK, without } from './values.ts';

/** A document with one thing changed. */
export interface Change {
  at: Path;
  to: unknown;
  what: string;
}

/**
 * Every single change of a document: each value of it, each key of it and of its schema, each element. Derived from both, so that
 * a field that somebody adds to either is covered before anybody thinks of it.
 */
export function* changesOf(schema: Schema, document: unknown): Generator<Change> {
  for (const { at, to } of changesAt(schema, document, [])) {
    const whole = to === GONE ? withoutAt(document, at) : withAt(document, at, to);
    yield { at, to: whole, what: `${showPath(at) || 'all of it'}: ${to === GONE ? 'removed' : show(to, 60)}` };
  }
}

const GONE = Symbol('gone');

interface Place {
  at: Path;
  to: unknown;
}

function* changesAt(schema: Schema, value: unknown, at: Path): Generator<Place> {
  const members = membersOf(schema);
  if (Array.isArray(value)) yield* ofList(members, value, at);
  else if (isMap(value)) yield* ofMap(members, value, at);
  else for (const to of othersFor(members, value)) yield { at, to };
  if (value !== null && value !== undefined && members.some(({ type }) => type === 'null')) yield { at, to: null };
}

function* ofMap(members: readonly Definition[], map: Record<string, unknown>, at: Path): Generator<Place> {
  const shape = members.find(({ type }) => type === 'object')?.shape ?? {};
  const valueType = members.find(({ type }) => type === 'record')?.valueType;
  for (const key of new Set([...Object.keys(map), ...Object.keys(shape)])) {
    const own = Object.hasOwn(shape, key) ? shape[key] : valueType;
    if (!Object.hasOwn(map, key)) yield { at: [...at, key], to: own ? sampleOf(own) : MARK };
    else {
      yield* own ? changesAt(own, map[key], [...at, key]) : anyChanges(map[key], [...at, key]);
      yield { at: [...at, key], to: GONE };
    }
  }
  yield { at: [...at, MARK], to: valueType ? sampleOf(valueType) : true };
}

function* ofList(members: readonly Definition[], list: readonly unknown[], at: Path): Generator<Place> {
  const { element, items, rest } = members.find(({ type }) => type === 'array' || type === 'tuple') ?? {};
  for (const [i, one] of list.entries()) {
    const own = element ?? items?.[i] ?? rest;
    yield* own ? changesAt(own, one, [...at, i]) : anyChanges(one, [...at, i]);
  }
  const of = element ?? rest ?? undefined;
  yield { at, to: [...list, list.at(-1) ?? (of ? sampleOf(of) : MARK)] };
  if (list.length > 0) yield { at, to: list.slice(0, -1) };
  if (list.length > 1 && show(list[0]) !== show(list[1])) yield { at, to: list.with(0, list[1]).with(1, list[0]) };
}

/** What a value without a schema can be changed into. */
function* anyChanges(value: unknown, at: Path): Generator<Place> {
  if (Array.isArray(value)) yield* ofList([], value, at);
  else if (isMap(value)) yield* ofMap([], value, at);
  else for (const to of othersFor([], value)) yield { at, to };
}

type Definition = ReturnType<typeof definition>;

/** A schema without its wrappers; of a union, and of what may be null, every member. */
function membersOf(schema: Schema): Definition[] {
  const own = definition(schema);
  const { type, innerType, options } = own;
  if (type === 'union') return (options ?? []).flatMap(membersOf);
  if (type === 'nullable') return [...membersOf(innerType!), { type: 'null' }];
  return innerType ? membersOf(innerType) : [own];
}

const HOUR = 3_600_000;

/** Scalars that this one could be forged into: every other word of an enum, a near number, the time an hour later and earlier. */
function othersFor(members: readonly Definition[], value: unknown): unknown[] {
  const words = members.flatMap(({ entries, values }: Definition & { values?: unknown[] }) => [
    ...Object.values(entries ?? {}),
    ...(values ?? []),
  ]);
  if (words.length > 0 && !members.some(({ type }) => type === 'string')) return words.filter(word => word !== value);
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value !== 'string') return [members.map(sampleFor).find(one => one !== undefined && one !== null) ?? MARK];
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return [time + HOUR, time - HOUR].map(one => new Date(one).toISOString());
  if (/^[0-9a-f]{64}$/.test(value)) return [`${value.startsWith('0') ? '1' : '0'}${value.slice(1)}`];
  return [`${value}~`, ...(value === '' ? [] : [''])];
}

const sampleOf = (schema: Schema): unknown =>
  membersOf(schema)
    .map(sampleFor)
    .find(one => one !== undefined) ?? MARK;

/** A value of the type, as far as one is easily made. */
function sampleFor(own: Definition & { values?: unknown[] }): unknown {
  switch (own.type) {
    case 'null':
      return null;
    case 'boolean':
      return true;
    case 'number':
      return 1;
    case 'array':
      return [];
    case 'enum':
      return Object.values(own.entries ?? {})[0];
    case 'literal':
      return own.values?.[0];
    case 'record':
      return {};
    case 'object':
      return Object.fromEntries(Object.entries(own.shape ?? {}).map(([key, one]) => [key, sampleOf(one)]));
    default:
      return own.format === 'datetime' ? '2026-01-01T00:00:00.000Z' : '0'.repeat(64);
  }
}

function withoutAt(document: unknown, at: Path): unknown {
  const key = String(at.at(-1));
  const parent = at.slice(0, -1).reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], document);
  return withAt(document, at.slice(0, -1), without(parent as Record<string, unknown>, key));
}
