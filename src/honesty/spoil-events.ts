import type { Element, EventsSpec, InOrder } from '../expect/events.ts';
import type { Matcher } from '../expect/matcher.ts';
import type { NormalizedEvent } from '../model/event.ts';
import type { Path } from '../model/json.ts';
import { isAllBefore, isElement, isNot } from './flip-events.ts';
import { asked, exampleEvent, placesOf, strangeType } from './log.ts';
import { leaveOut, spoiltBelow, type Spoil, type Spoilt } from './mutant.ts';
import { spoilsOf } from './spoil-matcher.ts';

type Log = readonly NormalizedEvent[];
type SpoiltLog = Spoilt<Log>;

/** Every way to take out of the log what is expected of it. */
export function* spoilEvents(spec: EventsSpec, log: Log): Generator<SpoiltLog> {
  if (Array.isArray(spec)) yield* spoilInOrder(spec, log);
  else for (const part of Object.keys(spec)) yield* spoiltBelow([part], spoilPart(part, spec, log), to => to);
}

function* spoilPart(part: string, spec: Exclude<EventsSpec, InOrder>, log: Log): Generator<SpoiltLog> {
  if (part === 'in_order') yield* spoilInOrder(spec.in_order!, log);
  else if (part === 'exact') yield* spoilExact(spec.exact!, log);
  else if (part === 'never') yield* spoilNever(spec.never!, log);
  else if (part === 'count') for (const [type, matcher] of Object.entries(spec.count!)) yield* spoilCount(type, matcher as Matcher, log);
  else yield { does: 'know nothing', at: [], what: `events.${part}` };
}

const spoil = (kind: string, what: string, to: Log, at: Path, without: Path = at): Spoil<Log> => ({
  does: 'spoil',
  kind: `evidence: ${kind}`,
  at,
  without,
  to,
  what,
});

function* spoilInOrder(steps: InOrder, log: Log): Generator<SpoiltLog> {
  const elements = steps.flatMap(step => (isNot(step) ? [] : ([step].flat() as Element[])));
  const hasGaps = steps.some(isNot);
  /** What is to blame: the element, or the whole list where another element lost an event with it, or where a gap would get another edge. */
  const blamed = (touched: readonly number[], at: Path) =>
    hasGaps || elements.filter(one => placesOf(one, log).some(i => touched.includes(i))).length > 1 ? [] : at;

  for (const [i, step] of steps.entries()) {
    if (isNot(step)) {
      yield* spoilGap(steps, i, step.not, log);
      continue;
    }
    for (const [k, element] of ([step].flat() as Element[]).entries()) {
      const at = Array.isArray(step) ? [i, k] : [i];
      const places = placesOf(element, log);
      const gone = log.filter((_event, j) => !places.includes(j));
      yield spoil('event removed', `no ${asked(element).type}`, gone, at, blamed(places, at));
      yield* spoiltBelow(at, spoilFields(element, places, log), to => to, blamed(places, at).length > 0 ? undefined : []);
    }
    const next = steps[i + 1];
    if (isElement(step) && next !== undefined && isElement(next) && isAllBefore(step, next, log)) {
      const places = placesOf(step, log);
      const last = placesOf(next, log).at(-1)!;
      const order = [...log.keys()].filter(j => !places.includes(j));
      const to = order.toSpliced(order.indexOf(last) + 1, 0, ...places).map(j => log[j]!);
      yield { ...spoil('events: order', `${asked(step).type} after ${asked(next).type}`, to, []), without: [] };
    }
  }
}

/** Status and data of the events that an element found, spoilt in all of them alike. */
function* spoilFields(element: Element, places: readonly number[], log: Log): Generator<SpoiltLog> {
  const { status, data } = asked(element);
  const [first] = places;
  if (first === undefined) return;
  const change = (field: 'status' | 'data') => (to: unknown) =>
    log.map((event, j) => (places.includes(j) ? ({ ...event, [field]: to } as NormalizedEvent) : event));
  if (status !== undefined) yield* spoiltBelow(['status'], spoilsOf(status, log[first]!.status), change('status'));
  if (data !== undefined) yield* spoiltBelow(['data'], spoilsOf(data, log[first]!.data), change('data'));
}

/** Puts what is forbidden after every event that opens the gap. */
function* spoilGap(steps: InOrder, i: number, not: Element, log: Log): Generator<SpoiltLog> {
  const example = exampleEvent(not, log[0]);
  if (!example) {
    yield leaveOut('a pattern without an example', [i]);
    return;
  }
  const before = steps.slice(0, i).findLast(step => !isNot(step));
  const opening = before === undefined ? [-1] : ([before].flat() as Element[]).flatMap(one => placesOf(one, log));
  const to = [...(opening.includes(-1) ? [example] : []), ...log.flatMap((event, j) => (opening.includes(j) ? [event, example] : [event]))];
  const isShared = steps.some((step, j) => j !== i && isNot(step) && placesOf(step.not, [example]).length > 0);
  yield { ...spoil('event between', `${asked(not).type} in the gap`, to, [i]), at: [], without: isShared ? [] : [i] };
}

/** The log is expected whole: no element can be left out alone. */
function* spoilExact(elements: readonly Element[], log: Log): Generator<SpoiltLog> {
  const last = log.at(-1);
  if (last) yield spoil('event added', `${last.type} twice`, [...log, last], []);
  for (const [i, element] of elements.entries()) {
    const event = log[i];
    if (!event) continue;
    yield { ...spoil('event removed', `no ${event.type}`, log.toSpliced(i, 1), [i], []), at: [] };
    const other = { ...event, type: strangeType(log) } as NormalizedEvent;
    yield spoil('event of another type', `${event.type} → ${other.type}`, log.with(i, other), [i], []);
    yield* spoiltBelow([i], spoilFields(element, [i], log), to => to, []);
  }
}

function* spoilCount(type: string, matcher: Matcher, log: Log): Generator<SpoiltLog> {
  const found = log.filter(event => event.type === type);
  const others = log.filter(event => event.type !== type);
  const [like] = log;
  const events = (count: unknown): Log | undefined => {
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > 10_000 || !like) return undefined;
    return [...others, ...Array.from({ length: count }, (_, i) => found[i] ?? ({ ...like, type } as NormalizedEvent))];
  };
  yield* spoiltBelow([type], spoilsOf(matcher, found.length), events);
}

function* spoilNever(elements: readonly Element[], log: Log): Generator<SpoiltLog> {
  for (const [i, element] of elements.entries()) {
    const example = exampleEvent(element, log[0]);
    if (!example) {
      yield leaveOut('a pattern without an example', [i]);
      continue;
    }
    const isShared = elements.some((other, j) => j !== i && placesOf(other, [example]).length > 0);
    for (const place of new Set([0, Math.floor(log.length / 2), log.length]))
      yield spoil('event added', `${example.type} at #${place + 1}`, log.toSpliced(place, 0, example), [i], isShared ? [] : [i]);
  }
}
