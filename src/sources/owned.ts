import { join, resolve } from 'node:path';
import { admitOwned } from '../admission/index.ts';
import type { Plan } from '../model/plan.ts';
import type { SourceFacts } from '../model/source.ts';
import type { Ports } from '../ports.ts';
import { checkOut } from '../workspace/index.ts';
import { dirtyIn, guardedPaths, inOwned, type OwnedRepo, shadow, stateOf, tipOf } from './repository.ts';
import type { Source } from './source.ts';

/** Stage 5: the workspace is a copy of main of a repository that its owner declared noncritical; the repository itself is only read. */
export async function lookAtOwned(
  { owned: id, path }: { owned: string; path: string },
  { plan, room, seedDir }: { plan: Pick<Plan, 'stage' | 'given' | 'admissions' | 'project'>; room: string; seedDir: string },
  ports: Ports,
): Promise<Source> {
  const nothing: SourceFacts = { id, kind: 'repository', problem: null, commit: null, seed: null, original: null };
  const refuse = (problem: string): Source => ({
    record: null,
    guarded: [],
    gitDir: null,
    owned: null,
    dirty: [],
    facts: { ...nothing, problem },
  });
  const record = await admitOwned({ id, stage: plan.stage, now: ports.clock.now(), folders: plan.admissions.owned }, ports.files);
  if ('problem' in record) return refuse(record.problem);

  const { path: place, branch, root_commit: root } = record.value;
  const dir = plan.given.repository?.dir ?? resolve(plan.project, place);
  const repo: OwnedRepo = { dir, gitDir: join(dir, '.git') };
  if ((await ports.files.stat(repo.gitDir))?.kind !== 'dir') return refuse(`${place} is no repository with a work tree`);
  const commit = await tipOf(repo, branch, ports);
  if (commit === null) return refuse(`${place} has no branch ${branch}`);
  const roots = (await inOwned(repo, ['rev-list', '--max-parents=0', commit], ports)).stdout.split('\n');
  if (!roots.includes(root))
    return refuse(`${place} does not begin with ${root}: it is another repository than ${record.ref.file} declares`);

  const gitDir = join(room, 'source.git');
  await shadow(repo, gitDir, commit, ports);
  const dirty = await dirtyIn(repo, gitDir, commit, ports);
  const problem = await checkOut({ gitDir, commit, path }, seedDir, ports);
  if (problem !== undefined) return refuse(`${place}: ${problem}`);
  const look = async () => await stateOf(repo, await dirtyIn(repo, gitDir, commit, ports), ports);
  const original = { path: place, before: await look(), after: null };
  return {
    record,
    guarded: guardedPaths(repo),
    gitDir,
    owned: { repo, branch, look },
    dirty,
    look,
    facts: { ...nothing, commit, original },
  };
}
