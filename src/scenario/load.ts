import { basename, dirname, extname, relative } from 'node:path';
import { type Problem, UserError } from '../errors.ts';
import { isMap } from '../model/json.ts';
import type { Ports } from '../ports.ts';
import { criteriaOf } from './board.ts';
import { defaultsFor } from './defaults.ts';
import { check, type Mistake, nameOf } from './issues.ts';
import { idleRemovals, type Layer, originOf, problemIn, resolve, unknownRemovals } from './layers.ts';
import { newMemory, type Memory, remembered } from './memory.ts';
import { emptiness, mistakesIn } from './mistakes.ts';
import { type Scenario, titleOf } from './scenario.ts';
import { type ScenarioSpec, specSchemaOf } from './schema.ts';
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
export async function loadScenarios(
  file: string,
  root: ScenarioRoot,
  ports: Pick<Ports, 'files'>,
  memory: Memory = newMemory(),
): Promise<Scenario[]> {
  const { project } = root;
  const yaml = await readYaml(file, relative(project, file), ports.files);
  const defaults = await defaultsFor(file, root, ports.files, memory);
  const criteria = new Set(await remembered(memory.criteria, project, () => criteriaOf(project, ports)));
  const { drafts, problems: ofForm } = draftsOf(yaml);
  const problems = [...ofForm, ...redefined(defaults), ...removals([...defaults, ...drafts.flatMap(({ layers }) => layers)])];
  const loaded: Scenario[] = [];
  for (const draft of drafts) {
    if (problems.length > MAX_PROBLEMS) break;
    const made = makeScenario(draft, defaults, file, yaml.file);
    if (Array.isArray(made)) problems.push(...made);
    else {
      problems.push(...mistakesIn(made, criteria), ...(await emptiness(made, memory)));
      loaded.push(made);
    }
  }
  problems.push(...twice(loaded));
  if (problems.length === 0) problems.push(...drafts.flatMap(({ layers }) => idle([...defaults, ...layers])));
  if (problems.length > 0) throw new UserError(inOrder(unique(problems)).slice(0, MAX_PROBLEMS) as [Problem, ...Problem[]]);
  return loaded;
}

/** Whoever reads more of them at once mends none. */
const MAX_PROBLEMS = 100;

function makeScenario(draft: Draft, defaults: readonly Layer[], path: string, file: string): Scenario | Problem[] {
  const layers = [...defaults, ...draft.layers];
  const value = resolve(layers);
  const { data: spec, mistakes } = check(specSchemaOf(value) as typeof ScenarioSpec, value);
  if (!spec) return mistakes.map(mistake => problemIn(layers, inWords(mistake)));
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

/** Unknown keys that a null would take back, of every layer once. */
const removals = (layers: readonly Layer[]): Problem[] =>
  [...new Set(layers)].flatMap(layer => unknownRemovals(layer, specSchemaOf(layer.value)).map(mistake => problemIn([layer], mistake)));

/** A null that takes nothing back. */
const idle = (layers: readonly Layer[]): Problem[] => idleRemovals(layers).map(mistake => problemIn([mistake.layer], mistake));

/** An invariant stands in one place: what is nearer can only waive it, by name and with a reason. */
function redefined(defaults: readonly Layer[]): Problem[] {
  const seen = new Set<string>();
  const hint = 'a scenario can waive one: waive: {name: reason}';
  return defaults.flatMap(layer => {
    const { invariants } = layer.value;
    if (invariants === null) return [layer.yaml.problem(['invariants'], 'invariants: cannot be taken back', hint, 'key')];
    const names = isMap(invariants) ? Object.keys(invariants) : [];
    const again = names.filter(name => seen.has(name));
    for (const name of names) seen.add(name);
    return again.map(name => {
      const message = `the invariant ${name} stands already in a folder above`;
      return layer.yaml.problem(['invariants', name], message, `give it another name; ${hint}`, 'key');
    });
  });
}

const inWords = (mistake: Mistake): Mistake => ({ ...mistake, message: `${nameOf(mistake.path)}: ${mistake.message}` });

/** A name selects one scenario of a file. */
function twice(scenarios: readonly Scenario[]): Problem[] {
  const seen = new Set<string>();
  return scenarios.flatMap(scenario => {
    const title = titleOf(scenario);
    if (seen.has(title)) return [scenario.problem([], `the name "${title}" stands twice`, 'give one of them another name')];
    seen.add(title);
    return [];
  });
}

/** As they stand in the files. */
const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? '', 'en', { numeric: true }));

/** What stands once in the defaults of a folder is one mistake, however many scenarios lie below. */
const unique = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map(problem => [`${problem.at}\0${problem.message}`, problem])).values(),
];
