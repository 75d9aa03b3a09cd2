import { basename, join, relative } from 'node:path';
import type { z } from 'zod';
import { binaryRecordName, modelRecordName, recordsIn, sourceRecordName } from '../admission/index.ts';
import { UserError } from '../errors.ts';
import { BinaryAdmission, ModelAdmission, OwnedRepository, SourceAdmission } from '../model/admission.ts';
import { checkFile } from '../scenario/issues.ts';
import { readYaml } from '../scenario/source.ts';
import type { Yaml } from '../scenario/yaml.ts';
import { type Finding, finding } from './finding.ts';
import type { LintInput } from './lint-input.ts';

/** A record that ends within so many days is named, so that somebody decides again in time. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** What every record has. */
interface Dated {
  admitted_at: string;
  expires_at: string;
}

/** Records that admit nothing, or soon nothing, or under another name than the one that is looked for; asked where everything is read. */
export async function admissionRecords(input: LintInput): Promise<Finding[]> {
  return [
    ...(await recordsOf('models', ModelAdmission, ({ provider, model }) => modelRecordName(provider, model), input)),
    ...(await recordsOf('binaries', BinaryAdmission, binaryRecordName, input)),
    ...(await recordsOf('sources', SourceAdmission, sourceRecordName, input)),
    ...(await recordsOf('owned', OwnedRepository, ({ id }) => `${id}.json`, input)),
  ];
}

async function recordsOf<T extends Dated>(
  kind: string,
  schema: z.ZodType<T>,
  nameOf: (record: T) => string,
  { root, admissions, files, now }: LintInput,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const path of await recordsIn([join(admissions, kind)], files)) {
    try {
      const yaml = await readYaml(path, relative(root.project, path), files);
      const { data, problems } = checkFile(schema, yaml);
      found.push(...problems.map(problem => finding('problem', 'admission', problem)));
      if (!isJson(await files.readText(path)))
        found.push(finding('problem', 'admission', yaml.problem([], 'is no JSON', 'write it as JSON: quotes around names, no comments')));
      if (data) found.push(...misnamed(nameOf(data), path, yaml), ...dates(data, yaml, now));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.push(...error.problems.map(problem => finding('problem', 'admission', problem)));
    }
  }
  return found;
}

/** A record of a model is looked for by its name; one of an executable is read, and found by people. */
function misnamed(expected: string, path: string, yaml: Yaml): Finding[] {
  if (basename(path) === expected) return [];
  return [finding('problem', 'admission', yaml.problem([], `this record is called ${expected}`, 'rename the file'))];
}

function dates({ admitted_at, expires_at }: Dated, yaml: Yaml, now: number): Finding[] {
  const left = Date.parse(expires_at) - now;
  const again = 'proofgate admit … --replace, if it shall still be used; remove it otherwise';
  const at = (key: string, message: string, hint: string) => yaml.problem([key], `${key}: ${message}`, hint);
  return [
    ...(Date.parse(admitted_at) > now
      ? [finding('warning', 'admission-over', at('admitted_at', 'is in the future: it admits nothing yet', 'mend the date'))]
      : []),
    ...(left <= 0 ? [finding('warning', 'admission-over', at('expires_at', 'is over: it admits nothing', again))] : []),
    ...(left > 0 && left <= SOON_DAYS * DAY_MS
      ? [finding('note', 'admission-soon', at('expires_at', `is over in ${Math.ceil(left / DAY_MS)} days`, again))]
      : []),
  ];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
