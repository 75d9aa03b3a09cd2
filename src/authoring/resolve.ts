import { join, relative } from 'node:path';
import { defaultFakeScript } from '../model/fake.ts';
import { isMap, type Path, valueAt } from '../model/json.ts';
import { defaultLimits, ordinaryGiven } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { isOfCandidate } from '../scenario/candidate.ts';
import type { Memory } from '../scenario/memory.ts';
import { limitsOf, partsOf } from '../scenario/plan.ts';
import { idOf } from '../scenario/resolved.ts';
import { backendOf, DEFAULT_STAGE, DEFAULT_TASK, type Scenario } from '../scenario/scenario.ts';
import { readYaml } from '../scenario/source.ts';
import type { Yaml } from '../scenario/yaml.ts';
import { durationText } from './duration.ts';

/** A scenario with every value that holds for it, and where each was written. */
export interface Resolved {
  /** `<file>#<title>` */
  id: string;
  /** `file:line:col` of the scenario itself. */
  at: string;
  /** Keys in the order of the language; what has no value is not there. */
  value: Record<string, unknown>;
  /** Where the value at a path comes from: a place in a file, or `built in`. */
  from(path: Path): Source;
}

export interface Source {
  /** `file:line:col`, `built in`, or another reason. */
  text: string;
  /** The same for two values that stand in one thing that somebody wrote; null for what nobody wrote. */
  file: string | null;
  pathInFile: Path;
}

/** What the language says where nobody wrote anything. */
const BUILT_IN: Source = { text: 'built in', file: null, pathInFile: [] };

/**
 * Resolves a scenario as its run will have it.
 * @throws {UserError} at the line of the scenario for a task, patch or folder that is not there or not right.
 */
export async function resolveScenario(scenario: Scenario, project: string, ports: Pick<Ports, 'files'>, memory: Memory): Promise<Resolved> {
  const { spec } = scenario;
  const runs = spec.do !== 'cli' && spec.do !== 'gate';
  const { task } = runs ? await partsOf(scenario, project, ports, memory) : { task: undefined };
  const taskYaml = task && (await readYaml(join(task.dir, 'task.yaml'), showDir(project, task.dir), ports.files));
  const value = { ...describing(scenario), ...(runs ? running(scenario, task?.spec.verification.timeout) : commanding(scenario)) };
  return {
    id: idOf(scenario),
    at: placeIn(scenario.origin([]).yaml, scenario.path, 'key'),
    value: present({ ...value, ...expecting(scenario) }),
    from: path => sourceOf(scenario, path, taskYaml),
  };
}

/** A task of the project by its path there; a built-in one by its place in proofgate. */
const showDir = (project: string, dir: string): string => {
  const path = relative(project, join(dir, 'task.yaml'));
  return path.startsWith('..') ? path.replace(/^(\.\.\/)*.*?(?=fixtures\/[^/]+\/task\.yaml$)/, 'proofgate/') : path;
};

const describing = ({ spec, name, proves }: Scenario) => ({
  name,
  why: spec.why,
  proves: [...proves],
  tags: spec.tags ?? [],
  do: spec.do ?? 'run',
});

const commanding = ({ spec }: Scenario) => (spec.do === 'gate' ? { gate: spec.gate } : { cli: spec.cli, env: spec.env ?? {} });

function running({ spec }: Scenario, timeout: string | undefined) {
  const { verificationMs, ...limits } = limitsOf(spec);
  return {
    task: spec.task ?? DEFAULT_TASK,
    backend: spec.backend ?? 'fake',
    stage: spec.stage ?? DEFAULT_STAGE,
    fake: backendOf(spec).id === 'fake' ? (spec.fake ?? defaultFakeScript) : undefined,
    model: spec.model ?? null,
    env: spec.env ?? {},
    limits: {
      backend: durationText(limits.backendMs),
      verification: verificationMs === defaultLimits.verificationMs ? timeout : durationText(verificationMs ?? 0),
      run: durationText(limits.runMs),
      output: limits.outputBytes,
      processes: limits.processes,
    },
    given: { ...ordinaryWorld, ...(backendOf(spec).id === 'fake' ? {} : { baseline: defaultFakeScript }), ...spec.given },
    approval: spec.approval
      ? { answer: spec.approval.answer, actor: spec.approval.actor ?? 'scenario' }
      : { answer: 'nobody', actor: 'nobody' },
  };
}

