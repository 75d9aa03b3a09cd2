import { relative, resolve } from 'node:path';

interface Selected {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder of the scenarios. */
  scenarios: string;
  /** Absolute paths of every file that was run. */
  files: readonly string[];
}

/**
 * File filters below the folder of the scenarios that chose no file. Vitest says so only where all of them together chose none: beside
 * one that is right, a misspelt one would go unseen.
 * @param filters as they stand on the command line, `file:line` among them
 */
export function idleFilters(filters: readonly string[], { project, scenarios, files }: Selected): string[] {
  return filters.filter(filter => {
    const wanted = resolve(project, filter.replace(/:\d+$/, ''));
    const isBelow = !relative(scenarios, wanted).startsWith('..');
    // Vitest takes a filter for a part of the path, whatever its case
    return isBelow && !files.some(file => file.toLowerCase().includes(wanted.toLowerCase()));
  });
}
