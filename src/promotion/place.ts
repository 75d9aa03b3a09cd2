import { basename, isAbsolute, join, relative } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Files } from '../ports.ts';
import { resultFile } from '../suite/record.ts';
import { Refused } from './refused.ts';

/** Folder of the signed statements of a suite. */
export const STATEMENTS = 'statements';

/** File of the statement about the plan of a suite, relative to it; those of scenarios have names of hex digits. */
export const PLAN_STATEMENT = join(STATEMENTS, 'plan.dsse.json');

/** File of the statement of a scenario, relative to its suite. */
export const statementFile = (id: string): string => join(STATEMENTS, `${basename(resultFile(id), '.json')}.dsse.json`);

/** A larger document is no work of ours: a decision has some hundred bytes a scenario. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/** The bytes of a document that somebody else may have put there. @throws {Refused} where it is no plain file of a reasonable size */
export async function readDocument(path: string, files: Files, what = path): Promise<Uint8Array> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file' || stat.bytes > MAX_DOCUMENT_BYTES)
    throw new Refused('unreadable', `${what} is no plain file of at most ${MAX_DOCUMENT_BYTES} bytes`);
  try {
    return await files.readBytes(path);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    throw new Refused('unreadable', `${what} cannot be read (${code})`, { cause: error });
  }
}

/** The folder of a bundle as a result names it, inside of the project and not through a link. @throws {Refused} */
export async function bundleFolder(bundle: string, project: string, files: Files): Promise<string> {
  const dir = join(project, bundle);
  const isInside = !isAbsolute(bundle) && bundle !== '' && !relative(project, dir).startsWith('..');
  const there = isInside ? await Promise.all([files.realPath(project), files.realPath(dir)]).catch(() => undefined) : undefined;
  if (!there || join(there[0], relative(project, dir)) !== there[1] || (await files.stat(dir))?.kind !== 'dir')
    throw new Refused('bundle_elsewhere', `${bundle} is no folder of the project`);
  return dir;
}
