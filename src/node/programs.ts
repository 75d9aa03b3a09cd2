import { accessSync, constants, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';

/** What a name stands for on a PATH: an absolute path, or why there is none. */
export type Lookup = { path: string } | { error: 'ENOENT' | 'EACCES' };

/** Finds a program as execvp would. Relative and empty entries of the PATH are ignored: nothing is run because it lies in the working folder. */
export function lookup(program: string, path: string | undefined, cwd: string): Lookup {
  if (program.includes('/')) return inspect(resolve(cwd, program));
  const folders = (path ?? '').split(':').filter(isAbsolute);
  const seen = folders.map(folder => inspect(join(folder, program)));
  return seen.find(found => 'path' in found) ?? seen.find(found => 'error' in found && found.error === 'EACCES') ?? { error: 'ENOENT' };
}

function inspect(path: string): Lookup {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return { error: 'ENOENT' };
    accessSync(path, constants.X_OK);
    return stats.isFile() ? { path } : { error: 'EACCES' };
  } catch {
    return { error: 'EACCES' };
  }
}

/** Absolute path of a program with links followed, or undefined. */
export async function which(program: string, path: string | undefined): Promise<string | undefined> {
  if (program.includes('/') && !isAbsolute(program)) return undefined;
  const found = lookup(program, path, '/');
  return 'path' in found ? realpath(found.path) : undefined;
}
