import { NormalizedEvent } from '../model/event.ts';
import type { Path } from '../model/json.ts';
import type { Loose } from '../testing/forger.ts';
import { EVENTS, type Family } from './bundle-mutant.ts';
import { changesOf } from './schema-changes.ts';
import { MARK } from './values.ts';

/** Everything that an event says, said otherwise, the log chained and the bundle sealed again. */
export const eventFamily: Family = function* ({ files }) {
  const events = Buffer.from(files.get(EVENTS)!)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Loose);
  for (const [i, event] of events.entries()) {
    const artifacts = Object.keys((event.data.digests ?? {}) as object);
    for (const { at, to, what } of changesOf(NormalizedEvent, event)) {
      if (isMadeAgain(at, to)) continue;
      yield {
        kind: 'event field, sealed again',
        what: `#${i + 1} ${event.type} ${what}`,
        names: [],
        // of two that differ the one is named that has the word of an agent, of the report, or of its own bytes
        oneOf: [EVENTS, 'backend/events.jsonl', 'report.json', ...artifacts, MARK],
        ...(at[0] === 'data' && { limit: 'details' as const }),
        async change(room) {
          await room.events(all => void (all[i] = to));
          await room.reseal();
        },
      };
    }
  }
};

/** What chaining sets anew; without the run id there is nothing to begin the chain with. */
const isMadeAgain = (at: Path, to: unknown): boolean =>
  at[0] === 'seq' || at[0] === 'prev' || typeof (to as { run_id?: unknown }).run_id !== 'string';
