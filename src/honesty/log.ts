import type { Element } from '../expect/events.ts';
import type { Matcher } from '../expect/matcher.ts';
import { matches } from '../expect/match.ts';
import { type EventStatus, EventType, type NormalizedEvent } from '../model/event.ts';
import { exampleOf } from './example.ts';

/** What an element of an expectation asks for, whichever way it was written. */
export interface Asked {
  type: EventType;
  status?: Matcher | undefined;
  data?: Matcher | undefined;
}

export const asked = (element: Element): Asked => (typeof element === 'string' ? { type: element } : (element as Asked));

/** Positions in the log of the events that an element asks for. */
export function placesOf(element: Element, log: readonly NormalizedEvent[]): number[] {
  const { type, status, data } = asked(element);
  return log.flatMap((event, i) => {
    if (event.type !== type) return [];
    const holds = (status === undefined || matches(status, event.status)) && (data === undefined || matches(data, event.data));
    return holds ? [i] : [];
  });
}

/** An event that an element asks for, made up; undefined where none can be made. */
export function exampleEvent(element: Element, like: NormalizedEvent | undefined): NormalizedEvent | undefined {
  const { type, status, data } = asked(element);
  const made = [status === undefined ? 'ok' : exampleOf(status), data === undefined ? {} : exampleOf(data)];
  if (made.includes(undefined) || !like) return undefined;
  return { ...like, type, status: made[0] as EventStatus, data: made[1] as Record<string, unknown> };
}

/** A type that the log does not have; where it has all, one that does not exist. */
export const strangeType = (log: readonly NormalizedEvent[]): string =>
  EventType.options.find(type => !log.some(event => event.type === type)) ?? 'no.such.event';

/** Types of the log, each once. */
export const typesOf = (log: readonly NormalizedEvent[]): EventType[] => [...new Set(log.map(({ type }) => type))];
