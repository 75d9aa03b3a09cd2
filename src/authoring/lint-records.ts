import { basename, dirname, join, relative } from 'node:path';
import picomatch from 'picomatch';
import { UserError } from '../errors.ts';
import type { ReadStage } from '../model/stage.ts';
import { isMap } from '../model/json.ts';
import type { BlockerCode } from '../model/blocker.ts';
import { checkFile } from '../scenario/issues.ts';
import { BOARD, Workboard, writeBoard } from '../scenario/board.ts';
import { idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readYaml } from '../scenario/source.ts';
import type { Yaml } from '../scenario/yaml.ts';
import { readStageFile, stageFile, stageNumbers } from '../stages/index.ts';
import { type Finding, finding } from './finding.ts';
import type { LintInput } from './lint-input.ts';

const DAY_MS = 86_400_000;

/** Whether every scenario of the project was read: only then the records are asked too. */
export const isEverything = ({ tested, read }: LintInput): boolean => tested.every(file => read.includes(file));

/** Decisions and what signs them are no planning records. */
const notPlanning = /^(ledger|promotions|lapses)\//;

/** Every record, absolute: JSON and YAML below admissions/. */
export async function recordFiles({ admissions, files }: LintInput): Promise<string[]> {
  if ((await files.stat(admissions))?.kind !== 'dir') return [];
  const entries = await files.walk(admissions, { maxFileBytes: 0 });
  return entries
    .filter(({ path, kind }) => kind === 'file' && /\.(json|ya?ml)$/.test(path) && !notPlanning.test(path))
    .map(({ path }) => join(admissions, path));
}

