import { relative } from 'node:path';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { Memory } from '../scenario/memory.ts';
import { type Finding, inOrder } from './finding.ts';
import { type LintInput, readForLint } from './lint-input.ts';
import { admissionRecords } from './lint-admissions.ts';
import { notRun, overriddenDefaults, sameTitle, unprovenCriteria } from './lint-project.ts';
import { claimsOfDefault } from './lint-claims.ts';
import { boardOfStages, candidateWording, disclaimers, expiries, isEverything, recordFiles, stageRecords } from './lint-records.ts';
import { requiredPasses } from './lint-required.ts';
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
];

/** Rules over the records, asked where everything is read; what the planning validator of the seeds did (CTO-WORK-003). */
const recordRules: readonly ((input: LintInput) => Finding[] | Promise<Finding[]>)[] = [
  admissionRecords,
  stageRecords,
  requiredPasses,
  boardOfStages,
  candidateWording,
  disclaimers,
  expiries,
  claimsOfDefault,
];

/**
 * Checks a folder of records and nothing else: no scenario is read.
 * @param admissions absolute
 * @throws {UserError} where there is no such folder
 */
export async function lintRecords(
  admissions: string,
  { root }: Where,
  { files, clock }: Pick<Ports, 'files' | 'clock'>,
): Promise<LintResult & { records: number }> {
  if ((await files.stat(admissions))?.kind !== 'dir')
    throw new UserError({ at: relative(root.project, admissions), message: 'is no folder', hint: 'name a folder that has records' });
  const input: LintInput = { root, admissions, files, now: clock.now(), scenarios: [], read: [], broken: [], tested: [], untested: [] };
  const found: Finding[] = [];
  for (const rule of recordRules) found.push(...(await rule(input)));
  const records = (await recordFiles(input)).length;
  return { findings: inOrder(found), checked: { files: 0, scenarios: 0, tasks: 0 }, records };
}

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
  if (isEverything(input)) for (const rule of recordRules) found.push(...(await rule(input)));
  return {
    findings: inOrder(found),
    checked: { files: input.read.length, scenarios: input.scenarios.length, tasks: memory.tasks.size },
  };
}
