import type { Element, EventsSpec, InOrder } from '../expect/events.ts';
import type { Matcher } from '../expect/matcher.ts';
import type { NormalizedEvent } from '../model/event.ts';
import { isMap } from '../model/json.ts';
import { flip, flipsOf } from './flip-matcher.ts';
import { asked, placesOf, strangeType, typesOf } from './log.ts';
import { flippedBelow, leaveOut, type Flipped } from './mutant.ts';

type Log = readonly NormalizedEvent[];

/** Every way to make an expectation of the event log false for this log. */
export function* flipEvents(spec: EventsSpec, log: Log): Generator<Flipped> {
  if (Array.isArray(spec)) {
    yield* flipInOrder(spec, log);
    return;
  }
  for (const part of Object.keys(spec) as (keyof typeof spec)[]) yield* flippedBelow([part], flipPart(part, spec, log));
}

function* flipPart(part: string, spec: Exclude<EventsSpec, InOrder>, log: Log): Generator<Flipped> {
  if (part === 'in_order') yield* flipInOrder(spec.in_order!, log);
  else if (part === 'exact') yield* flipExact(spec.exact!, log);
  else if (part === 'never') yield* flipNever(spec.never!, log);
  else if (part === 'count') {
    for (const [type, matcher] of Object.entries(spec.count!))
      yield* flippedBelow([type], flipsOf(matcher as Matcher, [log.filter(event => event.type === type).length]));
  } else yield { does: 'know nothing', at: [], what: `events.${part}` };
}

function* flipInOrder(steps: InOrder, log: Log): Generator<Flipped> {
  for (const [i, step] of steps.entries()) {
    if (Array.isArray(step)) for (const [k, one] of step.entries()) yield* flippedBelow([i, k], flipElement(one, log));
    else if (isNot(step)) yield* flipGap(steps, i, log);
    else yield* flippedBelow([i], flipElement(step as Element, log));
  }
  for (const [i, step] of steps.entries()) {
    if (!isElement(step)) continue;
    if (placesOf(step, log).length === 1) yield { ...flip('event: asked for twice', steps, steps.toSpliced(i, 0, step)), at: [] };
    const next = steps[i + 1];
    if (next !== undefined && isElement(next) && isAllBefore(step, next, log))
      yield { ...flip('events: order', steps, steps.with(i, next).with(i + 1, step)), at: [] };
  }
}

export const isNot = (step: InOrder[number]): step is { not: Element } => isMap(step) && 'not' in step;
export const isElement = (step: InOrder[number]): step is Element => !Array.isArray(step) && !isNot(step);

/** Whether the log has every event of the one before every event of the other, so that no reading has them the other way round. */
export const isAllBefore = (a: Element, b: Element, log: Log): boolean => Math.max(...placesOf(a, log)) < Math.min(...placesOf(b, log));

/** An element that must be found somewhere: false for every event of the log. */
function* flipElement(element: Element, log: Log): Generator<Flipped> {
  const { type, status, data } = asked(element);
  yield flip('event: type that is not there', type, strangeType(log), typeof element === 'string' ? [] : ['type']);
  const same = log.filter(event => event.type === type);
  if (status !== undefined)
    yield* flippedBelow(
      ['status'],
      flipsOf(
        status,
        same.map(event => event.status),
      ),
    );
  if (data !== undefined)
    yield* flippedBelow(
      ['data'],
      flipsOf(
        data,
        same.map(event => event.data),
      ),
    );
}

/** `{not: x}`: forbids a type that stands in this gap, whichever way the log is read. What is said is that the next element is not found. */
function* flipGap(steps: InOrder, i: number, log: Log): Generator<Flipped> {
  yield leaveOut('one with what forbids it', [i, 'not']);
  const type = inEveryGap(steps, i, log);
  yield type === undefined ? leaveOut('a gap with nothing in it', [i]) : { ...flip('event: not', steps[i], { not: type }, [i]), at: [] };
}

function inEveryGap(steps: InOrder, i: number, log: Log): string | undefined {
  const before = steps.slice(0, i).findLast(step => !isNot(step));
  const after = steps.slice(i + 1).find(step => !isNot(step));
  const edges = (step: InOrder[number] | undefined, none: number) =>
    step === undefined ? [none] : [step as Element | Element[]].flat().flatMap(one => placesOf(one, log));
  const gaps = edges(before, -1).flatMap(from => edges(after, log.length).flatMap(to => (from < to ? [log.slice(from + 1, to)] : [])));
  return typesOf(log).find(type => gaps.length > 0 && gaps.every(gap => gap.some(event => event.type === type)));
}

function* flipExact(elements: readonly Element[], log: Log): Generator<Flipped> {
  for (const [i, element] of elements.entries()) yield* flippedBelow([i], flipElement(element, log));
  yield flip('list: one more', elements, [...elements, elements.at(-1) ?? 'run.started']);
  if (elements.length > 0) yield flip('list: one less', elements, elements.slice(0, -1));
  for (let i = 1; i < elements.length; i++) {
    const [a, b] = [elements[i - 1]!, elements[i]!];
    if (asked(a).type !== asked(b).type) yield flip('events: order', elements, elements.with(i - 1, b).with(i, a));
  }
}

/** What must not be there becomes what is there: the first event, the last, and one between. */
function* flipNever(elements: readonly Element[], log: Log): Generator<Flipped> {
  const there = new Set([log[0], log[Math.floor(log.length / 2)], log.at(-1)].flatMap(event => event?.type ?? []));
  for (const [i, element] of elements.entries()) {
    for (const type of there) yield flip('event: never', element, type, [i]);
    if (typeof element !== 'string') yield leaveOut('one with what forbids it', [i]);
  }
}
