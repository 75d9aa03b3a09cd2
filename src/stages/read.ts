import { join, resolve } from 'node:path';
import { sha256 } from '../model/digest.ts';
import { type Problem, UserError } from '../errors.ts';
import { type ReadStage, StageRecord } from '../model/stage.ts';
import { type Stage, stageNames } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { checkFile } from '../scenario/issues.ts';
import { readYaml } from '../scenario/source.ts';

/** The folder of proofgate itself, in a checkout and in the package: its records hold where a project has none of its own. */
const home = resolve(import.meta.dirname, '..', '..');

/** Where the record of a stage stands in a project: `admissions/stages/2-artificial-fixture.yaml`. */
export const stageFile = (number: Stage): string => `admissions/stages/${number}-${stageNames[number].replaceAll(' ', '-')}.yaml`;

/** Every stage, from the first to the last. */
export const stageNumbers = Object.keys(stageNames).map(Number) as Stage[];

/**
 * The record of a stage: the project's own, else the one that comes with proofgate.
 *
 * @param project absolute root of the project
 * @param instead absolute folder whose `stages/` is asked before the project, such as `given.admissions` of a scenario
 * @throws {UserError} with every mistake at its line, where the record is not right: a run whose stage is unclear does not start
 */
export async function readStage(
  project: string,
  number: Stage,
  { files }: Pick<Ports, 'files'>,
  instead: string | null = null,
): Promise<ReadStage> {
  const file = stageFile(number);
  const places = [...(instead ? [join(instead, file.replace('admissions/', ''))] : []), join(project, file), join(home, file)];
  for (const path of places) {
    if (await files.stat(path)) return readStageFile(path, { file, number }, files);
  }
  throw new UserError({ at: file, message: 'is not there, and proofgate has lost its own', hint: 'install proofgate again' });
}

/** All six, in order. @throws {UserError} with the mistakes of the first that is not right */
export const stagesOf = (project: string, ports: Pick<Ports, 'files'>): Promise<ReadStage[]> =>
  Promise.all(stageNumbers.map(number => readStage(project, number, ports)));

/**
 * Reads the record of a stage from a file.
 * @param file what problems call it
 * @throws {UserError} with every mistake at its line
 */
export async function readStageFile(
  path: string,
  { file, number }: { file: string; number: Stage },
  files: Ports['files'],
): Promise<ReadStage> {
  const yaml = await readYaml(path, file, files, `copy ${stageFile(number)} of proofgate there: the six records stand together`);
  const { data: record, problems } = checkFile(StageRecord, yaml);
  if (!record) throw new UserError(problems as unknown as [Problem, ...Problem[]]);
  if (record.number !== number) {
    const message = `number: is ${record.number}, and the name of the file says ${number}`;
    throw new UserError(yaml.problem(['number'], message, `write ${number}, or rename the file`));
  }
  return {
    record,
    file,
    sha256: sha256(await files.readBytes(path)),
  };
}
