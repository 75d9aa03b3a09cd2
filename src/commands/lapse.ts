import { basename, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import {
  changesUnder,
  decisionsOf,
  inputInWords,
  LAPSES,
  makeLapse,
  type PromotionCheck,
  promotionName,
  PROMOTIONS,
  readKeys,
  Refused,
  verifyPromotion,
} from '../promotion/index.ts';
import { readDocument } from '../promotion/place.ts';
import { loadPrivateKey } from '../promotion/private-key.ts';
import { oneLine } from '../report/escape.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { visibleIn } from './keys.ts';
import { onDisk } from './on-disk.ts';
import { refusalInWords } from './sign.ts';

interface LapseOptions {
  key?: string;
  reason?: string;
  json?: true;
}

export const lapse: Command<LapseOptions> = {
  name: 'lapse',
  summary: 'Record, signed by an approver, that a promotion has lapsed: what changed under it, or why it is taken back.',
  about:
    'Writes admissions/lapses/ under the name of the promotion; commit it. From then on the promotion promotes nothing, also where what changed is put back. Only an approver of its decision can sign it. docs/promotion.md says how somebody else checks it.',
  arguments: [{ name: '<promotion>', help: 'A promotion of the project: admissions/promotions/*.dsse.json.' }],
  options: [
    { flags: '--key <file>', help: 'The private key of an approver, from a place that no run can see; required.' },
    { flags: '--reason <text>', help: 'Why it is taken back; required where nothing that it rests on has changed.' },
    jsonOption,
  ],
  exits: { 0: 'It is recorded.', [exitCodes.invalid]: 'this key is no approver of the decision' },
  examples: [
    {
      line: 'proofgate lapse admissions/promotions/2-case-NONCE.dsse.json --key ~/.config/proofgate/approver.private.pem',
      shows: 'admissions/lapses/2-case-NONCE.dsse.json: what it rests on and is not any more what it was',
    },
    {
      line: "proofgate lapse admissions/promotions/2-case-NONCE.dsse.json --key FILE --reason 'the runner key was lost'",
      shows: 'the same by the word of a person',
    },
  ],

  async run({ args: [what = ''], options }, io) {
    const { ports, project, cwd, print, paint } = io;
    const { files, clock } = ports;
    if (options.key === undefined)
      throw new UserError({ at: '--key', message: 'is missing', hint: 'name the private key of an approver of the decision' });
    const { decision, bytes } = await promotedIn(what, io);
    const changes = await changesUnder(decision, project.root, files);
    const reason = options.reason?.trim() || null;
    if (changes.length === 0 && reason === null)
      throw new UserError({
        at: '--reason',
        message: 'is missing: nothing that the promotion rests on has changed',
        hint: "say why it is taken back, as in --reason 'the runner key was lost'",
      });
    const key = await loadPrivateKey(resolve(cwd, options.key), visibleIn(io), ports);
    try {
      const { name, text } = makeLapse(bytes, { changes, reason }, key, clock.now());
      const file = join(project.root, LAPSES, name);
      const shown = relative(cwd, file);
      if (await files.stat(file))
        throw new UserError({ at: shown, message: 'is there already, and stands', hint: `proofgate verify ${shown} says what it records` });
      await onDisk(file, async () => {
        await files.makeDir(join(project.root, LAPSES));
        await files.replace(file, text);
      });
      const changed = changes.map(({ input }) => `  changed  ${oneLine(inputInWords(input))}`);
      const words = [paint('green', `recorded: ${shown}`), ...(reason === null ? [] : [`  reason   ${oneLine(reason)}`]), ...changed];
      print(
        options.json
          ? asJson({ exit: exitCodes.pass, keyid: key.keyid, file, reason, changes })
          : [...words, `  by       ${key.keyid}`].join('\n'),
      );
      return exitCodes.pass;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { code, detail } = error;
      print(options.json ? asJson({ exit: exitCodes.invalid, refused: [{ code, detail }] }) : refusalInWords(error, io));
      return exitCodes.invalid;
    }
  },
};

/** The decision of a promotion of the project that an approver of that decision signed. @throws {UserError} where there is nothing that could lapse */
async function promotedIn(what: string, { ports: { files, clock }, project, cwd }: Io) {
  const path = resolve(cwd, what);
  const refuse = (message: string, hint: string) => new UserError({ at: what, message, hint });
  if ((await files.stat(path))?.kind !== 'file') throw refuse('is not there', `name a file of ${PROMOTIONS}`);
  const named = (await decisionsOf(project.root, files)).filter(
    ({ decision: { nonce, candidate } }) => promotionName({ ...candidate, nonce }) === basename(path),
  );
  if (named.length === 0) throw refuse('has no decision in admissions/ledger of which it has the name', `name a file of ${PROMOTIONS}`);
  const envelope = await readDocument(path, files, what).catch((error: unknown) => {
    if (error instanceof Refused) throw refuse(error.detail, 'name a plain file that can be read');
    throw error;
  });
  const checks: PromotionCheck[] = [];
  for (const { decision, bytes } of named) {
    // those of then: the policy may be what changed
    const keys = await readKeys(project.root, { runner_keys: decision.keys.runners, approver_keys: decision.keys.approvers }, files);
    const own = keys.approvers.map(key => verifyPromotion({ envelope, decision: bytes, key, now: clock.now() }));
    if (own.some(({ verdict }) => verdict === 'promoted')) return { decision, bytes };
    checks.push(...own);
  }
  const why = checks.some(({ verdict }) => verdict === 'refused')
    ? 'it records a refusal'
    : (checks.find(one => one.decision !== null) ?? checks[0])?.problems[0]?.detail;
  const hint = 'proofgate why-promoted says what stands, and why the others do not';
  throw refuse(`promotes nothing that could lapse: ${why ?? 'no key of an approver of its decision is in admissions/keys'}`, hint);
}
