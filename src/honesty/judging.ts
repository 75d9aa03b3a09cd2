import type { Evidence } from '../expect/evidence.ts';
import type { Expectation } from '../expect/expectation.ts';
import type { Mismatch } from '../expect/match.ts';
import { type Path, showPath } from '../model/json.ts';
import { idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import { flipExpectation, spoilExpectation } from './expectation.ts';
import { flippedBelow, rules, spoiltBelow, withAt, type Flipped, type Spoilt } from './mutant.ts';
import { evidenceOn, type Shelf } from './shelf.ts';
import { mutantId, type KillTable } from './table.ts';

/** Everything in which the evidence is not as a scenario expects. What is on trial here. */
export type Judge = (spec: ScenarioSpec, evidence: Evidence) => Promise<readonly Mismatch[]>;

/** Whether a mutant is to be tried, by its id. */
export type Chosen = (id: string) => boolean;

/** A scenario that is green, and what it left. */
export interface Subject {
  scenario: Scenario;
  shelf: Shelf;
}

/**
 * Tries every assertion of a green scenario twice over: written otherwise, the same evidence has to be refused at that place;
 * with the evidence changed there, the scenario has to be refused at that place, and without that assertion no longer.
 */
export async function tryAssertions({ scenario, shelf }: Subject, judge: Judge, table: KillTable, isChosen: Chosen): Promise<void> {
  const { spec } = scenario;
  const untouched = await judge(spec, evidenceOn(shelf));
  const [first] = untouched;
  if (first)
    return void settle(
      scenario,
      { kind: 'as it is', at: first.path, what: 'nothing was changed' },
      `red: ${first.message}`,
      table,
      isChosen,
    );
  if (isChosen(idFor(scenario, { kind: 'as it is', at: ['expect'], what: '' }))) table.killed('as it is');

  for (const one of flipsIn(spec, shelf)) {
    if (one.does !== 'flip') notTried(scenario, one, table, isChosen);
    else if (isChosen(idFor(scenario, one))) {
      const found = await judge(withAt(spec, one.edit.at, one.edit.to), evidenceOn(shelf));
      const survives = found.some(({ path }) => isRelated(path, one.at)) ? undefined : `expected a mismatch there, got ${shown(found)}`;
      settle(scenario, one, survives, table, isChosen);
    }
  }
  for (const one of spoilsIn(spec, shelf)) {
    if (one.does !== 'spoil') notTried(scenario, one, table, isChosen);
    else if (isChosen(idFor(scenario, one))) settle(scenario, one, await whySurvives(spec, one, judge), table, isChosen);
  }
}

async function whySurvives(
  spec: ScenarioSpec,
  { at, without, to }: Spoilt<Shelf> & { does: 'spoil' },
  judge: Judge,
): Promise<string | undefined> {
  const evidence = evidenceOn(to);
  const found = await judge(spec, evidence);
  if (!found.some(({ path }) => isRelated(path, at))) return `expected a mismatch there, got ${shown(found)}`;
  const reduced = withAt(spec, without, undefined);
  // nothing at all may be left of it
  const left = await judge({ ...reduced, expect: reduced.expect ?? {} }, evidence);
  const still = left.filter(({ path }) => isRelated(path, at));
  return still.length > 0 ? `expected no mismatch there without ${showPath(without)}, got ${shown(still)}` : undefined;
}

const shown = (found: readonly Mismatch[]): string =>
  found.length === 0
    ? 'none at all'
    : found
        .map(({ path, message }) => `${showPath(path)}: ${message}`)
        .join('; ')
        .slice(0, 500);

/** One path is the other, or stands above it. */
const isRelated = (a: Path, b: Path): boolean => a.slice(0, b.length).every((step, i) => String(step) === String(b[i]));

/** The expectation and every invariant that is asked of the scenario, with their place in it. */
function expectationsOf({ expect, invariants = {}, waive = {} }: ScenarioSpec): [Path, Expectation][] {
  const asked = Object.entries(invariants).filter(([name]) => waive[name] === undefined);
  return [[['expect'], expect], ...asked.map(([name, invariant]): [Path, Expectation] => [['invariants', name], invariant as Expectation])];
}

function* flipsIn(spec: ScenarioSpec, shelf: Shelf): Generator<Flipped> {
  for (const [base, expectation] of expectationsOf(spec)) yield* flippedBelow(base, flipExpectation(expectation, shelf));
}

function* spoilsIn(spec: ScenarioSpec, shelf: Shelf): Generator<Spoilt<Shelf>> {
  for (const [base, expectation] of expectationsOf(spec)) yield* spoiltBelow(base, spoilExpectation(expectation, shelf), to => to);
}

interface Tried {
  kind: string;
  at: Path;
  what: string;
}

const idFor = (scenario: Scenario, { kind, at, what }: Tried): string => mutantId(idOf(scenario), kind, showPath(at), what);

/** @param because why it survived; undefined where it was killed */
function settle(scenario: Scenario, one: Tried, because: string | undefined, table: KillTable, isChosen: Chosen): void {
  const id = idFor(scenario, one);
  if (!isChosen(id)) return;
  if (because === undefined) table.killed(one.kind);
  else
    table.survived({
      kind: one.kind,
      place: `${placeOf(scenario, one.at)} ${idOf(scenario)}`,
      what: `${showPath(one.at)}: ${one.what}`,
      because,
      id,
    });
}

/** What was left out by a rule is counted; what nobody knows how to change is as bad as a survivor. */
function notTried(scenario: Scenario, one: Exclude<Flipped, { does: 'flip' }>, table: KillTable, isChosen: Chosen): void {
  if (one.does === 'leave out') table.limit(`left out: ${one.rule}`, rules[one.rule]);
  else
    settle(
      scenario,
      { kind: 'unknown assertion', at: one.at, what: one.what },
      'no change of it is known: nobody checks that it asserts anything',
      table,
      isChosen,
    );
}

/** Where a part of a scenario was written. */
export function placeOf(scenario: Scenario, at: Path): string {
  const { yaml, path } = scenario.origin(at);
  const { line, col } = yaml.place(path);
  return `${yaml.file}:${line}:${col}`;
}
