import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { readSuite, startOf, suiteFolders } from './read.ts';
import { ENDED } from './record.ts';

/**
 * Removes what nobody needs any more: of earlier suites that came to their end, every bundle but those of red scenarios (also what
 * a repetition or a command line of theirs left), and the record of a suite that has no red one. A bundle that belongs to no such
 * suite is somebody's own and stays.
 *
 * @param current absolute folder of the suite that ended now
 * @param runs absolute folder of the bundles
 */
export async function pruneSuites(current: string, runs: string, project: string, { files }: Pick<Ports, 'files'>): Promise<void> {
  const over = await endedBefore(current, { files });
  const nonces = new Set(over.map(({ plan }) => plan.nonce));
  const red = over.map(({ dir, results }) => ({
    dir,
    bundles: results.filter(({ state }) => state === 'red').map(({ bundle }) => bundle),
  }));
  const kept = new Set(red.flatMap(({ bundles }) => bundles).map(bundle => join(project, bundle ?? '.')));
  if (over.length === 0 || (await files.stat(runs))?.kind !== 'dir') return;

  for (const name of (await files.list(runs)).filter(one => !one.startsWith('.'))) {
    const bundle = join(runs, name);
    if (!kept.has(bundle) && nonces.has((await nonceOf(bundle, files)) ?? '')) await files.remove(bundle);
  }
  for (const { dir, bundles } of red) if (bundles.length === 0) await files.remove(dir);
}

/** Earlier suites whose record can be read; one that cannot is left to a person. */
async function endedBefore(current: string, { files }: Pick<Ports, 'files'>) {
  const began = await startOf(current, files);
  const found = [];
  for (const dir of await suiteFolders(dirname(current), files)) {
    const started = await startOf(dir, files);
    const isEarlier = dir !== current && started !== undefined && began !== undefined && started < began;
    if (isEarlier && hasEnded(await files.list(dir))) found.push(await readSuite(dir, { files }).catch(unlessBroken));
  }
  return found.filter(suite => suite !== undefined);
}

/** A suite has ended when it says so, or when each of its shards does. */
export function hasEnded(names: readonly string[]): boolean {
  const shards = names.flatMap(name => /^ended-\d+-of-(\d+)$/.exec(name)?.[1] ?? []);
  return names.includes(ENDED) || shards.some(count => shards.filter(other => other === count).length === Number(count));
}

function unlessBroken(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

/** The suite that a bundle says it belongs to. */
async function nonceOf(bundle: string, files: Ports['files']): Promise<string | undefined> {
  const path = join(bundle, 'report.json');
  if ((await files.stat(path))?.kind !== 'file') return undefined;
  return /^ {2}"nonce": "([A-Za-z0-9._-]+)",?$/m.exec(await files.readText(path))?.[1];
}
