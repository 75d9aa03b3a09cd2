import { join } from 'node:path';
import type { Files } from '../ports.ts';
import { readPlain } from './plain-file.ts';

/** A ref is one line, and a file of packed refs one of a small repository. */
const MAX_REF_BYTES = 1024 * 1024;

/**
 * Puts a workspace onto a topic branch of its own at the baseline: the closer of Case refuses to work on main (protocol notes, section 2.3).
 * Written as files, as git itself does it.
 * @returns the baseline commit
 */
export async function startBranch(workspaceDir: string, id: string, files: Files): Promise<string> {
  const dotGit = join(workspaceDir, '.git');
  const baseline = await files.readText(join(dotGit, 'refs/heads/main'));
  const ref = `refs/heads/proofgate/${id}`;
  await files.write(join(dotGit, ref), baseline);
  await files.write(join(dotGit, 'HEAD'), `ref: ${ref}\n`);
  return baseline.trim();
}

/**
 * The commit that HEAD leads to, read as files: no git ever runs on the repository of an agent.
 * @returns undefined where nothing plain says which
 */
export async function headOf(workspaceDir: string, files: Files): Promise<string | undefined> {
  const read = async (path: string) => {
    const found = await readPlain(workspaceDir, `.git/${path}`, MAX_REF_BYTES, files);
    return found && 'text' in found ? found.text.trim() : undefined;
  };
  const head = (await read('HEAD')) ?? '';
  const ref = /^ref: (refs\/heads\/(?!.*\.\.)[\w./-]+)$/.exec(head)?.[1];
  if (ref === undefined) return commitIn(head);
  return commitIn((await read(ref)) ?? packed((await read('packed-refs')) ?? '', ref));
}

const packed = (text: string, ref: string): string =>
  text
    .split('\n')
    .find(line => line.endsWith(` ${ref}`))
    ?.split(' ')[0] ?? '';

const commitIn = (text: string) => (/^[0-9a-f]{40}$/.test(text) ? text : undefined);
