import { basename, dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Files, Ports } from '../ports.ts';
import { DEFAULTS, defaultsFor } from '../scenario/defaults.ts';
import type { Layer } from '../scenario/layers.ts';
import { evidenceProblems } from '../scenario/gate-evidence.ts';
import { loadScenarios, type ScenarioRoot } from '../scenario/load.ts';
import type { Memory } from '../scenario/memory.ts';
import { partsOf } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readYaml } from '../scenario/source.ts';
import { draftsOf } from '../scenario/table.ts';
import { type Finding, finding } from './finding.ts';

/** A scenario with the layers that it is made of, outermost first. */
export interface Layered {
  scenario: Scenario;
  layers: readonly Layer[];
}

/** What the rules look at. */
export interface LintInput {
  root: ScenarioRoot;
  /** Absolute folder of the records: admissions/ of the project, or the one that was named instead. */
  admissions: string;
  files: Files;
  /** Milliseconds since the epoch. */
  now: number;
  /** Every scenario that loads. */
  scenarios: readonly Layered[];
  /** Absolute paths of the files that were read. */
  read: readonly string[];
  /** Those of them that do not load. */
  broken: readonly string[];
  /** Files below scenarios/ that a test runs, absolute. */
  tested: readonly string[];
  /** YAML files below scenarios/ that no test runs, absolute; defaults are not among them. */
  untested: readonly string[];
}

/**
 * Reads what was asked for: files, folders, or everything.
 * @throws {UserError} for a path that is not there, and where no scenario file is left: nothing checked is nothing found.
 */
export async function readForLint(
  paths: readonly string[],
  { root, cwd }: { root: ScenarioRoot; cwd: string },
  ports: Pick<Ports, 'files' | 'clock'>,
  memory: Memory,
): Promise<{ input: LintInput; problems: Finding[] }> {
  const { tested, untested } = await yamlFiles(root.scenarios, ports.files);
  const read = paths.length === 0 ? tested : await chosen(paths, { root, cwd, tested }, ports.files);
  if (read.length === 0) throw nothing(paths, root.project);
  const problems: Finding[] = [];
  const scenarios: Layered[] = [];
  const broken: string[] = [];
  for (const file of read) {
    try {
      scenarios.push(...(await layered(file, root, ports, memory)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken.push(file);
      problems.push(...error.problems.map(problem => finding('problem', 'load', problem)));
    }
  }
  for (const { scenario } of scenarios) problems.push(...(await missingParts(scenario, root, ports, memory)));
  const admissions = join(root.project, 'admissions');
  return { input: { root, admissions, files: ports.files, now: ports.clock.now(), scenarios, read, broken, tested, untested }, problems };
}

/** The scenarios of a file, and the layers of each. */
async function layered(file: string, root: ScenarioRoot, ports: Pick<Ports, 'files'>, memory: Memory): Promise<Layered[]> {
  const loaded = await loadScenarios(file, root, ports, memory);
  const defaults = await defaultsFor(file, root, ports.files, memory);
  const { drafts } = draftsOf(await readYaml(file, relative(root.project, file), ports.files));
  return loaded.map((scenario, i) => ({ scenario, layers: [...defaults, ...(drafts[i]?.layers ?? [])] }));
}

/** Tasks, patches and folders that a scenario names and that are not there or not right. */
async function missingParts(scenario: Scenario, root: ScenarioRoot, ports: Pick<Ports, 'files'>, memory: Memory): Promise<Finding[]> {
  if (scenario.spec.do === 'cli') return [];
  if (scenario.spec.do === 'gate')
    return (await evidenceProblems([scenario], root.project, ports.files)).map(problem => finding('problem', 'load', problem));
  try {
    await partsOf(scenario, root.project, ports, memory);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(problem => finding('problem', 'load', problem));
  }
}

/** YAML files below scenarios/: those that the Vitest plugin makes a test of, and the others. */
async function yamlFiles(scenarios: string, files: Files): Promise<{ tested: string[]; untested: string[] }> {
  if ((await files.stat(scenarios))?.kind !== 'dir') return { tested: [], untested: [] };
  const entries = await files.walk(scenarios);
  // a link is looked at as well: Vitest follows it, and the loader says that it does not
  const found = entries.filter(({ path, kind }) => (kind === 'file' || kind === 'link') && /\.ya?ml$/.test(path)).map(({ path }) => path);
  const isTested = (path: string) => !basename(path).startsWith('_') && !path.split('/').some(step => step.startsWith('.'));
  return {
    tested: found.filter(isTested).map(path => join(scenarios, path)),
    untested: found.filter(path => !isTested(path) && basename(path) !== DEFAULTS).map(path => join(scenarios, path)),
  };
}

/** Files as they are named; of a folder, and of the folder of named defaults, every file that a test runs. */
async function chosen(
  paths: readonly string[],
  { root, cwd, tested }: { root: ScenarioRoot; cwd: string; tested: readonly string[] },
  files: Files,
): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    const stat = await files.stat(absolute);
    if (!stat) throw new UserError({ at: path, message: 'is not there', hint: 'name files or folders of scenarios/' });
    const folder = stat.kind === 'dir' ? absolute : basename(absolute) === DEFAULTS ? dirname(absolute) : undefined;
    const below = folder === undefined ? [absolute] : tested.filter(file => isBelow(folder, file));
    if (folder === undefined && !/\.ya?ml$/.test(path)) {
      throw new UserError({ at: path, message: 'is no YAML file', hint: 'scenarios end in .yaml or .yml' });
    }
    if (below.length === 0) throw nothing([path], root.project);
    for (const file of below) found.add(file);
  }
  return [...found];
}

/** True for the folder itself and for what lies in it. */
export const isBelow = (folder: string, path: string): boolean => !relative(folder, path).startsWith('..');

const nothing = (paths: readonly string[], project: string): UserError =>
  new UserError({
    at: paths.join(', ') || relative(project, join(project, 'scenarios')),
    message: 'has no scenario file: nothing was checked',
    hint: 'proofgate new scenario NAME makes one',
  });
