import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.ts';
import type { Files, Ports } from '../ports.ts';
import { loadScenarios, type ScenarioRoot } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import { partsOf } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import { findTaskDir, loadTask } from '../scenario/task.ts';
import { headline } from '../report/headline.ts';
import { modeline } from './modeline.ts';
import { expectationOf } from './record-expect.ts';
import { type RunKeys, runKeysOf } from './record-run.ts';
import { recordText } from './record-text.ts';
import type { Recorded } from './recorded.ts';
import { textOver } from './text-over.ts';

/** A scenario that was made of a bundle, not yet written. */
export interface Recording {
  /** Absolute path to text: the scenario, and the patch that it names. */
  texts: ReadonlyMap<string, string>;
  scenario: Scenario;
  notes: readonly string[];
  /** The project's files as they will be with these texts. */
  files: Files;
}

/**
 * Makes a scenario of a run.
 * @param file absolute path that the scenario will have
 * @throws {UserError} where the task is gone, or the folder's defaults would make another run of it
 */
export async function recordingOf(recorded: Recorded, file: string, root: ScenarioRoot, ports: Pick<Ports, 'files'>): Promise<Recording> {
  const { contract } = recorded;
  const name = basename(file).replace(/\.ya?ml$/, '');
  const dir = dirname(file);
  const task = await loadTask(await findTaskDir(contract.task.id, root.project, ports), ports, contract.given['task']);
  const run = runKeysOf(recorded, task, { dir, patchName: `${name}.patch`, project: root.project });
  const notes = [...run.notes];
  if (!task.spec.source && task.digest !== contract.task.digest) notes.push('The task was another one then: its files have changed since.');
  const text = recordText({
    modeline: await modeline(file, 'scenario', root.project, ports.files),
    headline: `${contract.run_id}: ${headline(recorded.report)}`,
    why: whyOf(recorded),
    keys: run.keys,
    notes,
    expect: expectationOf(recorded, run.isReplay),
  });
  const texts = new Map([[file, text], ...(run.patch === null ? [] : [[join(dir, `${name}.patch`), run.patch] as const])]);
  const files = [...texts].reduce((over, [path, content]) => textOver(over, path, content), ports.files);
  const memory = newMemory();
  const [scenario] = await loadScenarios(file, root, { files }, memory);
  await partsOf(scenario!, root.project, { files }, memory);
  mustBeItsOwn(scenario!, run);
  return { texts, scenario: scenario!, notes, files };
}

function whyOf({ report: { task, backend, stage, status, blockers } }: Recorded): string {
  const end = [status, ...blockers.slice(0, 1).map(({ code }) => code)].join(': ');
  return `A run of ${task} with ${backend} at stage ${stage} ended like this once: ${end}.`;
}

/** What a folder says of every run below it would make another run of this one. */
function mustBeItsOwn(scenario: Scenario, { keys }: RunKeys): void {
  const spec: Record<string, unknown> = scenario.spec;
  for (const key of ofTheRun) {
    if (isDeepStrictEqual(spec[key], keys[key])) continue;
    throw new UserError(
      scenario.problem([key], `${key}: the defaults of this folder would make it another run`, 'record it into another folder with --out'),
    );
  }
}

const ofTheRun = [
  'task',
  'backend',
  'stage',
  'fake',
  'model',
  'env',
  'limits',
  'given',
  'approval',
] as const satisfies readonly (keyof ScenarioSpec)[];
