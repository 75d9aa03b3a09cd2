import { taskDigest } from '../model/source.ts';
import type { Task } from '../model/task.ts';
import type { Ports } from '../ports.ts';
import type { Memory } from '../scenario/memory.ts';
import { partsOf } from '../scenario/plan.ts';
import { admissionsOf } from '../scenario/provider.ts';
import { DEFAULT_STAGE, type Scenario } from '../scenario/scenario.ts';
import { obtainSource } from '../sources/index.ts';

interface Place {
  /** Absolute root of the project: what a record names by its digest, or by its first commit, stands there. */
  project: string;
  /** Absolute root of the protected base. */
  base: string;
  /** Absolute folder that is not there yet. */
  scratch: string;
  memory: Memory;
}

/**
 * The task of a scenario as a run of it has to have had it: by the protected base, and from stage 3 on with the source that its records
 * admit, obtained once more.
 *
 * @returns `problem`: why the source is not to be had; then the digest is that of a run that was refused for it
 */
export async function taskOf(
  scenario: Scenario,
  { project, base, scratch, memory }: Place,
  ports: Ports,
): Promise<{ task: Task; digest: string; problem: string | null }> {
  const { task, given } = await partsOf(scenario, base, ports, memory);
  const { folders: admissions } = await admissionsOf(scenario, { project: base, env: {} }, ports.files);
  const stage = scenario.spec.stage ?? DEFAULT_STAGE;
  // a repository of the scenario's own is made from a file of the base
  const asker = { task, given, stage, admissions, project: given.repository ? base : project };
  const { plan, source } = await obtainSource(asker, scratch, ports);
  return { task: plan.task, digest: taskDigest(task, source?.facts.seed ?? null), problem: source?.facts.problem ?? null };
}
