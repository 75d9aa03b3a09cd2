import { CST } from 'yaml';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../model/json.ts';
import { newScalar, setScalar } from './yaml-edit-scalar.ts';

type Item = CST.CollectionItem;
type List = CST.BlockSequence | CST.FlowCollection;

interface Surroundings {
  /** The pair of a map that has the list as its value. */
  holder: Item | undefined;
  inFlow: boolean;
}

/**
 * Turns the tokens of a list of plain values into those of another one. Equal elements at both ends keep every byte.
 * @returns why it could not: a comment that would be lost, or a place without a key
 */
export function editList(list: List, from: readonly Json[], to: readonly Json[], { holder, inFlow }: Surroundings): string | undefined {
  const items = list.items.filter(item => item.value !== undefined) as Item[];
  if (from.length !== to.length && hasComment(list, items)) return 'a comment stands in the list';
  if (to.length === 0) return empty(list, items, holder);

  const limit = Math.min(from.length, to.length);
  const head = count(limit, i => isDeepStrictEqual(from[i], to[i]));
  const tail = count(limit - head, i => isDeepStrictEqual(from.at(-1 - i), to.at(-1 - i)));
  const shared = Math.min(from.length, to.length) - tail;
  for (let i = head; i < shared; i++) setScalar(items[i]!.value as CST.FlowScalar, to[i]!, inFlow);
  for (let i = from.length - tail - 1; i >= shared; i--) remove(list, i);
  for (let i = shared; i < to.length - tail; i++) insert(list, i, to[i]!, inFlow);
  return undefined;
}

/** How many of the first `limit` numbers hold in a row. */
function count(limit: number, holds: (i: number) => boolean): number {
  let i = 0;
  while (i < limit && holds(i)) i += 1;
  return i;
}

const isComment = ({ type }: CST.SourceToken) => type === 'comment';

/** A comment at an element, or between two; what follows the last line of a block is not in the list. */
function hasComment(list: List, items: readonly Item[]): boolean {
  return (
    items.some(({ start, value }, i) => {
      const end = endOf(value);
      const own = list.type === 'block-seq' && i === items.length - 1 ? end.slice(0, lineEnd(end)) : end;
      return (i > 0 && start.some(isComment)) || own.some(isComment);
    }) ||
    (list.type === 'flow-collection' && list.items.some(item => item.start.some(isComment)))
  );
}

const endOf = (value: CST.Token | null | undefined): CST.SourceToken[] =>
  value && 'end' in value && Array.isArray(value.end) ? value.end : [];

/** Position after the first newline: where the line of an element ends. */
const lineEnd = (end: readonly CST.SourceToken[]): number => {
  const newline = end.findIndex(({ type }) => type === 'newline');
  return newline < 0 ? end.length : newline + 1;
};

function setEnd(value: CST.Token | null | undefined, end: CST.SourceToken[]): void {
  if (value && CST.isScalar(value) && value.type !== 'block-scalar') value.end = end;
}

function remove(list: List, i: number): void {
  const [gone] = list.items.splice(i, 1);
  if (!gone) return;
  if (list.type === 'flow-collection') {
    const next = list.items[i];
    if (i === 0 && next) next.start = gone.start;
    return;
  }
  const end = endOf(gone.value);
  const next = list.items[i];
  const before = list.items[i - 1];
  if (i === 0 && next) next.start = gone.start;
  // what follows the list stands behind its last element
  else if (!next && before)
    setEnd(before.value, [...endOf(before.value).slice(0, lineEnd(endOf(before.value))), ...end.slice(lineEnd(end))]);
}

function insert(list: List, i: number, value: Json, inFlow: boolean): void {
  if (list.type === 'flow-collection') return insertInFlow(list, i, value);
  const { indent } = list;
  const before = list.items[i - 1];
  const isLast = i === list.items.length;
  const end = endOf(before?.value);
  // what follows the list stands behind its last element, and moves on to the new one
  const [own, rest] = isLast ? [end.slice(0, lineEnd(end)), end.slice(lineEnd(end))] : [end, []];
  const breaks = own.filter(({ type }) => type === 'newline');
  const newline = breaks.at(-1) ?? source('newline', '\n', indent);
  if (before && isLast && breaks.length === 0) setEnd(before.value, [...own, newline]);
  else if (before && isLast) setEnd(before.value, own);
  const token = newScalar(value, before?.value ?? list.items[i]?.value, {
    inFlow,
    indent: indent + 2,
    end: isLast ? [...breaks, ...rest] : [newline],
  });
  const start = [
    ...(indent > 0 ? [source('space', ' '.repeat(indent), indent)] : []),
    source('seq-item-ind', '-', indent),
    source('space', ' ', indent),
  ];
  const first = list.items[0];
  if (i > 0 || !first) list.items.splice(i, 0, { start, value: token } as never);
  else {
    list.items.unshift({ start: first.start, value: token } as never);
    first.start = start;
  }
}

function insertInFlow(list: CST.FlowCollection, i: number, value: Json): void {
  const first = list.items[0];
  const between = list.items.slice(1).find(item => item.value !== undefined)?.start ?? [source('comma', ',', 0), source('space', ' ', 0)];
  const token = newScalar(value, (list.items[i - 1] ?? first)?.value, { inFlow: true, indent: 0, end: [] });
  if (i > 0 || !first) list.items.splice(i, 0, { start: i > 0 ? [...between] : [], value: token });
  else {
    list.items.unshift({ start: first.start, value: token });
    first.start = [...between];
  }
}

/** `[]`, in the place of the list. */
function empty(list: List, items: readonly Item[], holder: Item | undefined): string | undefined {
  if (list.type === 'flow-collection') {
    list.items.splice(0);
    return undefined;
  }
  if (!holder?.sep || holder.sep.some(isComment)) return 'an empty list has no place here';
  const end = endOf(items.at(-1)?.value);
  holder.sep = [source('map-value-ind', ':', list.indent), source('space', ' ', list.indent)];
  holder.value = {
    type: 'flow-collection',
    offset: -1,
    indent: list.indent,
    start: source('flow-seq-start', '[', list.indent),
    items: [],
    end: [source('flow-seq-end', ']', list.indent), ...end],
  };
  return undefined;
}

const source = <T extends CST.SourceToken['type']>(type: T, text: string, indent: number) => ({ type, offset: -1, indent, source: text });
