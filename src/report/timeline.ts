import { showMs } from '../model/duration.ts';
import type { NormalizedEvent } from '../model/event.ts';
import { code, table, text } from './escape.ts';
import { LONGEST_LIST, rest } from './list.ts';

/** The events in order, each with the time since the start. */
export function timelineSection(events: readonly NormalizedEvent[], start: string): string[] {
  if (events.length === 0) return [];
  const after = (time: string) => showMs(Math.max(0, Date.parse(time) - Date.parse(start)));
  const shown = events.slice(0, LONGEST_LIST);
  return [
    '## What happened',
    '',
    'A fact was seen by the harness; a claim is what the agent said.',
    '',
    ...table(
      ['after', 'event', 'status', 'which is', 'note'],
      shown.map(({ time, type, status, data }) => [after(time), code(type), status, isClaim(type, data) ? 'claim' : 'fact', note(data)]),
    ),
    ...rest(events.length),
  ];
}

/** An agent's word, unless the harness emitted the event in its place. */
const isClaim = (type: string, { source }: Record<string, unknown>): boolean =>
  ['plan.updated', 'patch.applied', 'review.completed'].includes(type) && source !== 'harness';

const note = ({ blockers, actor, source }: Record<string, unknown>): string =>
  [
    Array.isArray(blockers) && blockers.length > 0 ? `carries ${blockers.map(b => code(String(b))).join(', ')}` : '',
    typeof actor === 'string' ? `by ${text(actor)}` : '',
    source === 'harness' ? 'emitted by the harness for a backend that does not say it' : '',
  ]
    .filter(Boolean)
    .join('; ');