/** That a model is scripted is no key of its own: `model.script` says it. */
const { scripted: _ofModel, ...ordinaryWorld } = ordinaryGiven;

const expecting = ({ spec }: Scenario) => ({
  needs: spec.needs ?? [],
  skip: spec.skip,
  only: spec.only,
  todo: spec.todo,
  fails: spec.fails,
  retry: spec.retry ?? 0,
  was: spec.was,
  because: spec.because,
  expect: spec.expect,
  invariants: spec.invariants,
  waive: spec.waive,
});

const present = (map: Record<string, unknown>) => Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));

function sourceOf(scenario: Scenario, path: Path, taskYaml: Yaml | undefined): Source {
  const { spec, proves } = scenario;
  const [top, key] = path;
  if (top === 'name' && spec.name === undefined) return nameSource(scenario);
  if (top === 'proves' && typeof key === 'number') {
    const written = spec.proves?.indexOf(proves[key] ?? '') ?? -1;
    return written >= 0 ? writtenSource(scenario, ['proves', written]) : impliedSource(scenario);
  }
  if (valueAt(spec, path) !== undefined) return writtenSource(scenario, path);
  if (top === 'limits' && key === 'verification') return timeoutSource(scenario, taskYaml);
  const other = isOfCandidate(spec) ? ofTheCandidate[path.join('.')] : undefined;
  return other === undefined ? BUILT_IN : { ...BUILT_IN, text: other };
}

/** What holds of a candidate's run is for its challenge to say; this is what holds without one. */
const ofTheCandidate: Readonly<Record<string, string>> = {
  model: 'built in; under a challenge that of the challenge',
  env: 'built in; under a challenge every CTO_HARNESS_* of whoever starts the suite',
  'given.prior_stage': 'built in; promoted in a rehearsal above stage 1',
};

/** Where somebody wrote it. */
function writtenSource(scenario: Scenario, path: Path): Source {
  const { yaml, path: pathInFile } = scenario.origin(path);
  return sourceIn(yaml, pathInFile);
}

const sourceIn = (yaml: Yaml, pathInFile: Path): Source => ({ text: placeIn(yaml, pathInFile), file: yaml.file, pathInFile });

function nameSource(scenario: Scenario): Source {
  const { yaml } = scenario.origin([]);
  return scenario.matrix === null ? { ...BUILT_IN, text: 'the name of the file' } : sourceIn(yaml, [...scenario.path, 'case']);
}

/** A row of the failure matrix proves the criterion of its name. */
function impliedSource(scenario: Scenario): Source {
  const { yaml } = scenario.origin([]);
  return { ...sourceIn(yaml, ['matrix']), text: `implied by ${placeIn(yaml, ['matrix'])}` };
}

/** The task says how long its tests may take, unless the scenario lays another time over it. */
function timeoutSource(scenario: Scenario, taskYaml: Yaml | undefined): Source {
  const path = ['verification', 'timeout'];
  if (valueAt(scenario.spec.given?.task, path) !== undefined) return writtenSource(scenario, ['given', 'task', ...path]);
  if (taskYaml && isMap(taskYaml.value) && valueAt(taskYaml.value, path) !== undefined) return sourceIn(taskYaml, path);
  return BUILT_IN;
}

function placeIn(yaml: Yaml, path: Path, part: 'key' | 'value' = 'value'): string {
  const { line, col } = yaml.place(path, part);
  return `${yaml.file}:${line}:${col}`;
}
