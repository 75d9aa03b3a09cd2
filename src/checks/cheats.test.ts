import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const rowsOf = (file: string) => (parse(read(file)) as { rows: { case: string; tags?: string[]; status: string }[] }).rows;
const rows = [...rowsOf('scenarios/cheats/node.yaml'), ...rowsOf('scenarios/cheats/python.yaml')];
const named = (text: string) => [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name!).sort();
const names = (some: typeof rows) => [...new Set(some.map(row => row.case))].sort();
const page = read('docs/cheats.md');

it('docs/cheats.md names every cheat once, and none that is not carried out', () => {
  expect(named(page)).toEqual(names(rows));
});

it('what passes although it should not is a documented limit, and nothing else is', () => {
  const limits = rows.filter(row => row.tags?.includes('in-process-limit'));
  expect(limits.map(row => row.status)).toEqual(limits.map(() => 'pass'));
  expect(named(page.slice(page.indexOf('## What still passes')))).toEqual(names(limits));
  for (const name of names(limits)) expect(read('docs/evidence.md')).toContain(`| \`${name}\` |`);
});
