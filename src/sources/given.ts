import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { git, unbundle } from '../workspace/index.ts';

/**
 * A scenario's own: a real repository with a work tree, made for this run from a bundle of the project. It stands in the place of the one
 * that the owner's record names.
 */
export async function placeRepository<P extends Pick<Plan, 'given' | 'project'>>(plan: P, scratch: string, ports: Ports): Promise<P> {
  const { repository } = plan.given;
  if (!repository || repository.dir !== null) return plan;
  const dir = join(scratch, 'owned');
  const gitDir = join(dir, '.git');
  const run = (args: readonly string[]) => git(args, { cwd: dir, env: { GIT_DIR: gitDir, GIT_WORK_TREE: dir } }, ports);
  await ports.files.makeDir(dir);
  await unbundle(join(plan.project, repository.from), gitDir, ports);
  const { stdout } = await git(
    ['bundle', 'list-heads', join(plan.project, repository.from), 'refs/heads/main'],
    { cwd: dir, env: { GIT_DIR: gitDir } },
    ports,
  );
  await run(['update-ref', 'refs/heads/main', stdout.slice(0, 40)]);
  await run(['config', 'core.bare', 'false']);
  await run(['-c', 'core.bare=false', 'read-tree', '-u', '-m', 'refs/heads/main']);
  if (repository.tree === 'dirty') await ports.files.write(join(dir, 'untracked.txt'), 'left behind by somebody\n');
  return { ...plan, given: { ...plan.given, repository: { ...repository, dir } } };
}
