import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { compareTrees } from './reading.ts';

/**
 * Step 2: the source of the workspace, and whether it is what was loaded.
 * A scenario's dirty tree is a copy of the seed with one file edited and one added: the project's own files are never touched.
 *
 * @returns the folder to copy the workspace from, and the paths that make it dirty.
 */
export async function checkSource(plan: Plan, scratch: string, ports: Ports): Promise<{ seedDir: string; dirty: string[] }> {
  const { task, given } = plan;
  const seedDir = join(scratch, 'seed');
  await ports.files.copyTree(task.repoDir, seedDir);
  if (given.tree === 'dirty') await makeDirty(plan, seedDir, ports);
  const now = await ports.files.walk(seedDir);
  return { seedDir, dirty: compareTrees(task.seed, now).map(file => `${file.path} (${file.change})`) };
}

/**
 * A scenario's target and protected folders become copies made for one run: the project's own folders are never at stake.
 * `@target/` in arguments, environment and prompt stands for that copy, which is how a scenario plays a leak.
 */
export async function placeGiven(plan: Plan, scratch: string, { files }: Ports): Promise<Plan> {
  const { given, backend, env, task } = plan;
  const copy = async (from: string, name: string) => {
    await files.copyTree(from, join(scratch, name));
    return join(scratch, name);
  };
  const guarded: string[] = [];
  for (const [index, from] of given.protected.entries()) guarded.push(await copy(from, `protected-${index}`));
  const placed = { ...given, protected: guarded };
  if (!given.target) return { ...plan, given: placed };

  const target = await copy(given.target, 'target');
  const say = (text: string) => text.replaceAll('@target/', `${target}/`);
  const argv = backend.argv?.map(say) as Plan['backend']['argv'];
  return {
    ...plan,
    given: { ...placed, target },
    backend: { ...backend, argv },
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, say(value)])),
    task: { ...task, spec: { ...task.spec, prompt: say(task.spec.prompt) } },
  };
}

async function makeDirty({ task }: Plan, seedDir: string, { files }: Ports): Promise<void> {
  const tracked = task.seed.find(entry => entry.kind === 'file');
  if (tracked) await files.write(join(seedDir, tracked.path), `${await files.readText(join(seedDir, tracked.path))}\n`);
  await files.write(join(seedDir, 'untracked.txt'), 'left behind by somebody\n');
}
