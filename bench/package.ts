import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const checkout = join(import.meta.dirname, '..');

/**
 * Builds the package as it ships and puts it where a user has it, in `node_modules` of a folder, beside everything that the checkout
 * has installed. What is measured is that, not the checkout: built JavaScript, outside of which nobody edits.
 *
 * @returns absolute folder of the package
 */
export async function installPackage(root: string): Promise<string> {
  const modules = join(root, 'node_modules');
  const home = join(modules, 'proofgate');
  await mkdir(home, { recursive: true });
  for (const name of await readdir(join(checkout, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(checkout, 'node_modules', name), join(modules, name));
  }
  const dist = join(home, 'dist');
  await execa('tsc', ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', dist], {
    cwd: checkout,
    preferLocal: true,
    killDescendants: true,
  });
  await cp(join(checkout, 'src', 'children'), join(dist, 'children'), { recursive: true, filter: path => !path.endsWith('.ts') });
  for (const part of ['package.json', 'fixtures', 'admissions', 'schema'])
    await cp(join(checkout, part), join(home, part), { recursive: true });
  return home;
}
