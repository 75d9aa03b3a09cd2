import { resolve } from 'node:path';
import { type BundleCheck, verifyBundle } from '../verify/verify.ts';
import { exitCodes } from '../model/exit.ts';
import { oneLine } from '../report/escape.ts';
import { asJson, type Command, jsonOption } from './command.ts';
import { verdictExits } from './exits.ts';
import { type Paint, toneOf } from './paint.ts';

export const verify: Command<{ json?: true }> = {
  name: 'verify',
  summary: 'Derive the verdict of a bundle again and compare; nothing is run and nothing that the bundle says of itself is believed.',
  about: 'docs/evidence.md says what this shows, and what only a signature can.',
  arguments: [{ name: '<dir>', help: 'The folder of a bundle.' }],
  options: [jsonOption],
  exits: { ...verdictExits, [exitCodes.invalid]: 'something differs, or the run was never sealed' },
  examples: [
    { line: 'proofgate verify reports/runs/NAME', shows: 'the verdict that the files themselves give' },
    { line: 'proofgate verify DIR --json', shows: '{verdict, status, exit, problems: [{artifact, problem}], notes}' },
  ],

  async run({ args: [dir = ''], options }, { ports, cwd, print, paint }) {
    const { verdict, status, exit, problems, notes } = await verifyBundle(resolve(cwd, dir), ports);
    const check = { verdict, status, exit, problems, notes };
    print(options.json ? asJson(check) : inWords(check, paint));
    return exit;
  },
};

/** What was derived, what differs, and what was not shown. */
function inWords({ verdict, status, problems, notes }: BundleCheck, paint: Paint): string {
  const first =
    verdict === 'consistent' && status
      ? paint(toneOf[status], `${status}: consistent`)
      : paint('red', `invalid: ${count(problems.length)}`);
  return [
    first,
    ...problems.map(({ artifact, problem }) => `  ${oneLine(artifact)}: ${oneLine(problem)}`),
    ...notes.map(note => paint('dim', `  ${oneLine(note)}`)),
  ].join('\n');
}

const count = (n: number): string => (n === 1 ? '1 thing differs' : `${n} things differ`);
