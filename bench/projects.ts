import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Tests of a generated project: so many files with so many tests each. */
export interface Shape {
  files: number;
  rows: number;
}

const counted = (count: number, noun: string) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

export const nameOf = ({ files, rows }: Shape): string => `${counted(files, 'file')} of ${counted(rows, 'row')}`;

/** Settings of Vitest that both kinds of projects share. */
export interface Settings {
  pool?: 'threads' | 'forks';
  isolate?: boolean;
  maxWorkers?: number;
  maxConcurrency?: number;
}

/** A project of somebody else that has the plugin, and scenarios that run nothing but are read, checked and expected of in full. */
export async function idleScenarios(dir: string, shape: Shape, settings: Settings = {}): Promise<void> {
  await scenarioProject(dir, settings);
  await write(dir, shape, 'scenarios', 'yaml', (name, rows) =>
    rows === 1
      ? `scenario: 1\nname: ${name}\n${idle}`
      : `scenario: 1\nmatrix: ${name}\neach:\n${indented(idle)}rows:\n${rowsOf(rows, row => `  - {case: ${row}, status: fail}\n`)}`,
  );
}

/** The same number of tests as a user of Vitest writes them; nothing is done in them. */
export async function idleTests(dir: string, shape: Shape, settings: Settings, body: string): Promise<void> {
  await project(
    dir,
    `import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: ${JSON.stringify(settings)} });\n`,
  );
  await write(dir, shape, 'tests', 'test.ts', (name, rows) =>
    rows === 1
      ? `import { test } from 'vitest';\n\ntest('${name}', ${body});\n`
      : `import { describe, test } from 'vitest';\n\ndescribe('${name}', () => {\n${rowsOf(rows, row => `  test('${row}', ${body});\n`)}});\n`,
  );
}

/** A project of somebody else whose scenarios are real runs of the built-in task that pass. */
export async function passingScenarios(dir: string, { files, rows }: Shape, settings: Settings): Promise<void> {
  await scenarioProject(dir, settings);
  await write(
    dir,
    { files, rows },
    'scenarios',
    'yaml',
    name =>
      `scenario: 1\nmatrix: ${name}\neach: {task: n1-string-slugify, backend: fake, stage: 2}\nrows:\n${rowsOf(rows, row => `  - {case: ${row}, status: pass}\n`)}`,
  );
}

/** What a scenario of the failure matrix expects, and a reason to run nothing. */
const idle = `skip: nothing to run
task: n1-string-slugify
backend: fake
stage: 2
fake:
  - plan: [think]
  - claim: completed
expect:
  status: fail
  blocker: no_diff
  exit: nonzero
  outcome: none
  lifecycle: completed
  events: [git.diff.checked, run.completed]
  changed_files: []
  artifacts: {patch.diff: empty}
`;

const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '  ');
const rowsOf = (rows: number, line: (row: string) => string) => Array.from({ length: rows }, (_, i) => line(`row-${i + 1}`)).join('');

async function scenarioProject(dir: string, settings: Settings): Promise<void> {
  const config = `import { defineConfig } from 'vitest/config';
import { scenarios } from 'proofgate/vitest';
export default defineConfig({ plugins: [scenarios()], test: ${JSON.stringify(settings)} });
`;
  await project(dir, config);
}

/** Packages are found in a folder above; the one here is for the cache that Vitest keeps. */
async function project(dir: string, config: string): Promise<void> {
  await mkdir(join(dir, 'node_modules'), { recursive: true });
  await writeFile(join(dir, 'package.json'), '{"type": "module"}\n');
  await writeFile(join(dir, 'vitest.config.ts'), config);
}

async function write(
  dir: string,
  { files, rows }: Shape,
  folder: string,
  extension: string,
  textOf: (name: string, rows: number) => string,
): Promise<void> {
  await mkdir(join(dir, folder));
  for (let i = 1; i <= files; i += 1) await writeFile(join(dir, folder, `t${i}.${extension}`), textOf(`t${i}`, rows));
}
