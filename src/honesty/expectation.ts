import type { Expectation } from '../expect/expectation.ts';
import type { Matcher } from '../expect/matcher.ts';
import type { NormalizedEvent } from '../model/event.ts';
import { isMap } from '../model/json.ts';
import { flipExit, spoilExit } from './exit-codes.ts';
import { flipArtifacts } from './flip-artifacts.ts';
import { flipEvents } from './flip-events.ts';
import { flipsOf, refusesNothing } from './flip-matcher.ts';
import { flippedBelow, spoiltBelow, type Flipped, type Spoilt } from './mutant.ts';
import type { Shelf } from './shelf.ts';
import { spoilArtifacts } from './spoil-artifacts.ts';
import { spoilEvents } from './spoil-events.ts';
import { spoilsOf } from './spoil-matcher.ts';
import { without } from './values.ts';

/** Every flip of an expectation, paths from its root. A key that nobody here knows is not passed over. */
export function* flipExpectation(expectation: Expectation, shelf: Shelf): Generator<Flipped> {
  for (const key of Object.keys(expectation) as (keyof Expectation)[]) yield* flippedBelow([key], flipKey(key, expectation, shelf));
}

function* flipKey(key: keyof Expectation, { exit, events, artifacts, ...rest }: Expectation, shelf: Shelf): Generator<Flipped> {
  if (key === 'exit') yield* flipExit(exit!, shelf);
  else if (key === 'events') yield* flipEvents(events!, shelf.events);
  else if (key === 'artifacts') yield* flipArtifacts(artifacts!, shelf.files);
  else if (Object.hasOwn(facts, key)) yield* flipsOf(rest[key] as Matcher, [facts[key]!.read(shelf)]);
  else yield { does: 'know nothing', at: [], what: `expect.${key}` };
}

/** Every way to spoil the evidence of an expectation, paths from its root. */
export function* spoilExpectation(expectation: Expectation, shelf: Shelf): Generator<Spoilt<Shelf>> {
  for (const key of Object.keys(expectation) as (keyof Expectation)[])
    yield* spoiltBelow([key], spoilKey(key, expectation, shelf), to => to);
}

function* spoilKey(key: keyof Expectation, { exit, events, artifacts, ...rest }: Expectation, shelf: Shelf): Generator<Spoilt<Shelf>> {
  if (key === 'exit') yield* spoiltBelow([], spoilExit(exit!, shelf), ended => ({ ...shelf, ...ended }));
  else if (key === 'events') yield* spoiltBelow([], spoilEvents(events!, shelf.events), log => ({ ...shelf, events: log }));
  else if (key === 'artifacts') yield* spoiltBelow([], spoilArtifacts(artifacts!, shelf.files), files => ({ ...shelf, files }));
  else if (Object.hasOwn(facts, key)) {
    const { read, write } = facts[key]!;
    yield* spoiltBelow([], spoilsOf(rest[key] as Matcher, read(shelf)), value => write(shelf, value));
    // what is not there is anything but something
    if (key !== 'approval_events' && refusesNothing(rest[key] as Matcher))
      yield {
        does: 'spoil',
        kind: 'evidence: key removed',
        at: [],
        without: [],
        to: write(shelf, undefined)!,
        what: 'removed from the report',
      };
  } else yield { does: 'know nothing', at: [], what: `expect.${key}` };
}

/** The part of the evidence that a key is about, and the evidence with another value there; undefined where it cannot stand there. */
interface Fact {
  read(shelf: Shelf): unknown;
  write(shelf: Shelf, value: unknown): Shelf | undefined;
}

const reportKey = (key: string): Fact => ({
  read: ({ report }) => report?.[key],
  write: (shelf, value) => ({
    ...shelf,
    report: value === undefined ? without(shelf.report ?? {}, key) : { ...shelf.report, [key]: value },
  }),
});

const blockersOf = ({ report }: Shelf): unknown[] => (Array.isArray(report?.['blockers']) ? (report['blockers'] as unknown[]) : []);
const codeOf = (blocker: unknown) => (isMap(blocker) ? blocker['code'] : undefined);
const ofBlockers = reportKey('blockers');

const facts: Readonly<Record<string, Fact>> = {
  status: reportKey('status'),
  outcome: reportKey('outcome'),
  lifecycle: reportKey('lifecycle'),
  changed_files: reportKey('changed_files'),
  verification: reportKey('verification'),
  report: {
    read: ({ report }) => report,
    write: (shelf, value) => ({ ...shelf, report: isMap(value) ? value : null }),
  },
  blocker: {
    read: shelf => codeOf(blockersOf(shelf)[0]) ?? null,
    write: (shelf, value) => {
      if (value === undefined) return ofBlockers.write(shelf, undefined);
      const [first, ...others] = blockersOf(shelf);
      return ofBlockers.write(shelf, value === null ? [] : [{ ...(isMap(first) ? first : {}), code: value }, ...others]);
    },
  },
  blockers: {
    read: shelf => blockersOf(shelf).map(codeOf),
    write: (shelf, value) => ofBlockers.write(shelf, Array.isArray(value) ? value.map((code: unknown) => ({ code })) : value),
  },
  approval_events: {
    read: ({ events }) => approvalsIn(events),
    write(shelf, value) {
      const [like] = shelf.events;
      if (!Array.isArray(value) || !like) return undefined;
      const before = approvalsIn(shelf.events);
      // any other word would be no approval event at all: it stands for one of another type
      const types = value.map((type, i) => approvalTypes.find(one => one === type) ?? approvalTypes.find(one => one !== before[i])!);
      return { ...shelf, events: [...shelf.events.filter(({ type }) => !isApproval(type)), ...types.map(type => ({ ...like, type }))] };
    },
  },
};

const approvalTypes = ['approval.requested', 'approval.granted', 'approval.denied'] as const;
const isApproval = (type: string): boolean => (approvalTypes as readonly string[]).includes(type);
const approvalsIn = (events: readonly NormalizedEvent[]): string[] => events.map(({ type }) => type).filter(isApproval);
