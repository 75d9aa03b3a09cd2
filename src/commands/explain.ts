import { type BlockerCode, isBlockerCode, rowOf } from '../model/blocker.ts';
import { exitOf } from '../model/exit.ts';
import { asJson, type Command, jsonOption } from './command.ts';
import { explainScenarios } from './explain-scenario.ts';
import type { Paint } from './paint.ts';
import { toneOf } from './paint.ts';

export const explain: Command<{ json?: true }> = {
  name: 'explain',
  summary: 'Say what a blocker means, or what a scenario amounts to once every default is in its place.',
  about:
    'Of a blocker: who has to act and what to do next. Of a scenario: every value that holds for it, each with the line that it came from, as YAML.',
  arguments: [
    { name: '<what>', help: 'A code of docs/blockers.md, a scenario file, `FILE#title`, `FILE:line`, or the title of a scenario.' },
  ],
  options: [jsonOption],
  exits: { 0: 'It is known.' },
  examples: [
    { line: 'proofgate explain no_diff', shows: 'why a claim without a change is a fail' },
    { line: 'proofgate explain scenarios/first-pass.yaml', shows: 'every value of that scenario, with the line that it came from' },
    { line: "proofgate explain 'scenarios/failures/node.yaml#no-diff'", shows: 'one row of a table' },
  ],

  async run({ args: [given = ''], options }, io) {
    const code = given.trim().toLowerCase().replaceAll('-', '_');
    if (isBlockerCode(code)) {
      io.print(options.json ? asJson({ code, exit: exitOf(rowOf(code).status), ...rowOf(code) }) : inWords(code, io.paint));
      return 0;
    }
    io.print(await explainScenarios(given, options.json === true, io));
    return 0;
  },
};

/** The row, a line a fact. */
function inWords(code: BlockerCode, paint: Paint): string {
  const { status, event, owner, retryable, marker, matrix, built, meaning, hint } = rowOf(code);
  const facts: [string, string][] = [
    ['means', meaning],
    ['next', hint],
    ['who acts', owner],
    ['exit', String(exitOf(status))],
    ['event', event ?? 'none: the engine did not live to write one'],
    ['repeat it', retryable ? 'the same run may end otherwise' : 'the same run will end like this again'],
    ...(marker ? [['marker', `backend/${marker}`] satisfies [string, string]] : []),
    ...(matrix ? [['matrix', `CTO-WORK-007/${matrix}`] satisfies [string, string]] : []),
    ...(built ? [] : [['state', 'defined, and no code path raises it yet'] satisfies [string, string]]),
  ];
  const lines = facts.map(([name, value]) => `  ${paint('dim', name.padEnd(10))}${value}`);
  return [`${paint('bold', code)} (${paint(toneOf[status], status)})`, ...lines].join('\n');
}
