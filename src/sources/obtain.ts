import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { admitSource } from '../admission/index.ts';
import type { Plan } from '../model/plan.ts';
import type { SourceFacts } from '../model/source.ts';
import type { Entry, Ports } from '../ports.ts';
import { checkOut, unbundle } from '../workspace/index.ts';
import { placeRepository } from './given.ts';
import { lookAtOwned } from './owned.ts';
import type { Source } from './source.ts';

/** What of a plan says where a source comes from. */
type SourceAsker = Pick<Plan, 'task' | 'stage' | 'given' | 'admissions' | 'project'>;

/**
 * Step 2 of a task with a source: what a record admits is held against the files, and copied into the engine's own folder. What is not
 * admitted is not opened; preflight says why.
 *
 * @returns the plan with the seed that was found: an empty one, where there is none
 */
export async function obtainSource<P extends SourceAsker>(
  asker: P,
  scratch: string,
  ports: Ports,
): Promise<{ plan: P; source: Source | null }> {
  const { source: asked } = asker.task.spec;
  if (!asked) return { plan: asker, source: null };
  const plan = await placeRepository(asker, scratch, ports);
  const room = join(scratch, 'source');
  const seedDir = join(room, 'seed');
  await ports.files.makeDir(room);
  const seat = { plan, room, seedDir };
  const source = await ('owned' in asked ? lookAtOwned(asked, seat, ports) : lookAtBundle(asked, seat, ports));
  await ports.files.makeDir(seedDir);
  const seed = await ports.files.walk(seedDir);
  const found = source.facts.problem === null ? digestOf(seed) : null;
  return {
    plan: { ...plan, task: { ...plan.task, repoDir: seedDir, seed } },
    source: { ...source, facts: { ...source.facts, seed: found } },
  };
}

/** Every step that may say no; what was found by then is told. */
async function lookAtBundle(
  { admission: id, path }: { admission: string; path: string },
  { plan, room, seedDir }: { plan: SourceAsker; room: string; seedDir: string },
  ports: Ports,
): Promise<Source> {
  const nothing: SourceFacts = { id, kind: 'git_bundle', problem: null, commit: null, seed: null, original: null };
  const refuse = (problem: string, more: Partial<Source> = {}, facts: Partial<SourceFacts> = {}): Source => ({
    record: null,
    guarded: [],
    gitDir: null,
    owned: null,
    dirty: [],
    ...more,
    facts: { ...nothing, ...facts, problem },
  });
  const record = await admitSource({ id, stage: plan.stage, now: ports.clock.now(), folders: plan.admissions.sources }, ports.files);
  if ('problem' in record) return refuse(record.problem);

  const { integrity, commit } = record.value;
  const original = join(plan.project, integrity.path);
  if ((await ports.files.stat(original))?.kind !== 'file') return refuse(`${integrity.path} is not there`);
  const before = (await ports.files.digest(original)).sha256;
  const seen = { original: { path: integrity.path, before, after: null } };
  if (before !== integrity.sha256)
    return refuse(
      `${integrity.path} has SHA-256 ${before}, and ${record.ref.file} admits ${integrity.sha256}`,
      { guarded: [original] },
      seen,
    );

  const gitDir = join(room, 'source.git');
  const problem = await unpack(original, { gitDir, commit, path }, seedDir, ports);
  if (problem !== undefined) return refuse(`${integrity.path}: ${problem}`, { guarded: [original] }, seen);
  const look = async () => {
    const isThere = (await ports.files.stat(original))?.kind === 'file';
    return isThere ? (await ports.files.digest(original)).sha256 : createHash('sha256').digest('hex');
  };
  return { record, guarded: [original], gitDir, owned: null, dirty: [], look, facts: { ...nothing, ...seen, commit } };
}

async function unpack(bundle: string, at: { gitDir: string; commit: string; path: string }, into: string, ports: Ports) {
  try {
    await unbundle(bundle, at.gitDir, ports);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    return error.message;
  }
  return await checkOut(at, into, ports);
}

/** The original again, when every process of the run is dead: it is as it was, or the run says so. */
export async function lookAgain({ facts, look }: Source): Promise<SourceFacts> {
  return look && facts.original ? { ...facts, original: { ...facts.original, after: await look() } } : facts;
}

/** Over path, kind, executable bit and content of every file and link, in the order of the walk. */
function digestOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const { path, kind, mode, digest } of entries) {
    if (kind !== 'dir') hash.update(`${path}\0${kind}\0${mode & 0o111 ? 'x' : '-'}\0${digest}\n`);
  }
  return hash.digest('hex');
}
