import { dirname, isAbsolute, join } from 'node:path/posix';
import type { Problem } from '../errors.ts';
import type { Expectation } from '../expect/expectation.ts';
import { vacuous, vacuousDecision, vacuousOutput } from '../expect/references.ts';
import { isMap, type Path, showPath } from '../model/json.ts';
import { didYouMean } from '../suggest.ts';
import { candidateMistakes, isOfCandidate } from './candidate.ts';
import { gateMistakes } from './gate-mistakes.ts';
import { isBelow } from './judging.ts';
import { type Memory, remembered } from './memory.ts';
import { modelMistakes } from './model-mistakes.ts';
import { backendOf, DEFAULT_STAGE, DEFAULT_TASK, type Scenario } from './scenario.ts';
import type { ScenarioSpec } from './schema.ts';

/** A mistake, before it has its place in the file. */
export interface Said {
  path: Path;
  message: string;
  hint: string;
}

/** What the schema cannot say: keys that do not go together, and names that must exist. */
export function mistakesIn(scenario: Scenario, criteria: ReadonlySet<string>): Problem[] {
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
  for (const id of proves.filter(one => !criteria.has(one))) {
    const index = spec.proves?.indexOf(id) ?? -1;
    const hint = `${didYouMean(id, [...criteria])}Criteria are the rows of admissions/workboard.yaml.`;
    if (index >= 0) add(['proves', index], `proves: ${id} is not on the board`, hint);
    else add([], `the table ${matrix} has no row ${name} on the board (${id})`, hint);
  }
  for (const { path, message, hint } of [
    ...commandMistakes(scenario),
    ...gateMistakes(scenario),
    ...(isOfCandidate(spec) ? candidateMistakes(spec) : modelMistakes(spec)),
    ...failsMistakes(spec),
    ...waiveMistakes(spec),
    ...strayPaths(scenario),
  ]) {
    add(path, message, hint, 'key');
  }
  return found;
}

/** Keys of a run say nothing about a command line, and the other way round. */
function commandMistakes({ spec, file, origin }: Scenario): Said[] {
  const { do: does = 'run', cli, given } = spec;
  const found: Said[] = [];
  if (does === 'cli' && !cli) found.push({ path: ['do'], message: 'do: cli does not say which arguments', hint: 'add cli: [verify, DIR]' });
  if (does !== 'cli' && cli)
    found.push({ path: ['cli'], message: `cli: has no meaning for do: ${does}`, hint: 'write do: cli, or leave it out' });
  if (does !== 'verify' && given?.mutate) {
    found.push({
      path: ['given', 'mutate'],
      message: `given.mutate: has no meaning for do: ${does}`,
      hint: 'write do: verify, or leave it out',
    });
  }
  if (does !== 'cli') return found;
  // what a folder says of its runs may stand above a scenario that has none
  const own = ofRuns.filter(key => spec[key] !== undefined && origin([key]).yaml.file === file && !(key === 'task' && spec.model?.script));
  return [
    ...found,
    ...own.map(key => ({ path: [key], message: `${key}: has no meaning for do: cli`, hint: 'the arguments say what is run' })),
  ];
}

// a script applies the oracle of a task
const ofRuns = ['task', 'backend', 'stage', 'fake', 'given', 'approval'] as const;

/** What is announced to fail has to be expected in the first place. */
function failsMistakes({ fails, expect, invariants = {} }: ScenarioSpec): Said[] {
  if (fails === undefined) return [];
  const known = [...pathsIn(expect, ['expect']), ...pathsIn(invariants, ['invariants'])].map(showPath);
  return [fails].flat().flatMap((wanted, i): Said[] => {
    const at = Array.isArray(fails) ? ['fails', i] : ['fails'];
    if (/^(expect|invariants)$/.test(wanted)) {
      return [{ path: at, message: `fails: ${wanted} would excuse whatever fails`, hint: 'name one expectation, such as blocker' }];
    }
    if (known.some(path => isBelow(path, wanted))) return [];
    const near = didYouMean(
      wanted,
      known.map(path => path.replace(/^expect\./, '')),
    );
    return [
      {
        path: at,
        message: `fails: nothing is expected at ${wanted}`,
        hint: `${near}Name a path below expect.`,
      },
    ];
  });
}

