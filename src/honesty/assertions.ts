import type { Ports } from '../ports.ts';
import { newMemory } from '../scenario/memory.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { tryAssertions, type Chosen, type Judge } from './judging.ts';
import { rules } from './mutant.ts';
import { loaderOf, tryReductions, type Reduction } from './reduced.ts';
import { shelve } from './shelf.ts';
import { evidenceFor, loadGreen, type Green, type Place } from './suite.ts';
import type { KillTable } from './table.ts';

/** What the first part came to, beside its table. */
export interface AssertionTrial {
  scenarios: number;
  /** Scenarios that are not what was run. */
  problems: string[];
  reduction: Reduction;
}

/** Part 1: every assertion of every green scenario, against the bundle that made it green. */
export async function tryScenarios(
  green: readonly Green[],
  { place, judge, isChosen, onScenario }: { place: Place; judge: Judge; isChosen: Chosen; onScenario(done: number): void },
  table: KillTable,
  ports: Pick<Ports, 'files'>,
): Promise<AssertionTrial> {
  const trial: AssertionTrial = { scenarios: 0, problems: [], reduction: { refused: 0, enough: 0 } };
  const load = loaderOf(place, ports, newMemory());
  for await (const loaded of loadGreen(green, place, ports)) {
    if ('problem' in loaded) {
      trial.problems.push(`${loaded.green.id} ${loaded.problem}`);
      continue;
    }
    const { scenario } = loaded;
    if (isCommand(scenario)) leaveOutCommand(table);
    else {
      const subject = { scenario, shelf: await shelve(await evidenceFor(loaded.green, scenario, ports)) };
      await tryAssertions(subject, judge, table, isChosen);
      const { refused, enough } = await tryReductions(subject, { judge, load }, table, isChosen);
      trial.reduction.refused += refused;
      trial.reduction.enough += enough;
      trial.scenarios += 1;
    }
    onScenario(trial.scenarios);
  }
  return trial;
}

/** A scenario whose output is in no bundle. */
export const leaveOutCommand = (table: KillTable): void => table.limit('left out: a command', rules['a command']);

/** What a command wrote is not stored; the bundle that it was about is not what was judged. */
const isCommand = ({ spec }: Scenario): boolean => spec.do !== undefined && spec.do !== 'run';
