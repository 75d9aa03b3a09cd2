import { basename, join, relative } from 'node:path';
import { UserError } from '../errors.ts';
import { type ExitClass, exitClasses } from '../model/exit.ts';
import type { Path } from '../model/json.ts';
import type { ReadStage } from '../model/stage.ts';
import { isOfCandidate } from '../scenario/candidate.ts';
import { idOf } from '../scenario/resolved.ts';
import { DEFAULT_STAGE, type Scenario } from '../scenario/scenario.ts';
import { readYaml } from '../scenario/source.ts';
import { readStageFile, stageFile, stageNumbers } from '../stages/index.ts';
import { type Finding, finding } from './finding.ts';
import { isRequired } from './lint-records.ts';
import type { LintInput } from './lint-input.ts';

/** What a stage record requires can be green for somebody: no pass of a made-up world, and of the candidate only what is of this stage. */
export async function requiredPasses(input: LintInput): Promise<Finding[]> {
  const { admissions, files, root } = input;
  const found: Finding[] = [];
  for (const number of stageNumbers) {
    const path = join(admissions, 'stages', basename(stageFile(number)));
    const file = relative(root.project, path);
    const read = await readStageFile(path, { file, number }, files).catch(notRead);
    if (!read) continue;
    const yaml = await readYaml(path, file, files);
    for (const { at, why } of inVain(read, input)) {
      const hint = 'require one with backend: candidate; of a table with refusals name those: <file>#<title>';
      found.push(finding('problem', 'required-in-vain', yaml.problem(at, why, hint)));
    }
  }
  return found;
}

/** Other rules tell what is wrong with a record. */
function notRead(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

/** Each pattern that selects what can never count, once. */
function inVain({ record }: ReadStage, { scenarios }: LintInput): { at: Path; why: string }[] {
  const lists: [Path, readonly string[]][] = [
    [['required_scenarios'], record.required_scenarios],
    ...Object.entries(record.required_for).map(([id, globs]): [Path, readonly string[]] => [['required_for', id], globs]),
  ];
  return lists.flatMap(([path, globs]) =>
    globs.flatMap((glob, i) => {
      const reasons = scenarios.flatMap(({ scenario }) => {
        const why = isRequired(scenario, glob) ? whyNot(scenario, record.number) : undefined;
        return why === undefined ? [] : [`${idOf(scenario)} ${why}`];
      });
      const more = reasons.length > 1 ? `, and ${reasons.length - 1} more like it` : '';
      return reasons.length === 0 ? [] : [{ at: [...path, i], why: `requires in vain: ${reasons[0]}${more}` }];
    }),
  );
}

function whyNot({ spec }: Scenario, stage: number): string | undefined {
  const own = spec.stage ?? DEFAULT_STAGE;
  if (isOfCandidate(spec)) return own === stage ? undefined : `is run by the candidate at stage ${own}`;
  // a change to a copy before it is verified is no other world
  const { mutate: _ofVerify, ...given } = spec.given ?? {};
  const world = [...Object.keys(given).map(key => `given.${key}`), ...(spec.model?.script ? ['a scripted model'] : [])];
  return world.length > 0 && spec.do !== 'cli' && asksForAPass(spec)
    ? `passes only under ${world.join(', ')}, which promotes nothing`
    : undefined;
}

function asksForAPass({ expect: { status, exit } }: Scenario['spec']): boolean {
  return status === 'pass' || exit === 0 || (typeof exit === 'string' && String(exitClasses[exit as ExitClass]) === '0');
}