/** What a scenario names stands in the project: a proof that needs more cannot be repeated elsewhere. */
function strayPaths({ spec, file }: Scenario): Said[] {
  const { given, fake = [], expect, invariants = {} } = spec;
  const patches = (script: readonly object[], base: Path) =>
    script.flatMap((action, i) => ('patch' in action ? [{ path: [...base, i, 'patch'], name: String(action.patch) }] : []));
  const judged: (readonly [Path, Expectation])[] = [
    [['expect'], expect],
    ...Object.entries(invariants).map(([name, one]) => [['invariants', name], one] as const),
  ];
  const same = judged.flatMap(([base, { artifacts = {}, stdout, stderr }]) =>
    [
      ...Object.entries(artifacts).map(([artifact, clause]) => ({ path: [...base, 'artifacts', artifact, 'same_as'], clause })),
      { path: [...base, 'stdout', 'same_as'], clause: stdout },
      { path: [...base, 'stderr', 'same_as'], clause: stderr },
    ].flatMap(({ path, clause }) => (isMap(clause) && typeof clause['same_as'] === 'string' ? [{ path, name: clause['same_as'] }] : [])),
  );
  const named: { path: Path; name: string }[] = [
    ...(given?.target === undefined ? [] : [{ path: ['given', 'target'], name: given.target }]),
    ...(given?.admissions === undefined ? [] : [{ path: ['given', 'admissions'], name: given.admissions }]),
    ...(given?.protected ?? []).map((name, i) => ({ path: ['given', 'protected', i], name })),
    ...patches(fake, ['fake']),
    ...patches(given?.baseline ?? [], ['given', 'baseline']),
    ...same,
  ];
  return named
    .filter(({ name }) => isAbsolute(name) || join(dirname(file), name).startsWith('..'))
    .map(({ path, name }) => ({
      path,
      message: `${showPath(path)}: ${name} leaves the project`,
      hint: 'copy it into the project, and name it relative to this file',
    }));
}

/** Every path of a value, its own among them. */
function pathsIn(value: unknown, base: Path): Path[] {
  const entries = Array.isArray(value) ? value.map((one, i) => [i, one] as const) : isMap(value) ? Object.entries(value) : [];
  return [base, ...entries.flatMap(([key, one]) => pathsIn(one, [...base, key]))];
}

function waiveMistakes({ waive = {}, invariants = {} }: ScenarioSpec): Said[] {
  const names = Object.keys(invariants);
  return Object.keys(waive)
    .filter(name => !names.includes(name))
    .map(name => ({
      path: ['waive', name],
      message: `waive: there is no invariant ${name} here`,
      hint: names.length > 0 ? `${didYouMean(name, names)}Known here: ${names.join(', ')}.` : 'no folder above has invariants',
    }));
}

/** An expectation that no outcome could disappoint is a mistake. */
export async function emptiness(scenario: Scenario, { vacuity }: Memory): Promise<Problem[]> {
  const { spec } = scenario;
  const subject = { backend: backendOf(spec).id, stage: spec.stage ?? DEFAULT_STAGE, task: spec.task ?? DEFAULT_TASK };
  const { do: does = 'run' } = spec;
  const key = JSON.stringify([does, subject, spec.expect]);
  const tried = {
    run: () => vacuous(spec.expect, subject),
    verify: () => vacuousOutput(spec.expect),
    cli: () => vacuousOutput(spec.expect),
    gate: () => vacuousDecision(spec.expect),
  };
  const reason = await remembered(vacuity, key, tried[does]);
  if (!reason) return [];
  return [
    scenario.problem(['expect'], `expect: asserts nothing: ${reason}`, 'expect a status, a blocker or an exit that only one of them has'),
  ];
}
