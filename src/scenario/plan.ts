import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { type Problem, systemCode, UserError } from '../errors.ts';
import { durationMs } from '../model/duration.ts';
import { defaultFakeScript, type FakeAction } from '../model/fake.ts';
import type { Path } from '../model/json.ts';
import { type ApprovalAnswer, defaultLimits, type Given, type Limits, ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Task } from '../model/task.ts';
import type { Files, Ports } from '../ports.ts';
import { isOfCandidate, standingOf } from './candidate.ts';
import { type Memory, newMemory, remembered } from './memory.ts';
import { admissionsOf, agentEnv, modelEnv, modelIn } from './provider.ts';
import { idOf, resolvedOf } from './resolved.ts';
import { backendOf, DEFAULT_STAGE, DEFAULT_TASK, type Scenario } from './scenario.ts';
import type { ScenarioSpec } from './schema.ts';
import { findTaskDir, loadTask } from './task.ts';
import { MAX_YAML_BYTES } from './yaml.ts';

/** What a plan needs to know beside the scenario. */
export interface PlanSetting {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder in which the bundle folder is made. */
  out: string;
  /** Of the suite. */
  nonce: string;
  /** The environment of whoever starts the suite; only what the allow-list names goes further. */
  env: Readonly<Record<string, string | undefined>>;
}

/** A scenario sees these variables of the outside, and no other. */
const ambientNames = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

/**
 * Everything that the run of a scenario is asked to do: its defaults are those of the command line.
 * @throws {UserError} at the line of the scenario, for a task, patch or folder that is not there or not right.
 */
export async function makePlan(scenario: Scenario, setting: PlanSetting, ports: Pick<Ports, 'files'>): Promise<Plan> {
  const { spec } = scenario;
  const fake = spec.fake ?? defaultFakeScript;
  const { task, patches, given } = await partsOf(scenario, setting.project, ports, newMemory());
  const { folders: admissions } = await admissionsOf(scenario, setting, ports.files);
  const standing = isOfCandidate(spec) ? await standingOf(scenario, setting, ports.files) : null;
  const own = standing ? standing.env : { ...modelEnv(spec), ...spec.env };
  const env = { ...ambient(setting.env), ...(await agentEnv(setting.env, setting.project, ports.files)), ...own };
  const stage = spec.stage ?? DEFAULT_STAGE;
  const backend = standing ? standing.backend : backendOf(spec);
  return {
    task,
    backend,
    stage,
    fake,
    patches,
    model: modelIn(env, spec),
    admissions,
    env,
    limits: limitsOf(spec),
    approval: approvalOf(spec),
    given: standing ? { ...given, prior_stage: standing.priorStage } : given,
    nonce: setting.nonce,
    suite: idOf(scenario),
    scenarioText: stringify(resolvedOf(scenario), { aliasDuplicateObjects: false }),
    out: setting.out,
    project: setting.project,
    bundleName: null,
  };
}

/** The files that a scenario names, read. */
export interface ScenarioParts {
  task: Task;
  patches: Record<string, string>;
  given: Given;
}

/** Reads what a scenario names. @throws {UserError} at its lines, with everything that is not there or not right */
export async function partsOf(scenario: Scenario, project: string, ports: Pick<Ports, 'files'>, memory: Memory): Promise<ScenarioParts> {
  const [task, patches, given] = await everything([
    readTask(scenario, project, ports, memory),
    readPatches(scenario, ports.files),
    givenOf(scenario, project, ports.files),
  ]);
  return { task, patches, given };
}

