import picomatch from 'picomatch';
import type { Evidence } from '../expect/evidence.ts';

/** The files of a bundle in memory, so that parts of them can be judged and exchanged without reading them again. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Everything that a scenario is judged by, at hand. */
export interface Shelf extends Omit<Evidence, 'read' | 'paths'> {
  files: Files;
}

/** Reads the evidence once. Memory is that of one bundle. */
export async function shelve(evidence: Evidence): Promise<Shelf> {
  const { read, paths, ...rest } = evidence;
  const beside = new Map<string, Promise<Uint8Array | undefined>>();
  const files = new Map<string, Uint8Array>();
  for (const path of paths) files.set(path, await read(path).catch(() => new Uint8Array()));
  const readBeside = (path: string) => {
    const known = beside.get(path) ?? rest.readBeside(path);
    beside.set(path, known);
    return known;
  };
  return { ...rest, readBeside, files };
}

/** As a judge takes it. */
export const evidenceOn = ({ files, ...rest }: Shelf): Evidence => ({
  ...rest,
  paths: [...files.keys()],
  read: async path => files.get(path)!,
});

/** The files that a path or glob of a scenario means. */
export function filesOf(glob: string, files: Files): string[] {
  if (files.has(glob)) return [glob];
  const isMatch = picomatch(glob, { dot: true });
  return [...files.keys()].filter(path => isMatch(path));
}

/** The same files with other bytes in one; undefined: without it. In order of their paths. */
export function withFile(files: Files, path: string, bytes: Uint8Array | undefined): Files {
  const others = [...files].filter(([name]) => name !== path);
  const all = bytes === undefined ? others : [...others, [path, bytes] as const];
  return new Map(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
export const joinLines = (lines: readonly unknown[]): string => lines.map(line => `${String(line)}\n`).join('');
