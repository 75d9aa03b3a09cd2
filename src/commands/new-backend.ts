import { join, relative } from 'node:path';
import { backendIdentifier, backendText } from '../authoring/backend-template.ts';
import { backends } from '../backends/index.ts';
import { UserError } from '../errors.ts';
import type { Io } from './command.ts';
import type { NewOptions } from './new.ts';
import { onDisk } from './on-disk.ts';

/** Writes an adapter into a checkout of proofgate. @throws {UserError} elsewhere, and where there is one already */
export async function writeBackend(name: string, _options: NewOptions, { ports: { files }, project, cwd }: Io): Promise<string> {
  const folder = join(project.root, 'src', 'backends');
  const registry = join(folder, 'index.ts');
  const show = (path: string) => relative(cwd, path);
  if ((await files.stat(registry))?.kind !== 'file') {
    throw new UserError({
      at: show(registry),
      message: 'is not there: a backend is a part of proofgate',
      hint: 'Do this in a checkout of proofgate. For one program, proofgate run --command needs no adapter.',
    });
  }
  const file = join(folder, `${name}.ts`);
  if ((await files.stat(file)) || backends.some(({ id }) => id === name)) {
    throw new UserError({ at: show(file), message: 'is there already', hint: 'Choose another name.' });
  }
  await onDisk(show(file), () => files.replace(file, backendText(name)));
  const identifier = backendIdentifier(name);
  return [
    show(file),
    '',
    `Register it in ${show(registry)}, at the end of the list and with its import:`,
    `  import { ${identifier} } from './${name}.ts';`,
    `  export const backends: readonly Backend[] = [… , ${identifier}];`,
    '',
    'Then src/backends/conformance.test.ts asks it what it asks every backend: npx vitest run src/backends',
  ].join('\n');
}
