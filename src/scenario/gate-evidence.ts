import { basename, extname, join } from 'node:path';
import { type Problem, UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { didYouMean } from '../suggest.ts';
import { type Scenario, titleOf } from './scenario.ts';
import { readYaml } from './source.ts';
import { type Draft, draftsOf } from './table.ts';

/** A scenario by its file, relative to the project, and its title. */
interface Named {
  file: string;
  title: string;
}

/** What a word of `gate.evidence` names: `FILE#title`, or a name of the same file, with or without that of its table. */
export function namedBy(word: string, { file, matrix }: Pick<Scenario, 'file' | 'matrix'>): Named {
  const [, other, title] = /^([^#]+\.ya?ml)#(.+)$/.exec(word) ?? [];
  if (other !== undefined && title !== undefined) return { file: other, title };
  return { file, title: matrix === null || word.startsWith(`${matrix} > `) ? word : titleOf({ matrix, name: word }) };
}

/** Evidence of gates that is not there, or that cannot be any. @param scenarios of one file */
export async function evidenceProblems(scenarios: readonly Scenario[], project: string, files: Files): Promise<Problem[]> {
  const known = new Map<string, Promise<Titles | string>>();
  const problems: Problem[] = [];
  for (const scenario of scenarios.filter(({ spec }) => spec.do === 'gate')) {
    for (const [i, word] of (scenario.spec.gate?.evidence ?? []).entries()) {
      const { file, title } = namedBy(word, scenario);
      const add = (message: string, hint: string) =>
        problems.push(scenario.problem(['gate', 'evidence', i], `gate.evidence: ${word} ${message}`, hint));
      if (!known.has(file)) known.set(file, titlesIn(file, project, files));
      const titles = await known.get(file)!;
      if (typeof titles === 'string') add(titles, 'name a file below scenarios/, relative to the project, as in scenarios/a.yaml#name');
      else if (!titles.has(title)) add('is no scenario', `${didYouMean(title, [...titles.keys()])}Name one of ${file}, or FILE#title.`);
      else if (titles.get(title) === 'gate') add('is about a gate itself', 'name what is run: a gate decides over runs and commands');
    }
  }
  return problems;
}

/** Title to what the file says that it does. */
type Titles = Map<string, unknown>;

/** The titles of a file as it is written; or why it has none. */
async function titlesIn(file: string, project: string, files: Files): Promise<Titles | string> {
  const path = join(project, file);
  if (!file.startsWith('scenarios/') || file.includes('..')) return 'does not stand below scenarios/';
  if ((await files.stat(path))?.kind !== 'file') return 'stands in no file that is there';
  try {
    const { drafts } = draftsOf(await readYaml(path, file, files));
    return new Map(drafts.map(draft => [titleOf({ matrix: draft.matrix, name: nameIn(draft, path) }), saidBy(draft, 'do')]));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `stands in a file with mistakes: ${error.problems[0].message}`;
  }
}

const nameIn = (draft: Draft, path: string): string => String(saidBy(draft, 'name') ?? draft.case ?? basename(path, extname(path)));

/** What the nearest layer of a file says of a key. */
const saidBy = ({ layers }: Draft, key: string): unknown => layers.findLast(({ value }) => value[key] !== undefined)?.value[key];
