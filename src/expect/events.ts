import { z } from 'zod';
import { EventStatus, EventType, type NormalizedEvent } from '../model/event.ts';
import { isMap, type Path, show } from '../model/json.ts';
import { AnyMapMatcher, type Matcher, matcherFor } from './matcher.ts';
import { match, matches, type Mismatch } from './match.ts';
import { findInOrder } from './in-order.ts';

const Element = z
  .union([
    EventType,
    z.strictObject({
      type: EventType.describe('Type of the event.'),
      status: matcherFor(EventStatus).optional().describe('Its status; that of the blocker where it carries one.'),
      data: AnyMapMatcher.optional().describe('Partial match over its data.'),
    }),
  ])
  .describe('An event: its type, or type, status and data.');
export type Element = z.output<typeof Element>;

const InOrder = z
  .array(
    z.union([
      Element,
      z.strictObject({ not: Element.describe('None of these between the element before and the one after.') }),
      z.array(Element).min(1).describe('All of these, in any order.'),
    ]),
  )
  .min(1)
  .describe('An ordered subsequence of the log.');
export type InOrder = z.output<typeof InOrder>;

/** What a scenario expects of events.normalized.jsonl. */
export const EventsSpec = z.union([
  InOrder,
  z
    .strictObject({
      in_order: InOrder.optional(),
      exact: z.array(Element).optional().describe('Every event of the log, in order.'),
      count: z
        .partialRecord(EventType, matcherFor(z.int().nonnegative()))
        .refine(counts => Object.keys(counts).length > 0, { error: 'asserts nothing', abort: true })
        .optional()
        .describe('How often a type occurs.'),
      never: z.array(Element).min(1).optional().describe('None of these anywhere.'),
    })
    .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true }),
]);
export type EventsSpec = z.output<typeof EventsSpec>;

/** Judges the log; every part of a map has to hold. */
export function judgeEvents(spec: EventsSpec, log: readonly NormalizedEvent[], path: Path): Mismatch[] {
  if (Array.isArray(spec)) return judgeInOrder(spec, log, path);
  const { in_order, exact, count, never } = spec;
  return [
    ...(in_order ? judgeInOrder(in_order, log, [...path, 'in_order']) : []),
    ...(exact ? judgeExact(exact, log, [...path, 'exact']) : []),
    ...Object.entries(count ?? {}).flatMap(([type, matcher]) => {
      const found = log.filter(event => event.type === type).length;
      return match(matcher as Matcher, found, [...path, 'count', type]).map(mismatch => ({
        ...mismatch,
        message: `${mismatch.message} of ${type}`,
      }));
    }),
    ...(never ?? []).flatMap((element, i): Mismatch[] => {
      const at = log.findIndex(event => isEvent(element, event));
      if (at < 0) return [];
      return [
        { path: [...path, 'never', i], expected: 'never', got: log[at], message: `expected no ${name(element)}, got one at #${at + 1}` },
      ];
    }),
  ];
}

function judgeInOrder(spec: InOrder, log: readonly NormalizedEvent[], path: Path): Mismatch[] {
  const steps = spec.map(item => {
    if (Array.isArray(item)) return { all: item };
    return isMap(item) && 'not' in item ? { not: item.not as Element } : { all: [item as Element] };
  });
  const missed = findInOrder(steps, log.length, (element, i) => isEvent(element, log[i]!));
  if (!missed) return [];

  const { step, from, forbidden } = missed;
  const wanted = spec[step]!;
  const after = from > 0 ? `after ${log[from - 1]!.type} (#${from})` : 'from the start';
  const element = Array.isArray(wanted) ? missed.element : (wanted as Element);
  const earlier = element === undefined ? -1 : log.slice(0, from).findIndex(event => isEvent(element, event));
  const got =
    forbidden === undefined
      ? earlier >= 0
        ? `none; it occurred earlier at #${earlier + 1}`
        : (almost(element, log, from) ?? `none; the log has ${log.map(event => event.type).join(', ') || 'no event'}`)
      : `${log[forbidden]!.type} at #${forbidden + 1} first, which must not come between`;
  const types = log.slice(from).map(event => event.type);
  return [
    {
      path: [...path, step],
      expected: wanted,
      // a difference between an event and the names of events would say nothing
      got: isMap(wanted) ? got : types,
      message: `expected ${element ? name(element) : show(wanted)} ${after}, got ${got}`,
    },
  ];
}

/** An event of that type is there, and it is another one. */
function almost(element: Element | undefined, log: readonly NormalizedEvent[], from: number): string | undefined {
  if (element === undefined || typeof element === 'string') return undefined;
  const at = log.findIndex((event, i) => i >= from && event.type === element.type);
  if (at < 0) return undefined;
  const { status, data } = log[at]!;
  return `${element.type} at #${at + 1} with status ${status}${element.data === undefined ? '' : ` and data ${show(data)}`}`;
}

function judgeExact(elements: readonly Element[], log: readonly NormalizedEvent[], path: Path): Mismatch[] {
  const first = Array.from({ length: Math.max(elements.length, log.length) }, (_, i) => i).find(i => {
    const [element, event] = [elements[i], log[i]];
    return element === undefined || event === undefined || !isEvent(element, event);
  });
  if (first === undefined) return [];
  const [element, event] = [elements[first], log[first]];
  const expected = element === undefined ? 'the end of the log' : name(element);
  const got = event === undefined ? 'the end of the log' : show({ type: event.type, status: event.status });
  const at = first < elements.length ? [...path, first] : path;
  return [{ path: at, expected: elements, got: log.map(({ type }) => type), message: `expected ${expected} at #${first + 1}, got ${got}` }];
}

function isEvent(element: Element, { type, status, data }: NormalizedEvent): boolean {
  if (typeof element === 'string') return element === type;
  if (element.type !== type) return false;
  if (element.status !== undefined && !matches(element.status, status)) return false;
  return element.data === undefined || matches(element.data, data);
}

const name = (element: Element) => (typeof element === 'string' ? element : show(element));
