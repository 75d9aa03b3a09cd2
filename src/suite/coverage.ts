import type { Expectation } from '../expect/expectation.ts';
import { blockerCodes, isBlockerCode, rowOf } from '../model/blocker.ts';
import { built } from '../model/built.ts';
import { events } from '../model/event.ts';
import { exitClasses } from '../model/exit.ts';
import { isMap } from '../model/json.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The seeds' failure matrix. */
const MATRIX = 'CTO-WORK-007';

/** What a complete suite has a scenario for: kind to names. */
export const wanted = {
  blocker: built.blockers,
  event: Object.keys(events),
  marker: built.markers,
  'exit class': built.exits,
  'exit class of the command line': built.exits.filter(name => name !== 'interrupted' && name !== 'nonzero'),
  'row of the failure matrix': blockerCodes.flatMap(code => rowOf(code).matrix ?? []),
} as const satisfies Record<string, readonly string[]>;
type Kind = keyof typeof wanted;

/**
 * What has no scenario. Counted is what a scenario expects in so many words: not what it excludes, and nothing of one that is
 * skipped, not written yet or known to fail.
 *
 * @returns `<kind> <name>`, none where the suite is complete
 */
export function missingFrom(scenarios: readonly Scenario[]): string[] {
  const counted = scenarios.filter(({ spec }) => spec.skip === undefined && spec.todo === undefined && spec.fails === undefined);
  const has = (kind: Kind) => new Set(counted.flatMap(scenario => shownBy[kind](scenario)));
  return (Object.keys(wanted) as Kind[]).flatMap(kind => {
    const covered = has(kind);
    return wanted[kind].filter(name => !covered.has(name)).map(name => `${kind} ${name}`);
  });
}

const shownBy: Record<Kind, (scenario: Scenario) => readonly string[]> = {
  blocker: ({ spec: { expect } }) => texts([expect.blocker, expect.blockers].flat()),
  event: ({ spec: { expect } }) => eventsIn(expect.events),
  marker: ({ spec: { expect } }) =>
    Object.entries(expect.artifacts ?? {}).flatMap(([path, clause]) => (clause === 'absent' ? [] : [path.replace(/^backend\//, '')])),
  'exit class': ({ spec: { expect } }) => classesOf(expect.exit),
  'exit class of the command line': ({ spec }) => (spec.do === 'cli' ? classesOf(spec.expect.exit) : []),
  // a row is shown by its blocker: to say that one proves it is not enough
  'row of the failure matrix': ({ proves, spec: { expect } }) =>
    texts([expect.blocker, ...[expect.blockers].flat().slice(0, 1)])
      .flatMap(code => (isBlockerCode(code) ? (rowOf(code).matrix ?? []) : []))
      .filter(row => proves.includes(`${MATRIX}/${row}`)),
};

const texts = (values: readonly unknown[]): string[] => values.filter(value => typeof value === 'string');

/** Types that have to be in the log. */
function eventsIn(spec: Expectation['events']): string[] {
  if (spec === undefined) return [];
  if (Array.isArray(spec)) return spec.flatMap(elementTypes);
  const { in_order = [], exact = [], count = {} } = spec;
  const counted = Object.entries(count).filter(([, times]) => times !== 0);
  return [...[...in_order, ...exact].flatMap(elementTypes), ...counted.map(([type]) => type)];
}

function elementTypes(element: unknown): string[] {
  if (Array.isArray(element)) return element.flatMap(elementTypes);
  if (isMap(element)) return texts([element['type']]);
  return texts([element]);
}

/** A word stands for itself, a code for every class that it alone makes. */
function classesOf(exit: Expectation['exit']): string[] {
  if (exit === undefined) return [];
  if (typeof exit === 'string') return [exit];
  const codes = [exit].flat();
  return Object.entries(exitClasses)
    .filter(([, members]) => codes.every(code => (members as readonly number[]).includes(code)))
    .map(([name]) => name);
}
