import { isDeepStrictEqual } from 'node:util';
import type { Path } from '../model/json.ts';
import { Facts } from '../model/facts.ts';
import type { Limit } from './limits.ts';
import type { Loose } from '../testing/forger.ts';
import { CONTRACT, EVENTS, TRACE, type Family } from './bundle-mutant.ts';
import { changesOf } from './schema-changes.ts';

/** What tells the same as a fact: the trace is believed, and what differs from it is named. */
const peers = [
  TRACE,
  EVENTS,
  CONTRACT,
  'report.json',
  'patch.diff',
  'test-report.json',
  'test.log',
  'backend/events.jsonl',
  'baseline',
  'baseline/report.json',
  'eligibility.json',
  'comparison.json',
  'source-admission.json',
];

/** What the trace alone tells. */
function limitOf(key: string, at: Path): Limit | undefined {
  const place = [key, ...at.filter(step => typeof step === 'string')].join('.');
  if (/^changes\.(commits|files\.(change|kind|bytes|mode|digest|target|oddity))$/.test(place)) return 'change';
  return place === 'backend.dropped_bytes' ? 'removed' : undefined;
}

/** Every fact that is judged, told otherwise in every line that tells it, and the bundle sealed again. */
export const factFamily: Family = function* ({ files }) {
  const facts: Record<string, unknown> = {};
  for (const line of Buffer.from(files.get(TRACE) ?? [])
    .toString('utf8')
    .split('\n')
    .filter(Boolean))
    Object.assign(facts, (JSON.parse(line) as { facts?: object }).facts);
  for (const [key, schema] of Object.entries(Facts.shape)) {
    if (!Object.hasOwn(facts, key)) continue;
    for (const { at, to, what } of changesOf(schema, facts[key])) {
      const limit = limitOf(key, at);
      yield {
        kind: 'fact, sealed again',
        what: `${key} ${what}`,
        names: [],
        oneOf: peers,
        ...(limit && { limit }),
        async change(room) {
          const told = (line: Loose) => line.facts && isDeepStrictEqual(line.facts[key], facts[key]);
          await room.lines(TRACE, lines => lines.filter(told).forEach(line => (line.facts[key] = to)));
          await room.reseal();
        },
      };
    }
  }
};
