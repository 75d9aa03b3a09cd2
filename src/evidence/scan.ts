import { dirname, join, posix } from 'node:path';
import type { Ports } from '../ports.ts';
import { walkUnlocked } from '../workspace/unlock.ts';
import type { Redactor } from './redact.ts';

/** A secret, and where it was found: `artifact` is relative to the bundle. */
export interface Exposure {
  name: string;
  artifact: string;
}

/** The sealer writes the report again, redacted; until then the reserved one must stand. */
const sealersOwn = ['report.json'];

/** The only folder of a bundle that an agent may write, and therefore the only one in which it can have locked something. */
const isAgents = (path: string) => path.startsWith('backend/agent/');

/**
 * Step 12: looks for registered secrets in every file of the bundle, in the names of files and folders, and in what links point to.
 * Logs were redacted as they were written; what is found here stood in the patch, the contract, a configuration or a name.
 *
 * Nothing is changed but the modes of what an agent locked, and nothing is opened that is no plain file. Files are streamed.
 * An artifact that the engine itself could not write and cannot read is a failure of that artifact, not of this scan.
 *
 * @returns one entry for each secret and artifact, sorted by bytes of the artifact's path
 */
export async function scanBundle(dir: string, redactor: Redactor, { files }: Ports): Promise<Exposure[]> {
  if (redactor.idle) return [];
  const exposures: Exposure[] = [];
  for (const { path, kind, target, oddity } of await walkUnlocked(dir, { skip: sealersOwn, maxFileBytes: 0 }, { files }, isAgents)) {
    const names = new Set([...namesOfItself(path, redactor), ...redactor.names(target ?? '')]);
    if (kind === 'file' && oddity !== 'unreadable' && oddity !== 'name_not_utf8') {
      for (const name of await namesInFile(join(dir, path), redactor, files)) names.add(name);
    }
    exposures.push(...[...names].toSorted().map(name => ({ name, artifact: path })));
  }
  return exposures;
}

async function namesInFile(path: string, redactor: Redactor, files: Ports['files']): Promise<string[]> {
  const finder = redactor.finder();
  for await (const chunk of files.readChunks(path)) finder.push(chunk);
  return finder.end();
}

/** Secrets that a path has and the folder above it has not. */
function namesOfItself(path: string, redactor: Redactor): string[] {
  const above = redactor.names(dirname(path));
  return redactor.names(path).filter(name => !above.includes(name));
}

/**
 * Puts a note in the place of everything in which a secret was found: the names of the secrets, and size and SHA-256 of what stood there,
 * so that whoever has it can recognise it. A file or folder whose own name has a secret is called `redacted-<n>` from then on.
 *
 * @returns the same exposures, with the artifacts as they are called now: fit to be written down
 */
export async function replaceExposed(
  dir: string,
  exposures: readonly Exposure[],
  redactor: Redactor,
  { files }: Ports,
): Promise<Exposure[]> {
  const told: Exposure[] = [];
  const moved = new Map<string, string>();
  let count = 0;

  const freshName = async (folder: string): Promise<string> => {
    for (;;) {
      const name = posix.join(folder, `redacted-${++count}`);
      if (!(await files.stat(join(dir, name))) && !(await files.stat(join(dir, `${name}.txt`)))) return name;
    }
  };

  for (const [artifact, names] of byArtifact(exposures)) {
    const place = afterMoves(artifact, moved);
    const named = namesOfItself(artifact, redactor).length > 0;
    const shown = named ? await freshName(dirname(place)) : place;
    const kind = (await files.stat(join(dir, place)))?.kind;
    if (kind === 'dir') {
      await files.rename(join(dir, place), join(dir, shown));
      await files.write(join(dir, `${shown}.txt`), noteOf(names, { what: 'the name of this folder' }));
      moved.set(artifact, shown);
    } else {
      const was = kind === 'file' ? await files.digest(join(dir, place)) : undefined;
      await files.remove(join(dir, place));
      await files.write(
        join(dir, shown),
        noteOf(names, { what: named ? 'the name of this file' : kind === 'link' ? 'this link' : 'this artifact', was }),
      );
    }
    told.push(...names.map(name => ({ name, artifact: shown })));
  }
  return told;
}

function byArtifact(exposures: readonly Exposure[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { name, artifact } of exposures) grouped.set(artifact, [...(grouped.get(artifact) ?? []), name]);
  return grouped;
}

/** Where an artifact is now that folders above it were renamed; they come before what is in them. */
function afterMoves(path: string, moved: ReadonlyMap<string, string>): string {
  for (let above = dirname(path); above !== '.'; above = dirname(above)) {
    const now = moved.get(above);
    if (now !== undefined) return now + path.slice(above.length);
  }
  return path;
}

function noteOf(names: readonly string[], { what, was }: { what: string; was?: { bytes: number; sha256: string } | undefined }): string {
  const lines = [`proofgate: a registered secret stood in ${what}, which was removed.`, `secrets: ${names.join(', ')}`];
  if (was) lines.push(`bytes: ${was.bytes}`, `sha256: ${was.sha256}`);
  return `${lines.join('\n')}\n`;
}
