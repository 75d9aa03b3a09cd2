import type { Ports } from '../ports.ts';
import type { Memory } from '../scenario/memory.ts';
import { type Finding, inOrder } from './finding.ts';
import { type LintInput, readForLint } from './lint-input.ts';
import { admissionRecords } from './lint-admissions.ts';
import { notRun, overriddenDefaults, sameTitle, unprovenCriteria } from './lint-project.ts';
import { noWhy, partialNot, saidTwice } from './lint-style.ts';
import type { Where } from './select.ts';

/** What was looked at, so that a clean result says how much it is worth. */
export interface LintResult {
  findings: Finding[];
  checked: { files: number; scenarios: number; tasks: number };
}

/** Every rule beside what loading finds; adding one is a function and a line here. */
const rules: readonly ((input: LintInput) => Finding[] | Promise<Finding[]>)[] = [
  noWhy,
  saidTwice,
  partialNot,
  sameTitle,
  overriddenDefaults,
  unprovenCriteria,
  notRun,
  admissionRecords,
];

/**
 * Checks scenario files, the defaults, tasks and patches that they name, the board, and admission records.
 * @param paths files and folders; none: everything below scenarios/
 * @throws {UserError} where there is nothing to check
 */
export async function lintScenarios(
  paths: readonly string[],
  where: Where,
  ports: Pick<Ports, 'files' | 'clock'>,
  memory: Memory,
): Promise<LintResult> {
  const { input, problems } = await readForLint(paths, where, ports, memory);
  const found = [...problems];
  for (const rule of rules) found.push(...(await rule(input)));
  return {
    findings: inOrder(found),
    checked: { files: input.read.length, scenarios: input.scenarios.length, tasks: memory.tasks.size },
  };
}
