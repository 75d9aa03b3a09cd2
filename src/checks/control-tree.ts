import type { Argv } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { isTestFile, plant } from './planted.ts';
import { plantedNames } from './planted-names.ts';
import type { Exam, TestFile } from './trees.ts';

/** What is laid over a tree so that its tests must fail. */
export interface Control {
  files: TestFile[];
  /** Names of the planted tests. */
  planted: string[];
  /** Test files in which nothing could be planted. */
  bare: string[];
}

/** The canonical tests, replaced by their twins where the task has them, with planted tests in every test file. */
export function controlFiles(
  { tests, twins }: Exam,
  command: Argv,
  taken: readonly string[],
  { randomHex }: Pick<Ports, 'randomHex'>,
): Control {
  const nextName = plantedNames(randomHex, taken);
  const control: Control = { files: [], planted: [], bare: [] };
  for (const file of new Map([...tests, ...(twins ?? [])].map(test => [test.path, test])).values()) {
    const text = Buffer.from(file.bytes).toString();
    const planted = isTestFile(file.path, text, command) ? plant(file.path, text, nextName) : undefined;
    control.files.push(planted ? { ...file, bytes: Buffer.from(planted.text) } : file);
    if (planted) control.planted.push(...planted.names);
    else if (isTestFile(file.path, text, command)) control.bare.push(file.path);
  }
  return control;
}
