import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { Files } from '../ports.ts';

/**
 * Real faults of the disk that a scenario asks for: what stands where an artifact is to be written, so that the system itself refuses.
 * A full disk stands nowhere; there the device that always is full is opened instead of the artifact (see bundle.ts and seal.ts).
 */

/** Written when the bundle has been put in order, which would take away what stands in the way before. */
const ofTheSeal = ['report.md', 'manifest.json'];
/** Never absent and never half: it is spoilt at the one moment at which it is replaced. */
const REPORT = 'report.json';

type Given = Pick<Plan, 'given'>;

/** For everything that is written before the seal. */
export const spoilBeforehand = ({ given }: Given, dir: string, files: Files): Promise<void> =>
  obstruct(given.artifact_fault, path => path !== REPORT && !ofTheSeal.includes(path), dir, files);

/** For what only the seal writes. */
export const spoilSeal = ({ given }: Given, dir: string, files: Files): Promise<void> =>
  obstruct(given.artifact_fault, path => ofTheSeal.includes(path), dir, files);

async function obstruct(
  faults: Plan['given']['artifact_fault'],
  isDue: (path: string) => boolean,
  dir: string,
  files: Files,
): Promise<void> {
  for (const [path, fault] of Object.entries(faults)) {
    if (!isDue(path)) continue;
    if (fault === 'is_directory') await files.makeDir(join(dir, path));
    if (fault === 'no_permission') await files.write(join(dir, path), '', { mode: 0o000 });
  }
}

/** A file is replaced by renaming: it is the folder that has to refuse, or a folder that has to be in its place. */
export async function spoilReport({ given }: Given, dir: string, files: Files): Promise<void> {
  const place = join(dir, REPORT);
  switch (given.artifact_fault[REPORT]) {
    case 'disk_full':
      return files.openFull().write('x');
    case 'no_permission':
      return files.chmod(dir, 0o500);
    case 'is_directory':
      await files.remove(place);
      return files.makeDir(place);
    case undefined:
      return undefined;
  }
}
