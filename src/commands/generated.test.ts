import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { generatedFiles } from './generated.ts';

const root = join(import.meta.dirname, '..', '..');

it.each(Object.entries(await generatedFiles(root, nodePorts())))('%s is what the tables say (npm run gen writes it)', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});
