import { join } from 'node:path';
import { build } from 'vite';

/** The stand-ins for WorkOS Case, by path in the repository: each is one file, because admission copies one file aside and checks its digest. */
const programs = { 'fixtures/ca/ca': 'ca.ts', 'fixtures/ca/ca-exit-1': 'ca-exit-1.ts' };

const head = `#!/usr/bin/env node
// Made from fixtures/ca/src by npm run gen; a stand-in for the ca of WorkOS Case in tests without a network.
`;

/** Text of every program, bundled from its sources: readable, no dependency but Node. Not part of the package. */
export async function caPrograms(project: string): Promise<Record<string, string>> {
  const texts = Object.entries(programs).map(async ([path, entry]) => [path, head + (await bundle(project, entry))] as const);
  return Object.fromEntries(await Promise.all(texts));
}

async function bundle(project: string, entry: string): Promise<string> {
  const built = await build({
    root: project,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    // the bundle names its parts by path, which must not depend on where node_modules really is
    resolve: { preserveSymlinks: true },
    build: {
      ssr: join(project, 'fixtures', 'ca', 'src', entry),
      write: false,
      minify: false,
      target: 'node24',
      // constants keep their names: the file is there to be read, too
      rolldownOptions: { optimization: { inlineConst: false }, output: { minify: false } },
    },
  });
  const outputs = [built].flat().flatMap(one => ('output' in one ? one.output : []));
  const [chunk, ...others] = outputs;
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error(`${entry} became ${outputs.length} files, not one`);
  return chunk.code;
}
