import { join } from 'node:path';
import type { Ports } from '../ports.ts';
import { walkUnlocked } from './unlock.ts';

/** The name under which git keeps a stash. */
export const STASH = 'refs/stash';

/**
 * Name to what it names, packed ones included: `git pack-refs` leaves no file of a branch or a stash.
 *
 * @returns undefined where they cannot be read
 */
export async function readRefs(dotGit: string, ports: Ports): Promise<Map<string, string> | undefined> {
  const packed = await readSmall(join(dotGit, 'packed-refs'), ports);
  const kind = (await ports.files.stat(join(dotGit, 'refs')))?.kind ?? 'dir';
  if (packed === undefined || kind !== 'dir') return undefined;
  const refs = new Map<string, string>();
  for (const line of packed.split('\n')) {
    const [, id, name] = /^([0-9a-f]{40}) (refs\/.+)$/.exec(line) ?? [];
    if (id !== undefined && name !== undefined) refs.set(name, id);
  }
  for (const { path, kind } of await walkUnlocked(join(dotGit, 'refs'), { maxFileBytes: 0 }, ports)) {
    if (kind !== 'dir') refs.set(`refs/${path}`, ((await readSmall(join(dotGit, 'refs', path), ports)) ?? '').trim());
  }
  return refs;
}

/** The commit that HEAD leads to; undefined where nothing says which. */
export async function headCommit(dotGit: string, refs: ReadonlyMap<string, string>, ports: Ports): Promise<string | undefined> {
  const head = ((await readSmall(join(dotGit, 'HEAD'), ports)) ?? '').trim();
  const ref = /^ref: (refs\/heads\/[^\s]+)$/.exec(head)?.[1];
  return isCommit(ref === undefined ? head : (refs.get(ref) ?? ''));
}

/** Branches and tags that lead anywhere but to the baseline or to the last commit. */
export const otherRefs = (refs: ReadonlyMap<string, string>, known: readonly string[]): string[] =>
  [...refs].filter(([name, id]) => name !== STASH && !known.includes(id)).map(([name]) => `commits beside HEAD (${name})`);

const isCommit = (text: string) => (/^[0-9a-f]{40}$/.test(text) ? text : undefined);

/** @returns nothing written where there is no such file; undefined where it is no file, or one that is too large */
async function readSmall(path: string, { files }: Ports): Promise<string | undefined> {
  const stat = await files.stat(path);
  if (!stat) return '';
  return stat.kind === 'file' && stat.bytes <= 1024 * 1024 ? files.readText(path) : undefined;
}
