import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedFiles } from './generated.ts';

const root = join(import.meta.dirname, '..', '..');

it.each(Object.entries(generatedFiles()))('%s is what the tables say (npm run gen writes it)', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});
