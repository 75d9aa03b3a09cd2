import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './commands/generated.ts';
import { caAdmissions, STAND_IN_RECORDS } from './gen-admissions.ts';
import { caPrograms } from './gen-ca.ts';
import { nodePorts } from './node/ports.ts';

/** `npm run gen`: writes what is made from tables of the code. Not part of the package. */
const root = join(import.meta.dirname, '..');
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

for (const [path, text] of Object.entries(await generatedFiles(root, nodePorts()))) write(path, text);
const programs = await caPrograms(root);
for (const [path, text] of Object.entries(programs)) {
  write(path, text);
  chmodSync(join(root, path), 0o755);
}
const records = caAdmissions(programs);
for (const [path, text] of Object.entries(records)) write(path, text);
// a record is named by its digest: those of programs as they were before admit nothing that is there
for (const name of readdirSync(join(root, STAND_IN_RECORDS))) {
  const path = join(STAND_IN_RECORDS, name);
  if (!(path in records)) rmSync(join(root, path));
}
