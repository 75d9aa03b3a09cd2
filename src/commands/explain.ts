import { blockerCodes, type BlockerCode, isBlockerCode, rowOf } from '../model/blocker.ts';
import { exitOf } from '../model/exit.ts';
import { UserError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { asJson, type Command, jsonOption } from './command.ts';
import type { Paint } from './paint.ts';
import { toneOf } from './paint.ts';

export const explain: Command<{ json?: true }> = {
  name: 'explain',
  summary: 'Say what a blocker means, who has to act and what to do next.',
  arguments: [{ name: '<code>', help: 'A code of docs/blockers.md.' }],
  options: [jsonOption],
  exits: { 0: 'The code is known.' },
  examples: [{ line: 'proofgate explain no_diff', shows: 'why a claim without a change is a fail' }],

  async run({ args: [given = ''], options }, { print, paint }) {
    const code = given.trim().toLowerCase().replaceAll('-', '_');
    if (!isBlockerCode(code)) {
      throw new UserError({
        at: given,
        message: 'is not a blocker',
        hint: `${didYouMean(code, blockerCodes)}proofgate list blockers names them all.`,
      });
    }
    print(options.json ? asJson({ code, exit: exitOf(rowOf(code).status), ...rowOf(code) }) : inWords(code, paint));
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
