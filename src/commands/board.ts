import { join, relative, resolve } from 'node:path';
import { gatherProofs, readProving } from '../board/gather.ts';
import { countStates, type CriterionState, judgeBoard, type JudgedItem } from '../board/judge.ts';
import { boardLine, boardMarkdown } from '../board/markdown.ts';
import { createEngine } from '../engine.ts';
import { type Problem, UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { readBoard } from '../scenario/board.ts';
import { lastSuite, readSuite, type Suite } from '../suite/read.ts';
import { suitesBeside } from '../suite/record.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { scenarioRoot } from './explain-scenario.ts';
import type { Paint, Tone } from './paint.ts';

interface Options {
  json?: true;
  markdown?: true;
  suite?: string;
  maxAge?: number;
}

/** Hours that a suite stays fresh, unless somebody says otherwise. */
const MAX_AGE_HOURS = 24;
const HOUR_MS = 3_600_000;

export const board: Command<Options> = {
  name: 'board',
  summary: 'Say which criteria of the workboard are proven by fresh evidence, and why the others are not.',
  about: [
    'A criterion is proven where every scenario that says `proves:` it is green in the suite, under the same digests of scenario, task and engine as now.',
    'The record of the suite is taken at its word: what it says is derived again by `proofgate verify` and by the gate.',
  ].join(' '),
  arguments: [],
  options: [
    { flags: '--suite <dir>', help: 'Record of a suite.', default: 'the one that started last, below reports/suites/' },
    {
      flags: '--max-age <hours>',
      help: 'How many hours a suite stays fresh from its start.',
      default: String(MAX_AGE_HOURS),
      parse(text) {
        if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new Error('It is a whole number of hours, 1 to 9999');
        return Number(text);
      },
    },
    { flags: '--markdown', help: 'Print Markdown, for a page or a summary of a job.' },
    jsonOption,
  ],
  exits: {
    [exitCodes.pass]: 'every criterion is proven',
    [exitCodes.fail]: 'a scenario that one rests on is red, or a scenario file does not load',
    [exitCodes.blocked]: 'none is red, and at least one is not proven',
  },
  examples: [
    { line: 'proofgate board', shows: 'what the last suite proved, and what not' },
    {
      line: 'proofgate board --json',
      shows:
        '{exit, suite, counts: {proven, red, unproven, planning}, problems, items: [{id, title, criteria: [{id, text, state, why, proofs}]}]}',
    },
  ],

  async run({ options }, io) {
    if (options.json && options.markdown)
      throw new UserError({ at: '--markdown', message: 'does not go together with --json', hint: 'Leave one of them out.' });
    const judged = await judge(options, io);
    const { counts, problems } = judged;
    const exit = counts.red > 0 || problems.length > 0 ? exitCodes.fail : counts.unproven > 0 ? exitCodes.blocked : exitCodes.pass;
    if (options.json) io.print(asJson({ exit, ...judged }));
    else io.print(options.markdown ? boardMarkdown(judged.items, aboutSuite(judged.suite)) : inWords(judged, io.paint));
    return exit;
  },
};

interface Judged {
  suite: { nonce: string; started: string; age_ms: number; dir: string } | null;
  counts: Record<CriterionState, number>;
  problems: Problem[];
  items: JudgedItem[];
}

async function judge({ suite: named, maxAge = MAX_AGE_HOURS }: Options, { ports, project, cwd }: Io): Promise<Judged> {
  const workboard = await readBoard(project.root, ports);
  const suites = suitesBeside(join(project.root, 'reports', 'runs'));
  const dir = named === undefined ? await lastSuite(suites, ports) : resolve(cwd, named);
  const suite: Suite | undefined = dir === undefined ? undefined : await readSuite(dir, ports);
  const { scenarios, problems } = await readProving(scenarioRoot(project), ports);
  const { identity } = await createEngine(project.root, ports);
  const now = ports.clock.now();
  const proofs = await gatherProofs(
    { scenarios, suite, moment: { now, maxAgeMs: maxAge * HOUR_MS, engine: identity } },
    project.root,
    ports,
  );
  const items = judgeBoard(workboard, proofs);
  const started = suite?.plan.started;
  return {
    suite:
      suite && started !== undefined
        ? { nonce: suite.plan.nonce, started, age_ms: now - Date.parse(started), dir: relative(project.root, suite.dir) }
        : null,
    counts: countStates(items),
    problems,
    items,
  };
}

const aboutSuite = (suite: Judged['suite']): string =>
  suite ? `Suite ${suite.nonce} of ${suite.started}.` : 'No suite has been run: npx vitest run makes the evidence.';

const tones = { proven: 'green', red: 'red', unproven: 'yellow', planning: 'dim' } as const satisfies Record<CriterionState, Tone>;

function inWords({ suite, items, problems }: Judged, paint: Paint): string {
  const lines = items.flatMap(({ id, title, criteria }) => [
    `${id} ${paint('dim', title)}`,
    ...criteria.flatMap(one => [
      `  ${paint(tones[one.state], one.state.padEnd(9))} ${one.id.slice(id.length + 1)}`,
      ...one.why.map(reason => paint('dim', `            ${reason}`)),
    ]),
  ]);
  const broken = problems.map(({ at, message }) => paint('red', `does not load: ${at}: ${message}`));
  return [...lines, '', ...broken, aboutSuite(suite), boardLine(items)].join('\n');
}
