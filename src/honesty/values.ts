import { BlockerCode, Status } from '../model/blocker.ts';
import { EventStatus, EventType } from '../model/event.ts';
import { isMap } from '../model/json.ts';
import { Lifecycle, Outcome } from '../model/report.ts';

/** Stands in no bundle and in no scenario. */
export const MARK = 'proofgate~honesty';

/** A value in the place of another, and in what it differs. */
export interface Other {
  kind: string;
  to: unknown;
}

/** Words of which a value is one: another of them is the likeliest mistake. */
const vocabularies: readonly (readonly string[])[] = [
  Status.options,
  Outcome.options,
  Lifecycle.options,
  BlockerCode.options,
  EventType.options,
  EventStatus.options,
];

/** What a scalar could be confused with: another of its kind, a near one, one of another type. */
export function othersOf(scalar: unknown): Other[] {
  if (scalar === null) return ['', 0, false, MARK].map(to => ({ kind: 'null to a value', to }));
  if (typeof scalar === 'boolean') return [{ kind: 'boolean negated', to: !scalar }, ...typesOf(scalar)];
  if (typeof scalar === 'number') {
    const near = new Set([scalar + 1, scalar - 1, -scalar]);
    return [...[...near].filter(to => to !== scalar).map(to => ({ kind: 'another number', to })), ...typesOf(scalar)];
  }
  const text = String(scalar);
  const near = [`${text}~`, text.slice(0, -1), text.toUpperCase(), text.toLowerCase()];
  return [
    ...[...new Set([...wordsBeside(text), ...near])].filter(to => to !== text).map(to => ({ kind: 'another text', to })),
    { kind: 'value to null', to: null },
  ];
}

const typesOf = (scalar: number | boolean): Other[] => [
  { kind: 'value to null', to: null },
  { kind: 'another type', to: String(scalar) },
];

/** The neighbours of a word in every vocabulary that has it. */
const wordsBeside = (text: string): string[] =>
  vocabularies
    .filter(words => words.includes(text))
    .flatMap(words => [words.at(words.indexOf(text) - 1)!, words.at((words.indexOf(text) + 1) % words.length)!]);

/** One value of each type that JSON has. */
export const samples = { string: MARK, number: 1, boolean: true, array: [], object: {}, null: null } as const;
export type JsonType = keyof typeof samples;

/** The type of a value as `$any` names it; undefined for what is not there. */
export function jsonTypeOf(value: unknown): JsonType | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isMap(value) ? 'object' : (typeof value as JsonType);
}

/** A value that is not deeply equal to this one, and another. */
export function unlike(value: unknown): unknown[] {
  if (Array.isArray(value)) return [[...(value as unknown[]), null], ...(value.length > 0 ? [value.slice(0, -1)] : [])];
  if (isMap(value))
    return [
      { ...value, [MARK]: 1 },
      ...Object.keys(value)
        .slice(0, 1)
        .map(key => without(value, key)),
    ];
  return othersOf(value).map(({ to }) => to);
}

/** A map without a key. */
export function without(map: Record<string, unknown>, key: string): Record<string, unknown> {
  const { [key]: _gone, ...rest } = map;
  return rest;
}

/** What stands at an own key, or undefined. */
export const ownValue = (map: Record<string, unknown>, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);
