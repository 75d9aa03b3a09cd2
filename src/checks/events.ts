import type { EventType } from '../model/event.ts';

/**
 * Step 10: the required events, in their order, as a subsequence of what was emitted.
 * `run.completed` is exempt: it is emitted after this check.
 *
 * @returns a sentence for every one that is absent or out of order
 */
export function missingEvents(required: readonly EventType[], seen: readonly EventType[]): string[] {
  const problems: string[] = [];
  let from = 0;
  let before: EventType | undefined;
  for (const type of required) {
    if (type === 'run.completed') continue;
    const at = seen.indexOf(type, from);
    if (at >= 0) {
      from = at + 1;
      before = type;
    } else {
      problems.push(before && seen.includes(type) ? `${type} came, but not after ${before}` : `${type} never came`);
    }
  }
  return problems;
}
