import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { loadScenarios } from '../scenario/load.ts';
import { makePlan } from '../scenario/plan.ts';

/** A folder of a scenario that must end badly, with what a person then reads. */
export interface Case {
  name: string;
  dir: string;
  /** Absolute path of the scenario; undefined where the folder has none, or several. */
  scenario: string | undefined;
  /** Absolute path of the text that is expected. */
  golden: string;
}

/** Name of the scenario of a case: a file whose name begins with `_` is no test file. */
const SCENARIO = '_scenario.yaml';
const GOLDEN = 'golden.txt';

/** The cases below a folder: every folder of it, whatever it has. */
export async function casesIn(root: string, { files }: Pick<Ports, 'files'>): Promise<Case[]> {
  const entries = await files.walk(root);
  const names = entries.filter(({ kind, path }) => kind === 'dir' && !path.includes('/')).map(({ path }) => path);
  return names.map(name => {
    const found = entries.filter(({ path }) => path.startsWith(`${name}/`) && path.endsWith(`/${SCENARIO}`)).map(({ path }) => path);
    const [scenario] = found;
    return {
      name,
      dir: join(root, name),
      scenario: scenario === undefined || found.length > 1 ? undefined : join(root, scenario),
      golden: join(root, name, GOLDEN),
    };
  });
}

/**
 * Loads a scenario and makes its plans, as a suite does before it runs anything.
 * @param project what stands below it is named relative to it, and defaults apply from it down
 * @returns what was refused, or undefined where the scenario would run
 */
export async function refusalOf(file: string, project: string, ports: Ports): Promise<UserError | undefined> {
  try {
    const scenarios = await loadScenarios(file, { project, scenarios: project }, ports);
    const setting = { project, out: dirname(file), nonce: 'selftest', env: {} };
    for (const scenario of scenarios) await makePlan(scenario, setting, ports);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
