import { dirname, join } from 'node:path';
import { CODEX_BIN } from '../model/places.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';

/** The executable: the one that is named, that of the PATH, or that of the checkout. */
export async function findCodex({ env, project }: Pick<Plan, 'env' | 'project'>, { files, host }: Ports): Promise<string | undefined> {
  const named = env['CTO_HARNESS_CODEX_BIN'];
  const found = named || ((await host.which('codex')) ?? join(project, CODEX_BIN, 'codex'));
  if (!(await files.stat(found))) return undefined;
  const path = await files.realPath(found);
  return (await nativeOf(path, files)) ?? path;
}

/**
 * What the launcher of the npm package would start: the executable in the package of its platform, which npm puts beside that of the
 * launcher. Undefined for anything that is not such a launcher, and where there is not exactly one.
 */
async function nativeOf(path: string, files: Ports['files']): Promise<string | undefined> {
  if (!path.endsWith('/@openai/codex/bin/codex.js')) return undefined;
  const scope = dirname(dirname(dirname(path)));
  const found: string[] = [];
  for (const name of await files.list(scope)) {
    const vendor = join(scope, name, 'vendor');
    if (!name.startsWith('codex-') || !(await files.stat(vendor))) continue;
    const executables = (await files.list(vendor)).map(triple => join(vendor, triple, 'bin', 'codex'));
    for (const executable of executables) if (await files.stat(executable)) found.push(executable);
  }
  return found.length === 1 ? found[0] : undefined;
}
