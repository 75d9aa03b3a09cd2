/** `all`: each of these, in any order among themselves; `not`: none of it before the next step is complete. */
export type Step<E> = { all: readonly E[] } | { not: E };

/** The furthest point that any way of reading the log came to. */
export interface Missed<E> {
  /** Position of the step that was not found. */
  step: number;
  /** Element of it that was not found. */
  element: E | undefined;
  /** Position in the log from which it was looked for. */
  from: number;
  /** Position in the log of what must not come between. */
  forbidden?: number;
}

/**
 * Looks for the steps as an ordered subsequence of `length` entries.
 * @returns undefined where there is a way to read the log so that all hold, else how far it went.
 */
export function findInOrder<E>(steps: readonly Step<E>[], length: number, isAt: (element: E, i: number) => boolean): Missed<E> | undefined {
  let furthest: Missed<E> | undefined;
  const note = (missed: Missed<E>) => {
    if (furthest === undefined || missed.step > furthest.step) furthest = missed;
  };
  const dead = new Set<string>();

  /** Whether the steps from `step` on hold for the log from `from` on; of the step itself the elements `left` are still to be found. */
  const holds = (step: number, left: readonly number[] | undefined, from: number): boolean => {
    const nots: E[] = [];
    let at = step;
    for (let one = steps[at]; one && 'not' in one; one = steps[++at]) nots.push(one.not);
    const forbids = (i: number) => nots.some(not => isAt(not, i));
    const current = steps[at];
    if (!current || 'not' in current) {
      const forbidden = firstOf(from, length, forbids);
      if (forbidden !== undefined) note({ step: at - 1, element: nots.at(-1), from, forbidden });
      return forbidden === undefined;
    }
    const open = left ?? [...current.all.keys()];
    const key = `${at}/${open.join()}/${from}`;
    if (dead.has(key)) return false;

    // Where nothing is forbidden afterwards, the earliest place is as good as any later one.
    const next = steps[at + 1];
    const earliestIsBest = !(next && 'not' in next);
    let seen = false;
    let forbidden: number | undefined;
    for (let i = from; i < length && forbidden === undefined; i++) {
      for (const one of open.filter(k => isAt(current.all[k]!, i))) {
        seen = true;
        const rest = open.filter(k => k !== one);
        if (rest.length > 0 ? holds(at, rest, i + 1) : holds(at + 1, undefined, i + 1)) return true;
      }
      if (seen && earliestIsBest) break;
      // What comes first of a group is the end of the gap before it.
      if (forbids(i)) forbidden = i;
    }
    if (!seen) {
      const absent = open.find(k => firstOf(from, length, i => isAt(current.all[k]!, i)) === undefined) ?? open[0]!;
      note({ step: at, element: current.all[absent], from, ...(forbidden === undefined ? {} : { forbidden }) });
    }
    dead.add(key);
    return false;
  };

  return holds(0, undefined, 0) ? undefined : (furthest ?? { step: 0, element: undefined, from: 0 });
}

/** First position in the log of which the test is true. */
function firstOf(from: number, length: number, test: (i: number) => boolean): number | undefined {
  for (let i = from; i < length; i++) if (test(i)) return i;
  return undefined;
}
