import { basename, dirname, extname, relative } from 'node:path';
import { type Problem, UserError } from '../errors.ts';
import { vacuous } from '../expect/references.ts';
import type { Path } from '../model/json.ts';
import type { Ports } from '../ports.ts';
import { didYouMean } from '../suggest.ts';
import { criteriaOf } from './board.ts';
import { defaultsFor } from './defaults.ts';
import { check, type Mistake, nameOf } from './issues.ts';
import { type Layer, originOf, problemIn, resolve, unknownRemovals } from './layers.ts';
import { backendOf, DEFAULT_STAGE, DEFAULT_TASK, type Scenario, titleOf } from './scenario.ts';
import { ScenarioSpec } from './schema.ts';
import { readYaml } from './source.ts';
import { type Draft, draftsOf } from './table.ts';

/** The work item whose rows are the failure matrix: rows of a table called `failures` prove the criterion of their name. */
const FAILURE_MATRIX = 'CTO-WORK-007';

/** What a project has, as far as scenarios can name it. */
export interface ScenarioRoot {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder from which defaults apply. */
  scenarios: string;
}

/**
 * Loads the scenarios of one file, in either form, with the defaults of its folders.
 * @throws {UserError} with every problem of the file: nothing of it is run then.
 */
export async function loadScenarios(file: string, { project, scenarios }: ScenarioRoot, ports: Pick<Ports, 'files'>): Promise<Scenario[]> {
  const yaml = await readYaml(file, relative(project, file), ports.files);
  const defaults = await defaultsFor(file, scenarios, project, ports.files);
  const criteria = await criteriaOf(project, ports);
  const problems: Problem[] = [];
  const loaded: Scenario[] = [];
  for (const draft of draftsOf(yaml)) {
    const made = makeScenario(draft, defaults, file, yaml.file);
    if (Array.isArray(made)) problems.push(...made);
    else {
      problems.push(...(await mistakesIn(made, criteria)));
      loaded.push(made);
    }
  }
  problems.push(...twice(loaded));
  if (problems.length > 0) throw new UserError(inOrder(unique(problems)) as [Problem, ...Problem[]]);
  return loaded;
}

function makeScenario(draft: Draft, defaults: readonly Layer[], path: string, file: string): Scenario | Problem[] {
  const layers = [...defaults, ...draft.layers];
  const removals = layers.flatMap(layer => unknownRemovals(layer, ScenarioSpec).map(mistake => problemIn([layer], mistake)));
  const { data: spec, mistakes } = check(ScenarioSpec, resolve(layers));
  if (!spec || removals.length > 0) return [...removals, ...mistakes.map(mistake => problemIn(layers, inWords(mistake)))];
  const own = draft.layers.at(-1)!.yaml;
  return {
    file,
    dir: dirname(path),
    matrix: draft.matrix,
    name: spec.name ?? draft.case ?? basename(path, extname(path)),
    path: draft.path,
    spec,
    proves: [...new Set([...(draft.matrix === 'failures' ? [`${FAILURE_MATRIX}/${draft.case}`] : []), ...(spec.proves ?? [])])],
    origin: at => (at.length === 0 ? { yaml: own, path: draft.path } : originOf(layers, at)),
    problem: (at, message, hint, part = 'value') =>
      at.length === 0 ? own.problem(draft.path, message, hint, part) : problemIn(layers, { path: at, message, hint, part }),
  };
}

const inWords = (mistake: Mistake): Mistake => ({ ...mistake, message: `${nameOf(mistake.path)}: ${mistake.message}` });

/** What the schema cannot say: keys that do not go together, names that must exist, expectations that assert nothing. */
async function mistakesIn(scenario: Scenario, criteria: readonly string[]): Promise<Problem[]> {
  const { spec, proves, matrix, name } = scenario;
  const backend = backendOf(spec);
  const found: Problem[] = [];
  const add = (path: Path, message: string, hint: string, part: 'key' | 'value' = 'value') =>
    found.push(scenario.problem(path, message, hint, part));

  if (backend.id === 'command' && !backend.argv) {
    add(['backend'], 'backend: command does not say which program', 'write {id: command, argv: [program, argument]}');
  }
  if (backend.id !== 'command' && backend.argv) {
    add(['backend', 'argv'], `backend.argv: has no meaning for ${backend.id}`, 'leave it out, or take the backend command', 'key');
  }
  if (backend.id !== 'fake' && spec.fake) {
    add(['fake'], `fake: has no meaning for the backend ${backend.id}`, 'leave it out; null takes back what a default says', 'key');
  }
  for (const id of proves.filter(one => !criteria.includes(one))) {
    const index = spec.proves?.indexOf(id) ?? -1;
    const hint = `${didYouMean(id, criteria)}Criteria are the rows of admissions/workboard.yaml.`;
    if (index >= 0) add(['proves', index], `proves: ${id} is not on the board`, hint);
    else add([], `the table ${matrix} has no row ${name} on the board (${id})`, hint);
  }
  const reason = await vacuous(spec.expect, { backend: backend.id, stage: spec.stage ?? DEFAULT_STAGE, task: spec.task ?? DEFAULT_TASK });
  if (reason) add(['expect'], `expect: asserts nothing: ${reason}`, 'expect a status, a blocker or an exit that only one of them has');
  return found;
}

/** A name selects one scenario of a file. */
function twice(scenarios: readonly Scenario[]): Problem[] {
  return scenarios.flatMap((scenario, i) => {
    const first = scenarios.findIndex(other => titleOf(other) === titleOf(scenario));
    return first === i ? [] : [scenario.problem([], `the name "${titleOf(scenario)}" stands twice`, 'give one of them another name')];
  });
}

/** As they stand in the files. */
const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? '', 'en', { numeric: true }));

/** What stands once in the defaults of a folder is one mistake, however many scenarios lie below. */
const unique = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ at, message }, i) => problems.findIndex(other => other.at === at && other.message === message) === i);