/** What is wrong with a file that cannot be read is a finding and no crash. */
async function tried<T>(
  rule: string,
  read: () => Promise<T>,
): Promise<{ value: T; problems: [] } | { value: undefined; problems: Finding[] }> {
  try {
    return { value: await read(), problems: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { value: undefined, problems: error.problems.map(problem => finding('problem', rule, problem)) };
  }
}

/** The ladder is whole or not there: each of the six records is right, was reviewed in time, and asks for scenarios that exist. */
export async function stageRecords(input: LintInput): Promise<Finding[]> {
  const { admissions, files, root } = input;
  const folder = join(admissions, 'stages');
  if ((await files.stat(folder))?.kind !== 'dir') return [];
  const found: Finding[] = [];
  for (const number of stageNumbers) {
    const path = join(folder, basename(stageFile(number)));
    const file = relative(root.project, path);
    const { value, problems } = await tried('stage', () => readStageFile(path, { file, number }, files));
    found.push(...problems);
    if (value) found.push(...(await reviewed(value, path, input)), ...(await proven(value, path, input)));
  }
  const known = new Set(stageNumbers.map(number => basename(stageFile(number))));
  const stray = (await files.list(folder)).filter(name => !known.has(name));
  const strange = (name: string) => ({
    at: relative(root.project, join(folder, name)),
    message: 'is the record of no stage: nobody reads it',
    hint: `the records are ${[...known].join(', ')}`,
  });
  return [...found, ...stray.map(name => finding('problem', 'stage', strange(name)))];
}

/** A record that nobody has read for long is nobody's. */
async function reviewed({ record, file }: ReadStage, path: string, { files, now }: LintInput): Promise<Finding[]> {
  const yaml = await readYaml(path, file, files);
  const at = Date.parse(record.last_reviewed);
  const say = (message: string, hint: string) => [
    finding('problem', 'stale-review', yaml.problem(['last_reviewed'], `last_reviewed: ${message}`, hint)),
  ];
  if (at > now + DAY_MS) return say('is in the future', 'write the day on which somebody read it');
  const days = Math.floor((now - at) / DAY_MS);
  return days > record.review_after_days
    ? say(`was ${days} days ago, ${record.review_after_days} are allowed`, 'read the record again, then write the day on which you did')
    : [];
}

/** What a record asks for exists, and each way to fail that it names is shown by one of the scenarios that it asks for. */
async function proven({ record, file }: ReadStage, path: string, { scenarios, files, tested }: LintInput): Promise<Finding[]> {
  if (tested.length === 0) return [];
  const yaml = await readYaml(path, file, files);
  const all = scenarios.map(({ scenario }) => scenario);
  const lists: [(string | number)[], readonly string[]][] = [
    [['required_scenarios'], record.required_scenarios],
    ...Object.entries(record.required_for).map(([backend, globs]): [(string | number)[], readonly string[]] => [
      ['required_for', backend],
      globs,
    ]),
  ];
  const idle = lists.flatMap(([at, globs]) =>
    globs.flatMap((glob, i) =>
      all.some(one => isRequired(one, glob))
        ? []
        : [yaml.problem([...at, i], `no scenario is ${glob}: the gate has nothing to ask`, 'write it, or mend the glob')],
    ),
  );
  const shown = new Set(all.filter(one => record.required_scenarios.some(glob => isRequired(one, glob))).flatMap(expectedCodes));
  const unshown = record.failure_modes.flatMap((code, i) =>
    shown.has(code)
      ? []
      : [yaml.problem(['failure_modes', i], `no required scenario ends with ${code}`, 'write one, or add it to required_scenarios')],
  );
  return [...idle, ...unshown].map(problem => finding('warning', 'stage-unproven', problem));
}

/** Whether a scenario is what a record asks for by a glob below scenarios/, or by its identity. */
export const isRequired = (scenario: Scenario, glob: string): boolean =>
  glob.includes('#') ? idOf(scenario) === glob : picomatch.isMatch(scenario.file, `scenarios/${glob}`);

/** Codes that a scenario expects, as far as they stand there as words. */
function expectedCodes({ spec }: Scenario): BlockerCode[] {
  const { blocker, blockers }: { blocker?: unknown; blockers?: unknown } = isMap(spec.expect) ? spec.expect : {};
  return [blocker, ...(Array.isArray(blockers) ? blockers : [])].filter(one => typeof one === 'string') as BlockerCode[];
}

/** Where there is a ladder there is a board, and it is right. */
export async function boardOfStages({ admissions, files, root }: LintInput): Promise<Finding[]> {
  const path = join(admissions, basename(BOARD));
  const file = relative(root.project, path);
  const hasStages = (await files.stat(join(admissions, 'stages')))?.kind === 'dir';
  if (!(await files.stat(path))) {
    return hasStages ? [finding('problem', 'board', { at: file, message: 'is not there', hint: writeBoard })] : [];
  }
  // of the project's own board the rule about its criteria says the same
  const { problems } = await tried('board', async () => {
    const { problems: mistakes } = checkFile(Workboard, await readYaml(path, file, files));
    const [first, ...rest] = mistakes;
    if (first) throw new UserError([first, ...rest]);
  });
  return problems;
}

/** The last rung says what a default costs, in the words of the seeds. */
export async function candidateWording({ admissions, files, root }: LintInput): Promise<Finding[]> {
  const path = join(admissions, 'stages', basename(stageFile(6)));
  const file = relative(root.project, path);
  if ((await files.stat(path))?.kind !== 'file') return [];
  const { value: yaml } = await tried('stage', () => readYaml(path, file, files));
  const { promotion } = isMap(yaml?.value) ? yaml.value : {};
  if (!yaml || typeof promotion !== 'string' || (/\bearned, not assumed\b/i.test(promotion) && /\bcandidate\b/i.test(promotion))) return [];
  const message = 'promotion: does not say that default status is earned, not assumed, and that until then it is a candidate';
  return [finding('problem', 'candidate-wording', yaml.problem(['promotion'], message, 'say it: readers take a plan for a decision'))];
}

/** Every record says that it promotes nothing and what it does not authorize; those that have a schema of their own say the rest there. */
export async function disclaimers(input: LintInput): Promise<Finding[]> {
  return eachRecord(input, 'disclaimer', (yaml, path) => {
    const { core_promotion_status: status, notice } = isMap(yaml.value) ? yaml.value : {};
    const name = relative(input.admissions, path);
    const needsStatus = name !== 'policy.yaml' && !hasSchema(name);
    const hint = 'write core_promotion_status: not-promoted; a promotion is a signed record of the gate';
    return [
      ...(needsStatus && status !== 'not-promoted'
        ? [yaml.problem(['core_promotion_status'], 'core_promotion_status: must be not-promoted', hint)]
        : []),
      ...(typeof notice === 'string' && DISCLAIMS.test(notice)
        ? []
        : notice === undefined && hasSchema(name)
          ? []
          : [yaml.problem(['notice'], 'notice: does not say what the record does not authorize', 'write "… does not authorize …"')]),
    ];
  });
}

const DISCLAIMS = /\b(does not|do not|doesn't) authori[sz]e\b|\b(authori[sz]es|promotes) nothing\b/i;

/** Kinds whose schema asks for the status by itself. */
const hasSchema = (name: string): boolean =>
  ['models', 'binaries', 'sources', 'stages'].includes(dirname(name)) || name === basename(BOARD);

/** A record that ends, and is of no kind that is looked at more closely, has not ended. */
export async function expiries(input: LintInput): Promise<Finding[]> {
  return eachRecord(input, 'stale-review', (yaml, path) => {
    const { expires_at: end } = isMap(yaml.value) ? yaml.value : {};
    if (hasSchema(relative(input.admissions, path)) || typeof end !== 'string') return [];
    return Date.parse(end) > input.now
      ? []
      : [yaml.problem(['expires_at'], `expires_at: ${end} is over, or no date`, 'read it again, then write a new date')];
  });
}

async function eachRecord(
  input: LintInput,
  rule: string,
  look: (yaml: Yaml, path: string) => ReturnType<Yaml['problem']>[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const path of await recordFiles(input)) {
    const { value: yaml, problems } = await tried(rule, () => readYaml(path, relative(input.root.project, path), input.files));
    found.push(...problems, ...(yaml ? look(yaml, path).map(problem => finding('problem', rule, problem)) : []));
  }
  return found;
}
