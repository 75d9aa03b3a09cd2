import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './commands/generated.ts';
import { nodePorts } from './node/ports.ts';

/** `npm run gen`: writes what is made from tables of the code. Not part of the package. */
const root = join(import.meta.dirname, '..');
for (const [path, text] of Object.entries(await generatedFiles(root, nodePorts()))) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
