import { relative } from 'node:path';
import type { Ports } from '../ports.ts';
import { examineBundle } from '../verify/verify.ts';
import type { Derived } from './cells.ts';

/**
 * Derives every bundle again. What a report says of its status is not read; of an invalid one stage and backend are taken where they can be
 * read, so that it shows in its cell.
 *
 * @param dirs absolute folders of bundles
 * @returns what was derived, and the folders of which not even a cell is known
 */
export async function gather(
  dirs: readonly string[],
  project: string,
  ports: Ports,
): Promise<{ derived: Derived[]; unreadable: string[] }> {
  const derived: Derived[] = [];
  const unreadable: string[] = [];
  for (const dir of dirs) {
    const { status, verdict, bundle } = await examineBundle(dir, ports);
    const { report, contract } = bundle;
    if (!report) {
      unreadable.push(relative(project, dir));
      continue;
    }
    const { stage, backend, task, run_id: runId, artifact_digests: digests } = report;
    const manifest = digests['manifest.json'] ?? '';
    const isGood = verdict === 'consistent' && manifest !== '' && contract !== undefined;
    derived.push({
      stage,
      backend,
      task,
      runId,
      status: isGood ? status : null,
      given: Object.keys(contract?.given ?? {}),
      manifest,
      bundle: relative(project, dir),
    });
  }
  return { derived, unreadable };
}
