import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { limits } from './limits.ts';

it('docs/evidence.md says exactly what may stay unfound', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/evidence.md'), 'utf8');
  const [, after = ''] = page.split('may miss is this list and nothing else:\n\n');
  const [list = ''] = after.split('\n\n');
  const items = list.split('\n').map(line => line.replace(/^- /, ''));
  expect(items.toSorted()).toEqual(Object.values<string>(limits).toSorted());
});
