import { type Finding, type Level, levels } from '../authoring/finding.ts';
import { type LintResult, lintRecords, lintScenarios } from '../authoring/lint.ts';
import { formatProblem } from '../errors.ts';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { count } from '../report/headline.ts';
import { newMemory } from '../scenario/memory.ts';
import { asJson, type Command, jsonOption } from './command.ts';
import { scenarioRoot } from './explain-scenario.ts';
import type { Paint, Tone } from './paint.ts';

export const lint: Command<{ json?: true; strict?: true; admissions?: string }> = {
  name: 'lint',
  summary:
    'Check scenario files, what they name, the board, the records of stages and admissions, and what the pages claim, without running anything.',
  about:
    'A problem is what keeps a file from being run. A warning is what runs and is hardly meant so; a note is what somebody may want to know.',
  arguments: [{ name: '[paths...]', help: 'Scenario files, `_defaults.yaml` files or folders. Without any: everything below scenarios/.' }],
  options: [
    {
      flags: '--admissions <folder>',
      help: 'Check the records of that folder, and nothing else.',
      default: 'admissions/ of the project, beside everything',
    },
    { flags: '--strict', help: 'A warning counts as a problem.' },
    jsonOption,
  ],
  exits: { 0: 'No problem was found; warnings are allowed, unless --strict.', 1: 'Problems were found.' },
  examples: [
    { line: 'proofgate lint', shows: 'every problem of every file, at its line' },
    { line: 'proofgate lint scenarios/stage2 --strict', shows: 'one folder, and warnings count' },
  ],

  async run({ args, options }, { ports, project, cwd, print, paint }) {
    const paths = args.filter(path => path !== undefined);
    const where = { root: scenarioRoot(project), cwd };
    const { admissions } = options;
    if (admissions !== undefined && paths.length > 0) {
      throw new UserError({ at: '--admissions', message: 'does not go together with paths', hint: 'Ask for the one, then for the other.' });
    }
    const result =
      admissions === undefined
        ? await lintScenarios(paths, where, ports, newMemory())
        : await lintRecords(resolve(cwd, admissions), where, ports);
    const counts = options.strict ? ['problem', 'warning'] : ['problem'];
    const exit = result.findings.some(({ level }) => counts.includes(level)) ? 1 : 0;
    print(options.json ? asJson({ exit, ...result }) : inWords(result, paint));
    return exit;
  },
};

/** Of one rule more notes than this say no more. */
const MAX_NOTES = 3;

function inWords({ findings, checked, records }: LintResult & { records?: number }, paint: Paint): string {
  const shown = levels.flatMap(level => {
    const these = findings.filter(one => one.level === level);
    return level === 'note' ? shortened(these) : these;
  });
  const counts = levels.map(level => count(findings.filter(one => one.level === level).length, level));
  if (records !== undefined) {
    const all = shown.map(one => inLines(one, paint));
    return [
      ...all,
      'Planning only: nothing was run, and nothing here says that a backend is ready.',
      `${count(records, 'record')}: ${counts.join(', ')}`,
    ].join('\n');
  }
  const what = [count(checked.files, 'file'), count(checked.scenarios, 'scenario'), count(checked.tasks, 'task')].join(', ');
  return [...shown.map(one => inLines(one, paint)), `${what}: ${counts.join(', ')}`].join('\n');
}

const tones = { problem: 'red', warning: 'yellow', note: 'dim' } as const satisfies Record<Level, Tone>;

/** Level first, so that each can be told from the others without colours. */
const inLines = (one: Finding, paint: Paint): string => `${paint(tones[one.level], one.level)} ${formatProblem(one)}`;

function shortened(notes: readonly Finding[]): Finding[] {
  return [...Map.groupBy(notes, ({ rule }) => rule).values()].flatMap(same => {
    const [last] = same.slice(MAX_NOTES - 1);
    if (!last || same.length === MAX_NOTES) return same;
    const more = `${last.message} (and ${same.length - MAX_NOTES} more of these; --json has them all)`;
    return [...same.slice(0, MAX_NOTES - 1), { ...last, message: more }];
  });
}
