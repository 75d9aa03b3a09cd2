import { join } from 'node:path';
import type { Ports } from '../ports.ts';
import { readEvidence } from '../scenario/bundle-evidence.ts';
import { loadScenarios } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import { digestOf, idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { SuiteResult } from '../suite/record.ts';

/** A green result of a suite whose bundle is still there. */
export interface Green {
  id: string;
  digest: string;
  /** Absolute folder of the bundle. */
  dir: string;
  exit: number;
}

/** What a suite left to be tried. */
export interface Stock {
  green: Green[];
  /** Green scenarios without a bundle to judge, by id. */
  missing: string[];
  /** Green scenarios of a command line, by id: those never have one. */
  commands: string[];
  /** Results that are not green: nothing to show there. */
  others: number;
}

/** Sorts the results of a suite by whether there is anything to try. */
export async function takeStock(results: readonly SuiteResult[], project: string, { files }: Pick<Ports, 'files'>): Promise<Stock> {
  const stock: Stock = { green: [], missing: [], commands: [], others: 0 };
  for (const { id, digest, state, bundle, exit } of results.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (state !== 'green') stock.others += 1;
    else if (bundle === null) stock.commands.push(id);
    else {
      const dir = join(project, bundle);
      const isThere = (await files.stat(join(dir, 'report.json')))?.kind === 'file';
      if (isThere && exit !== null) stock.green.push({ id, digest, dir, exit });
      else stock.missing.push(id);
    }
  }
  return stock;
}

/** Where scenarios are found. */
export interface Place {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder from which defaults apply. */
  scenarios: string;
}

/** A scenario as it was run, or why it is not to be had any more. */
export type Loaded = { green: Green; scenario: Scenario } | { green: Green; problem: string };

/**
 * The scenarios of green results, file by file: no more than one file is held.
 * @throws {UserError} for a file that is not there any more or does not load
 */
export async function* loadGreen(green: readonly Green[], place: Place, ports: Pick<Ports, 'files'>): AsyncGenerator<Loaded> {
  const files = Map.groupBy(green, ({ id }) => id.slice(0, id.indexOf('#')));
  for (const [file, wanted] of files) {
    const scenarios = new Map((await loadScenarios(join(place.project, file), place, ports, newMemory())).map(one => [idOf(one), one]));
    for (const one of wanted) {
      const scenario = scenarios.get(one.id);
      if (!scenario) yield { green: one, problem: 'is not in its file any more' };
      else if (digestOf(scenario) !== one.digest) yield { green: one, problem: 'is not the scenario that was run: its digest differs' };
      else yield { green: one, scenario };
    }
  }
}

/** The evidence of a green scenario, as it was judged. */
export const evidenceFor = ({ dir, exit }: Green, scenario: Scenario, ports: Pick<Ports, 'files'>) =>
  readEvidence({ dir, exit, scenarioDir: scenario.dir }, ports);
