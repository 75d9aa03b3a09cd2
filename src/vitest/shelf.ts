import { dirname, join } from 'node:path';
import { type Problem, UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { evidenceProblems, namedBy } from '../scenario/gate-evidence.ts';
import { loadScenarios, type ScenarioRoot } from '../scenario/load.ts';
import { newMemory, remembered } from '../scenario/memory.ts';
import { partsOf } from '../scenario/plan.ts';
import { type Scenario, titleOf } from '../scenario/scenario.ts';

/** A scenario file with everything that it names. */
export interface Loaded {
  /** None where there is a problem: nothing of the file is run then. */
  scenarios: readonly Scenario[];
  problems: readonly Problem[];
  /** Absolute folders of the tasks that it names, and files of scenarios that its gates are asked over. */
  uses: readonly string[];
}

/** Scenario files as the plugin knows them: each is read once for plan, tests and coverage, until a file changes. */
export interface Shelf {
  load(file: string): Promise<Loaded>;
  /** A file was changed, added or removed: nothing that was read is trusted any more. */
  forget(): void;
}

/** An empty shelf of a project. */
export function makeShelf(root: ScenarioRoot, ports: Pick<Ports, 'files'>): Shelf {
  let memory = newMemory();
  let read = new Map<string, Promise<Scenario[]>>();
  let complete = new Map<string, Promise<Loaded>>();
  let names = new Map<string, Promise<ReadonlyMap<string, string>>>();

  const scenariosOf = (file: string) => remembered(read, file, () => loadScenarios(file, root, ports, memory));
  return {
    load: file => remembered(complete, file, () => completed(file)),
    forget() {
      memory = newMemory();
      read = new Map();
      complete = new Map();
      names = new Map();
    },
  };

  async function completed(file: string): Promise<Loaded> {
    try {
      const scenarios = await scenariosOf(file);
      const problems = [...(await takenNames(file, scenarios)), ...(await evidenceProblems(scenarios, root.project, ports.files))];
      const uses = new Set<string>();
      for (const scenario of scenarios) {
        for (const word of scenario.spec.gate?.evidence ?? []) uses.add(join(root.project, namedBy(word, scenario).file));
        try {
          uses.add((await partsOf(scenario, root.project, ports, memory)).task.dir);
        } catch (error) {
          problems.push(...problemsOf(error));
        }
      }
      return { scenarios: problems.length > 0 ? [] : scenarios, problems, uses: [...uses].filter(path => path !== file) };
    } catch (error) {
      return { scenarios: [], problems: problemsOf(error), uses: [] };
    }
  }

  /** A name of its own selects one scenario of a folder; rows of tables have the name of their table before them. */
  async function takenNames(file: string, scenarios: readonly Scenario[]): Promise<Problem[]> {
    const named = scenarios.filter(({ matrix }) => matrix === null);
    if (named.length === 0) return [];
    const firsts = await remembered(names, dirname(file), () => firstsIn(dirname(file)));
    return named.flatMap(scenario => {
      const first = firsts.get(titleOf(scenario));
      if (first === undefined || first === scenario.file) return [];
      return [scenario.problem([], `the name "${titleOf(scenario)}" stands twice, first in ${first}`, 'give one of them another name')];
    });
  }

  async function firstsIn(dir: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const name of (await ports.files.list(dir)).filter(one => /^[^_].*\.ya?ml$/.test(one))) {
      // a mistake in a neighbour is the neighbour's
      const scenarios = await scenariosOf(join(dir, name)).catch(() => []);
      for (const scenario of scenarios.filter(({ matrix }) => matrix === null)) {
        const title = titleOf(scenario);
        if (!found.has(title)) found.set(title, scenario.file);
      }
    }
    return found;
  }
}

function problemsOf(error: unknown): Problem[] {
  if (error instanceof UserError) return [...error.problems];
  throw error;
}
