import { dirname, join, relative } from 'node:path';
import type { Files } from '../ports.ts';

/**
 * The comment by which an editor finds the schema of a file: the project's own copy, else that of the installed package.
 * Where there is neither, a comment that says how to get one: a path that leads nowhere is marked as a mistake by editors.
 * @param file absolute path of the file that gets the comment
 */
export async function modeline(file: string, schema: 'scenario' | 'task', project: string, files: Files): Promise<string> {
  for (const path of schemaPlaces(schema, project)) {
    if ((await files.stat(path))?.kind !== 'file') continue;
    return `# yaml-language-server: $schema=${relative(dirname(file), path)}`;
  }
  return `# "proofgate schema --write" makes schema/${schema}.v1.json, with which an editor completes and checks what stands here.`;
}

/** The project's own, then that of the package in the nearest node_modules upwards. */
function schemaPlaces(schema: string, project: string): string[] {
  const name = `${schema}.v1.json`;
  const places = [join(project, 'schema', name)];
  for (let dir = project; ; dir = dirname(dir)) {
    places.push(join(dir, 'node_modules', 'proofgate', 'schema', name));
    if (dirname(dir) === dir) return places;
  }
}
