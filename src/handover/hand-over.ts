import { branchOf, type HandoverFacts } from '../model/handover.ts';
import type { Ports } from '../ports.ts';
import { commitChange, patchOf, type Reading } from '../workspace/index.ts';
import type { Destination } from './destination.ts';

interface Job {
  destination: Destination;
  runId: string;
  task: string;
  /** Folder of the source that was the workspace. */
  path: string;
  reading: Reading;
  /** A scenario's own: main moves while the run goes on. */
  mainMoves: boolean;
  /** Asks a person. @returns who agreed, or null */
  approve(question: { scope: string; mutation_mode: string }): Promise<string | null>;
}

/**
 * Hands a proven change over as one new branch, if somebody agrees and main is still where the source was. Everything else of the repository
 * has the same digest before and after, or the facts say what happened.
 *
 * @returns the facts, and the text of handover.patch
 */
export async function handOver(job: Job, ports: Ports): Promise<{ facts: HandoverFacts; patch: string | null }> {
  const { destination, runId, reading } = job;
  const { kind, target, base, gitDir } = destination;
  const branch = branchOf(runId);
  const approved = await job.approve({ scope: destination.scope, mutation_mode: destination.mutationMode });
  if (job.mainMoves) await destination.moveMain();
  const before = { main: await destination.main(), rest: await destination.rest(branch) };
  const facts = async (over: Partial<HandoverFacts>): Promise<HandoverFacts> => ({
    kind,
    target,
    branch,
    base,
    main: { before: before.main, after: await destination.main() },
    rest: { before: before.rest, after: await destination.rest(branch) },
    approved_by: approved,
    commit: null,
    patch: null,
    problem: null,
    ...over,
  });
  if (approved === null) return { facts: await facts({}), patch: null };
  if (before.main !== base) {
    const problem = `main of ${target} is ${before.main ?? 'gone'}, and the change was proven on ${base}: nothing was pushed`;
    return { facts: await facts({ problem }), patch: null };
  }
  const commit = await commitChange(
    {
      gitDir,
      parent: base,
      path: job.path,
      files: reading.files,
      snapshotDir: reading.snapshotDir,
      message: `${job.task}\n\nProven by proofgate in run ${runId}.\n`,
      seconds: Math.floor(ports.clock.now() / 1000),
    },
    ports,
  );
  const patch = await patchOf(gitDir, commit.id, ports);
  await destination.deliver(commit.id, branch);
  return { facts: await facts({ commit }), patch };
}
