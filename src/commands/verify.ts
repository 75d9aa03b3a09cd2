import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { findProgram } from '../preflight/dependencies.ts';
import { oneLine } from '../report/escape.ts';
import { findTaskDir, loadTask } from '../scenario/task.ts';
import { rerunBundle } from '../verify/rerun.ts';
import { type BundleCheck, verifyBundle } from '../verify/verify.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { verdictExits } from './exits.ts';
import { type Paint, toneOf } from './paint.ts';
import { checkPromotion, ENVELOPE, type PromotionOptions } from './verify-promotion.ts';

interface VerifyOptions extends PromotionOptions {
  rerun?: true;
}

export const verify: Command<VerifyOptions> = {
  name: 'verify',
  summary: 'Derive the verdict of a bundle again, or check a promotion; nothing that either says of itself is believed.',
  about:
    'A folder is a bundle: its verdict is derived from the raw files and compared, and nothing is run unless --rerun asks for it. A file that ends in .dsse.json is a promotion, or the record that one has lapsed: with the decision and the public key of the approver it is checked offline. docs/evidence.md and docs/promotion.md say what each shows.',
  arguments: [{ name: '<what>', help: 'The folder of a bundle, or a promotion or the record of its lapse (*.dsse.json).' }],
  options: [
    {
      flags: '--rerun',
      help: 'Of a bundle: build the tree again from seed and patch, and run its tests again here. That executes the patch.',
    },
    { flags: '--decision <file>', help: 'Of a promotion or a lapse: the decision that it is about; required.' },
    { flags: '--key <file>', help: 'Of a promotion or a lapse: the public key of its approver; required.' },
    jsonOption,
  ],
  exits: {
    ...verdictExits,
    [exitCodes.pass]: 'pass; or an authentic promotion that holds now',
    [exitCodes.refused]: 'an authentic record that the gate promoted nothing, or that a promotion has lapsed',
    [exitCodes.invalid]: 'something differs, the run was never sealed, or the promotion promotes nothing',
  },
  examples: [
    { line: 'proofgate verify reports/runs/NAME', shows: 'the verdict that the files themselves give' },
    { line: 'proofgate verify DIR --json', shows: '{verdict, status, exit, problems: [{artifact, problem}], notes}' },
    { line: 'proofgate verify --rerun reports/runs/NAME', shows: 'the same, and what the tests say of the patch today' },
    {
      line: 'proofgate verify admissions/promotions/2-case-NONCE.dsse.json --decision admissions/ledger/000001-NONCE.decision.json --key approver.public.pem',
      shows: 'whether the promotion is authentic and holds, with nothing but these three files',
    },
  ],

  async run({ args: [what = ''], options }, io) {
    const path = resolve(io.cwd, what);
    const isPromotion = what.endsWith(ENVELOPE) && (await io.ports.files.stat(path))?.kind !== 'dir';
    const strays = isPromotion ? (['rerun'] as const) : (['decision', 'key'] as const);
    const stray = strays.find(key => options[key] !== undefined);
    if (stray !== undefined) {
      const message = `has no meaning for a ${isPromotion ? 'promotion' : 'bundle'}`;
      throw new UserError({ at: `--${stray}`, message, hint: `leave it out; a promotion is a file that ends in ${ENVELOPE}` });
    }
    if (isPromotion) return checkPromotion(what, options, io);
    const { verdict, status, exit, problems, notes, ran } = await check(path, options, io);
    const derived = { verdict, status, exit, problems, notes };
    io.print(options.json ? asJson(options.rerun ? { ...derived, ran } : derived) : inWords(derived, ran, io.paint));
    return exit;
  },
};

/** With `--rerun` a bundle has to stand the tests once more. */
async function check(dir: string, { rerun }: VerifyOptions, { ports, project, signal }: Io): Promise<BundleCheck & { ran: boolean }> {
  if (!rerun) return { ...(await verifyBundle(dir, ports)), ran: false };
  return rerunBundle(
    {
      dir,
      loadTask: async id => loadTask(await findTaskDir(id, project.root, ports), ports),
      programOf: name => findProgram(name, ports),
      signal,
    },
    ports,
  );
}

/** What was derived, what differs, and what was not shown. */
function inWords({ verdict, status, problems, notes }: BundleCheck, ran: boolean, paint: Paint): string {
  const first =
    verdict === 'consistent' && status
      ? paint(toneOf[status], `${status}: consistent${ran ? ', and the same when it was verified again' : ''}`)
      : paint('red', `invalid: ${count(problems.length)}`);
  return [
    first,
    ...problems.map(({ artifact, problem }) => `  ${oneLine(artifact)}: ${oneLine(problem)}`),
    ...notes.map(note => paint('dim', `  ${oneLine(note)}`)),
  ].join('\n');
}

const count = (n: number): string => (n === 1 ? '1 thing differs' : `${n} things differ`);
