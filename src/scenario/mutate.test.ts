import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import type { Mutation } from './mutation.ts';
import { loadScenarios } from './load.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { mutate } from './mutate.ts';

const { files } = nodePorts();

/** What a change of a file with this text leaves of it. */
async function changed(text: string, change: Omit<Mutation, 'file'>) {
  await using project = await aProject({ 'scenarios/a.yaml': 'scenario: 1\nexpect: {status: pass}\n', 'bundle/x': text });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const [scenario] = await loadScenarios(join(root.scenarios, 'a.yaml'), root, { files });
  const problems = await problemsOf(mutate(join(project.root, 'bundle'), { file: 'x', ...change }, scenario!, files)).catch(() => []);
  const path = join(project.root, 'bundle/x');
  return { problems, text: (await files.stat(path)) && (await files.readText(path)) };
}

it.each([
  ['a line', 'a\nb\n', { drop: 2 }, 'a\n'],
  ['a line without an end', 'a\nb', { drop: 2 }, 'a\n'],
  ['the file', 'a', { drop: true as const }, undefined],
  ['the end', 'a', { append: 'b' }, 'ab'],
  ['a text', 'state: red\n', { replace: ['red', 'grün'] as [string, string] }, 'state: grün\n'],
  ['bytes that are no text, around a text', 'a\0b\u0080c', { replace: ['b', 'd'] as [string, string] }, 'a\0d\u0080c'],
])('changes %s', async (_title, text, change, after) => {
  expect((await changed(text, change)).text).toBe(after);
});

it.each([
  ['line of an empty file', '', { drop: 1 }, 'x has 0 lines'],
  ['line after the last', 'a\n', { drop: 2 }, 'x has 1 lines'],
  ['text that is not there', 'a', { replace: ['b', 'c'] as [string, string] }, 'x has that text 0 times'],
  ['text that stands there twice', 'aba', { replace: ['a', 'c'] as [string, string] }, 'x has that text 2 times'],
  ['byte of an empty file', '', { flip: true as const }, 'x has 0 bytes'],
])('refuses a %s: a bundle that is as it was would be verified', async (_title, text, change, message) => {
  const { problems } = await changed(text, change);
  expect(problems).toEqual([expect.stringContaining(message)]);
});
