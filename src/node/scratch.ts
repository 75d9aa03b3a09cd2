import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import type { Files } from '../ports.ts';
import { alive } from './host.ts';
import { remove } from './removal.ts';

/** `<prefix>-<pid>.<pid namespace>-`, then six random characters: a pid means nothing without the namespace it was given in. */
export const scratchName = (prefix: string): string => `${prefix}-${process.pid}.${pidNamespaceId()}-`;

/** A private folder that is gone when its owner is done with it. */
export const scratch: Files['scratch'] = async prefix => {
  const { path } = await dir({ template: `${scratchName(prefix)}XXXXXX`, mode: 0o700, tmpdir: tmpdir(), keep: true });
  // what cannot be removed (an immutable file) is left for somebody who can
  return { path, [Symbol.asyncDispose]: () => remove(path).catch(() => undefined) };
};

/** Removes what engines that were killed left behind: own folders of this prefix whose pid is dead. Answers their paths. */
export async function removeStaleScratch(prefix: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!isStale(name, prefix) || !isOwnFolder(path)) continue;
    await remove(path).then(
      () => removed.push(path),
      () => undefined,
    );
  }
  return removed;
}

function isStale(name: string, prefix: string): boolean {
  if (!name.startsWith(`${prefix}-`)) return false;
  const [, pid, namespace] = /^(\d+)\.(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(prefix.length + 1)) ?? [];
  return pid !== undefined && namespace === pidNamespaceId() && !alive(Number(pid));
}

function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
}

/** Number of the pid namespace we are in; 0 where there is no such thing. */
function pidNamespaceId(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