/** Waits for all, so that every problem is known and none is left unheard. */
async function everything<T extends readonly unknown[]>(parts: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const settled = await Promise.allSettled(parts);
  const reasons = settled.flatMap(part => (part.status === 'rejected' ? [part.reason as unknown] : []));
  const bug = reasons.find(reason => !(reason instanceof UserError));
  if (bug !== undefined) throw bug;
  const problems = (reasons as UserError[]).flatMap(reason => reason.problems);
  if (problems.length > 0) throw new UserError(problems as [Problem, ...Problem[]]);
  return settled.map(part => (part as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

async function readTask(scenario: Scenario, project: string, ports: Pick<Ports, 'files'>, { tasks }: Memory): Promise<Task> {
  const { task = DEFAULT_TASK, given } = scenario.spec;
  const key = JSON.stringify([task, given?.task]);
  const load = async () => {
    const dir = await located(scenario, ['task'], () => findTaskDir(task, project, ports));
    return loadTask(dir, ports, given?.task, (path, message, hint) =>
      scenario.problem(['given', 'task', ...path], `given.task.${path.join('.')}: ${message}`, hint),
    );
  };
  try {
    return await remembered(tasks, key, load);
  } catch (error) {
    // the next scenario that asks is told at its own line
    tasks.delete(key);
    throw error;
  }
}

/** A mistake that has no place of its own gets that of the key which named the thing. */
async function located<T>(scenario: Scenario, path: Path, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [{ message, hint }] = error.problems;
    throw new UserError(scenario.problem(path, `${path.join('.')}: ${message}`, hint), { cause: error });
  }
}

/** The text of every file that a `patch:` names, by that name. */
async function readPatches(scenario: Scenario, files: Files): Promise<Record<string, string>> {
  const scripts: [Path, readonly FakeAction[]][] = [
    [['fake'], scenario.spec.fake ?? []],
    [['given', 'baseline'], scenario.spec.given?.baseline ?? []],
  ];
  const texts = scripts.flatMap(([path, script]) =>
    script.flatMap((action, i) => ('patch' in action ? [readPatch(scenario, [...path, i, 'patch'], action.patch, files)] : [])),
  );
  return Object.fromEntries(await everything(texts));
}

async function readPatch(scenario: Scenario, path: Path, name: string, files: Files): Promise<[name: string, text: string]> {
  const absolute = resolve(scenario.dir, name);
  const stat = await files.stat(absolute);
  const problem = (message: string, hint: string) => new UserError(scenario.problem(path, `${path.join('.')}: ${name} ${message}`, hint));
  if (stat?.kind !== 'file') throw problem(stat ? `is a ${stat.kind}` : 'is not there', 'a patch is a file named relative to the scenario');
  if (stat.bytes > MAX_YAML_BYTES) throw problem(`has ${stat.bytes} bytes, the limit is ${MAX_YAML_BYTES}`, 'write a smaller patch');
  try {
    return [name, await files.readText(absolute)];
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    throw problem(`cannot be read (${code})`, 'mend its permissions');
  }
}

async function givenOf(scenario: Scenario, project: string, files: Files): Promise<Given> {
  const { given = {}, model } = scenario.spec;
  const folder = async (path: Path, name: string) => {
    const absolute = resolve(scenario.dir, name);
    if ((await files.stat(absolute))?.kind === 'dir') return absolute;
    throw new UserError(scenario.problem(path, `${path.join('.')}: ${name} is not a folder`, 'name a folder relative to the scenario'));
  };
  const [target, guarded, { own: admissions }] = await everything([
    given.target === undefined ? Promise.resolve(null) : folder(['given', 'target'], given.target),
    everything((given.protected ?? []).map((name, i) => folder(['given', 'protected', i], name))),
    admissionsOf(scenario, { project, env: {} }, files),
  ]);
  return {
    task: given.task ?? null,
    tree: given.tree ?? ordinaryGiven.tree,
    prior_stage: given.prior_stage ?? ordinaryGiven.prior_stage,
    artifact_fault: given.artifact_fault ?? ordinaryGiven.artifact_fault,
    target,
    protected: guarded,
    baseline: given.baseline ?? ordinaryGiven.baseline,
    containment: given.containment ?? ordinaryGiven.containment,
    secrets: given.secrets ?? ordinaryGiven.secrets,
    interrupt: given.interrupt ?? ordinaryGiven.interrupt,
    admissions,
    provider: given.provider ?? ordinaryGiven.provider,
    repository: given.repository ? { tree: 'clean', ...given.repository, dir: null } : ordinaryGiven.repository,
    remote: given.remote ?? ordinaryGiven.remote,
    scripted: model?.script !== undefined,
  };
}

const ms = <T>(text: string | undefined, otherwise: T) => (text === undefined ? otherwise : durationMs(text));

/** The limits of a run; where the scenario says nothing those of the command line. */
export function limitsOf({ limits = {} }: ScenarioSpec): Limits {
  return {
    backendMs: ms(limits.backend, defaultLimits.backendMs),
    verificationMs: ms(limits.verification, defaultLimits.verificationMs),
    runMs: ms(limits.run, defaultLimits.runMs),
    outputBytes: limits.output ?? defaultLimits.outputBytes,
    processes: limits.processes ?? defaultLimits.processes,
  };
}

const approvalOf = ({ approval }: ScenarioSpec): ApprovalAnswer =>
  approval ? { answer: approval.answer, actor: approval.actor ?? 'scenario' } : { answer: 'nobody', actor: 'nobody' };

const ambient = (env: PlanSetting['env']): Record<string, string> =>
  Object.fromEntries(ambientNames.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));
