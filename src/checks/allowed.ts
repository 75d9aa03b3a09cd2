import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { ChangedFile } from '../model/facts.ts';

/**
 * What changed and may not have: a path outside of `allowed_paths`, and an allowed one that is no plain file any more.
 *
 * A new link is fine where it is relative and stays inside of the workspace.
 */
export function disallowed(files: readonly ChangedFile[], allowedPaths: readonly string[]): ChangedFile[] {
  const isAllowed = pathMatcher(allowedPaths);
  return files.filter(file => !isAllowed(file.path) || !isPlain(file));
}

/** A literal entry names itself and nothing below it; a glob matches dot files too and never negates. */
function pathMatcher(allowedPaths: readonly string[]): (path: string) => boolean {
  const literals = new Set(allowedPaths);
  const globs = allowedPaths.map(glob => picomatch(glob, { dot: true, nonegate: true }));
  return path => !isGitPath(path) && (literals.has(path) || globs.some(matches => matches(path)));
}

const isGitPath = (path: string) => path.split('/').some(part => part.toLowerCase() === '.git');

function isPlain({ path, kind, change, oddity, target }: ChangedFile): boolean {
  if (oddity !== null || change === 'type' || change === 'mode') return false;
  if (kind === 'link') return change === 'deleted' || (change === 'added' && target !== null && staysInside(path, target));
  return kind === 'file';
}

/** Read by its letters alone. `..` behind a name is refused: what it means depends on where that name leads. */
function staysInside(path: string, target: string): boolean {
  const parts = target.split('/').filter(part => part !== '' && part !== '.');
  const below = parts.slice(parts.findLastIndex(part => part === '..') + 1);
  const up = parts.length - below.length;
  if (target === '' || target.startsWith('/') || parts.slice(0, up).some(part => part !== '..')) return false;
  const depth = path.split('/').length - 1;
  return up <= depth && !isGitPath(posix.join(posix.dirname(path), target));
}
