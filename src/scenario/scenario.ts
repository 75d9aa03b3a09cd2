import type { Problem } from '../errors.ts';
import type { Path } from '../model/json.ts';
import type { Origin } from './layers.ts';
import type { ScenarioSpec } from './schema.ts';

/** One proof: what to run and what evidence to expect, with every default laid under it. */
export interface Scenario {
  /** Relative to the project, `/`-separated. */
  file: string;
  /** Absolute folder of the file; paths in a scenario are relative to it. */
  dir: string;
  /** Name of the table, or null in the terse form. */
  matrix: string | null;
  /** Name without that of the table. */
  name: string;
  /** Where it stands: from the root of the file. */
  path: Path;
  spec: ScenarioSpec;
  /** Criteria that it proves, those that its table implies among them. */
  proves: readonly string[];
  /** Where a part of `spec` was written; of what was not written the nearest thing above it. */
  origin(path: Path): Origin;
  /** A problem at that place. */
  problem(path: Path, message: string, hint: string, part?: 'key' | 'value'): Problem;
}

export const DEFAULT_TASK = 'n1-string-slugify';
export const DEFAULT_STAGE = 2;

/** What it is called in a report and in the list of what was not proven. */
export const titleOf = ({ matrix, name }: Pick<Scenario, 'matrix' | 'name'>): string => (matrix === null ? name : `${matrix} > ${name}`);

/** The backend by id and argv, whichever way it was written. */
export function backendOf({ backend = 'fake' }: ScenarioSpec): { id: string; argv?: [string, ...string[]] | undefined } {
  return typeof backend === 'string' ? { id: backend } : backend;
}
