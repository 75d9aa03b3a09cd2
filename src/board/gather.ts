import { join, relative } from 'node:path';
import type { Problem } from '../errors.ts';
import { systemCode, UserError } from '../errors.ts';
import type { Engine } from '../engine.ts';
import type { Ports } from '../ports.ts';
import { mayProve } from '../scenario/board.ts';
import { scenarioFiles } from '../scenario/discover.ts';
import { DEFAULTS } from '../scenario/defaults.ts';
import { loadScenarios, type ScenarioRoot } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import { partsOf } from '../scenario/plan.ts';
import { digestOf, idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Suite } from '../suite/read.ts';
import type { SuiteResult } from '../suite/record.ts';
import type { Proof } from './judge.ts';

/** What proofs are held against. */
export interface Moment {
  /** Milliseconds since the epoch. */
  now: number;
  /** Milliseconds that a suite stays fresh from its start. */
  maxAgeMs: number;
  /** The engine as it is now. */
  engine: Engine['identity'];
}

/** Every scenario of a project that can prove something, and the files that do not load. */
export async function readProving(
  root: ScenarioRoot,
  ports: Pick<Ports, 'files'>,
): Promise<{ scenarios: Scenario[]; problems: Problem[] }> {
  const memory = newMemory();
  const scenarios: Scenario[] = [];
  const problems: Problem[] = [];
  for (const file of (await scenarioFiles(root.scenarios, ports.files)).filter(path => isTested(relative(root.scenarios, path)))) {
    try {
      scenarios.push(...(await loadScenarios(file, root, ports, memory)).filter(({ proves, spec }) => proves.length > 0 && mayProve(spec)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems);
    }
  }
  return { scenarios, problems };
}

/** As the Vitest plugin sees it: defaults, and what begins with _ or a dot, are no tests. */
const isTested = (path: string): boolean =>
  !path.split('/').some(step => step.startsWith('.')) && !/(^|\/)_[^/]*$/.test(path) && !path.endsWith(DEFAULTS);

/** What the suite shows of each criterion, here and now. */
export async function gatherProofs(
  { scenarios, suite, moment }: { scenarios: readonly Scenario[]; suite: Suite | undefined; moment: Moment },
  project: string,
  ports: Pick<Ports, 'files'>,
): Promise<Map<string, Proof[]>> {
  const results = new Map(suite?.results.map(result => [result.id, result]));
  const tasks = new Map<string, Promise<string | undefined>>();
  const proofs = new Map<string, Proof[]>();
  for (const scenario of scenarios) {
    const result = results.get(idOf(scenario));
    const stale = suite && result ? await stalenessOf(scenario, { result, suite, moment, project, tasks }, ports) : [];
    const proof = {
      id: idOf(scenario),
      state: result?.state ?? ('missing' as const),
      bundle: result?.bundle ?? null,
      stale,
      reason: result?.reason ?? null,
    };
    for (const criterion of scenario.proves) proofs.set(criterion, [...(proofs.get(criterion) ?? []), proof]);
  }
  return proofs;
}

interface Held {
  result: SuiteResult;
  suite: Suite;
  moment: Moment;
  project: string;
  /** Digests of tasks as they are now, each once. */
  tasks: Map<string, Promise<string | undefined>>;
}

/** Why a result says nothing about what is there now. */
async function stalenessOf(
  scenario: Scenario,
  { result, suite, moment, project, tasks }: Held,
  ports: Pick<Ports, 'files'>,
): Promise<string[]> {
  if (result.state !== 'green') return [];
  const stale: string[] = [];
  const age = moment.now - Date.parse(suite.plan.started);
  if (age < 0) stale.push('was proven in the future: a clock is wrong');
  if (age > moment.maxAgeMs)
    stale.push(`was proven ${Math.round(age / 60_000)} minutes ago, ${Math.round(moment.maxAgeMs / 60_000)} are allowed`);
  if (result.digest !== digestOf(scenario)) stale.push('was changed since');
  // a scenario of the command line or of a gate leaves no bundle: its result is all that there is
  const { do: does } = scenario.spec;
  if (result.bundle === null) return does === 'cli' || does === 'gate' ? stale : [...stale, 'left no evidence'];
  const freshness = await freshnessOf(join(project, result.bundle, 'report.json'), ports);
  if (!freshness) return [...stale, `has lost its evidence: ${result.bundle}`];
  if (freshness['nonce'] !== suite.plan.nonce) stale.push('has the evidence of another suite');
  if (freshness['engine_digest'] !== moment.engine.engineDigest) stale.push('was proven by another engine than this one');
  const { task } = scenario.spec;
  const known = tasks.get(task ?? '') ?? taskDigest(scenario, project, ports);
  tasks.set(task ?? '', known);
  const wanted = await known;
  if (wanted !== undefined && freshness['task_digest'] !== wanted) stale.push('was proven on another state of its task');
  return stale;
}

/** What a report says of its freshness; undefined where there is no report that can be read. */
async function freshnessOf(path: string, { files }: Pick<Ports, 'files'>): Promise<Record<string, unknown> | undefined> {
  try {
    const { freshness, sealed } = JSON.parse(await files.readText(path)) as { freshness?: Record<string, unknown>; sealed?: boolean };
    return sealed === true ? freshness : undefined;
  } catch (error) {
    if (!systemCode(error) && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Of the folder of the task as it is now; undefined where it does not load, which the loader says by itself. */
async function taskDigest(scenario: Scenario, project: string, ports: Pick<Ports, 'files'>): Promise<string | undefined> {
  try {
    const { task } = await partsOf(scenario, project, ports, newMemory());
    // of a task whose seed is admitted from elsewhere the digest covers the seed too, which is not in its folder
    return 'source' in task.spec && task.spec.source ? undefined : task.digest;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
