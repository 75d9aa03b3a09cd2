import { relative } from 'node:path';
import { systemCode, UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import type { Report } from '../model/report.ts';
import { blockerLines } from '../report/why.ts';
import { headline } from '../report/headline.ts';
import { createEngine } from '../engine.ts';
import { runPlan } from '../run.ts';
import { approverOf } from './approvals.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { verdictExits } from './exits.ts';
import { durationOption, planFor, type RunOptions } from './plan.ts';
import { unwatched, watch } from './progress.ts';
import { toneOf } from './paint.ts';
import { findProfile, type Profile, profiles } from './profiles.ts';
import { shellWord } from './shell-word.ts';
import { stageOption } from './stage.ts';

export const run: Command<RunOptions & { json?: true }> = {
  name: 'run',
  summary: 'Put one task to one backend and leave evidence of what happened.',
  about: 'Without anything it proves the built-in task n1-string-slugify with the scripted fake backend at stage 2.',
  arguments: [{ name: '[task]', help: 'A folder of fixtures/, of the project or built in. Default: n1-string-slugify.' }],
  options: [
    {
      flags: '--profile <name>',
      help: `A run that has a name, with its backend, task, model and switches; addresses and keys come from the environment. One of ${profiles.map(({ name }) => name).join(', ')}.`,
    },
    { flags: '--engine, --backend <id>', help: 'Which coding agent; proofgate list backends names them.', default: 'fake' },
    {
      flags: '--command <argv>',
      help: "Run this program as the agent, as in 'node /home/me/agent.js --fast'; implies --backend command. It starts in a copy of the folder of the task, so name files by absolute paths.",
    },
    stageOption('Rung of the ladder, 1 to 6.'),
    { flags: '--out <dir>', help: 'Folder in which the bundle folder is made.', default: 'reports/runs' },
    { flags: '--fake <file>', help: 'YAML list of what the fake backend does; without it, it applies the known good answer.' },
    {
      flags: '--approve <name>',
      help: 'Grant an approval that the task or the agent asks for, as this person. Without it the person at the terminal is asked; without a terminal nobody answers, which is a denial.',
    },
    {
      flags: '--approvals <file>',
      help: 'JSON file of decisions that people took before: actor, scope, mutation_mode, decision and expires_at; the first that fits answers.',
    },
    durationOption('--limit-backend', 'How long the backend may take, as in 90s or 10m.', '10m'),
    durationOption('--limit-verification', 'How long one run of the tests may take.', 'what the task says'),
    durationOption('--limit-run', 'How long all of it may take.', '30m'),
    jsonOption,
  ],
  exits: {
    ...verdictExits,
    [exitCodes.fail]: 'fail, or no bundle could be written',
    [exitCodes.sigint]: 'ended by Ctrl-C; the children are gone and the report is on disk',
    [exitCodes.sigterm]: 'ended by SIGTERM, in the same way',
  },
  examples: [
    { line: 'proofgate run', shows: 'the first proof, with nothing but Node and git' },
    { line: 'proofgate run n2-recurrence-week-start', shows: 'another built-in task' },
    {
      line: 'proofgate run --command "node $PWD/agent.js"',
      shows: 'any program as the agent: it starts in a copy of the folder of the task, which PROOFGATE_PROMPT_FILE has',
    },
    {
      line: 'CTO_HARNESS_CASE_BIN=/opt/case/ca CTO_HARNESS_CASE_LOCAL_BASE_URL=http://127.0.0.1:8000/v1 proofgate run --profile case-qwen-loop',
      shows: 'the whole loop of Case with a local model: an admitted ca, and an address that is written down nowhere',
    },
    { line: 'proofgate run --json > result.json', shows: 'the same for programs: {exit, bundle, report}' },
  ],

  async run({ args: [task], options }, io) {
    const plan = await planFor(task, options, io);
    using watcher = options.json ? unwatched : watch(io);
    const evidence = await runPlan(
      plan,
      io.ports,
      io.signal,
      await createEngine(plan.project, io.ports, watcher.progress, watcher.aside(approverOf(io))),
    ).catch(noBundle(io));
    if (!evidence) return exitCodes.fail;
    watcher[Symbol.dispose]();

    const { report, dir, exit } = evidence;
    const profile = options.profile === undefined ? undefined : findProfile(options.profile);
    const named = profile && { profile: { name: profile.name, assumes: profile.assumes } };
    io.print(options.json ? asJson({ exit, ...named, bundle: dir, report }) : inWords(report, dir, profile, io));
    return exit;
  },
};

/** Without evidence there is no run: where the disk says no, that is a fail and not a mistake on the command line. */
const noBundle =
  ({ note }: Io) =>
  (error: unknown): undefined => {
    if (!(error instanceof UserError) || !systemCode(error.cause)) throw error;
    note(error.message);
  };

/** The verdict, why, and where to look. */
function inWords(report: Report, dir: string, profile: Profile | undefined, { cwd, paint }: Io): string {
  const place = relative(cwd, dir);
  const bundle = place.startsWith('..') ? dir : place;
  return [
    paint(toneOf[report.status], headline(report)),
    ...blockerLines(report),
    ...(profile ? [`  profile: ${profile.name} assumes ${profile.assumes}`] : []),
    `  evidence: ${bundle}/report.md`,
    `  check it: proofgate verify ${shellWord(bundle)}`,
  ].join('\n');
}
