import { join, relative } from 'node:path';
import { Report } from '../model/report.ts';
import type { Ports } from '../ports.ts';
import { verifyBundle } from '../verify/verify.ts';
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
    const { status, verdict } = await verifyBundle(dir, ports);
    const report = await readReport(join(dir, 'report.json'), ports);
    if (!report) {
      unreadable.push(relative(project, dir));
      continue;
    }
    const { stage, backend, task, run_id: runId, artifact_digests: digests } = report;
    const manifest = digests['manifest.json'] ?? '';
    derived.push({
      stage,
      backend,
      task,
      runId,
      status: verdict === 'consistent' && manifest !== '' ? status : null,
      manifest,
      bundle: relative(project, dir),
    });
  }
  return { derived, unreadable };
}

async function readReport(path: string, { files }: Ports): Promise<Report | undefined> {
  try {
    return Report.safeParse(JSON.parse(await files.readText(path))).data;
  } catch {
    return undefined;
  }
}
