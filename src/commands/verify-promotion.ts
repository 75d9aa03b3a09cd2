import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import {
  inputInWords,
  type LapseCheck,
  loadPublicKey,
  type PromotionCheck,
  Refused,
  saysLapse,
  verifyLapse,
  verifyPromotion,
} from '../promotion/index.ts';
import { readDocument } from '../promotion/place.ts';
import { oneLine } from '../report/escape.ts';
import { asJson, type Io } from './command.ts';
import type { Paint } from './paint.ts';

export interface PromotionOptions {
  decision?: string;
  key?: string;
  json?: true;
}

/** What a promotion is called on the disk. */
export const ENVELOPE = '.dsse.json';

const exits = { promoted: exitCodes.pass, refused: exitCodes.refused, lapsed: exitCodes.refused, invalid: exitCodes.invalid } as const;

/** Checks a promotion, or the record of its lapse, with nothing but two files and a public key. @returns the exit code */
export async function checkPromotion(file: string, { decision, key, json }: PromotionOptions, io: Io): Promise<number> {
  const { ports, cwd, print, paint } = io;
  const needed = (flag: string, what: string) =>
    new UserError({ at: flag, message: 'is missing', hint: `a promotion is checked with ${what}` });
  if (decision === undefined) throw needed('--decision', 'the decision that it is about: --decision FILE');
  if (key === undefined) throw needed('--key', 'the public key of its approver: --key FILE');
  const [envelope, decided, pem] = [await bytesOf(file, io), await bytesOf(decision, io), await bytesOf(key, io)];
  const approver = loadPublicKey(new TextDecoder().decode(pem), key);
  const given = { envelope, decision: decided, key: approver, now: ports.clock.now() };
  // what an envelope says of itself chooses the check, and no more
  const lapse = saysLapse(envelope) ? verifyLapse(given) : undefined;
  const checked = lapse ?? verifyPromotion(given);
  const exit = exits[checked.verdict];
  const { subject = null, expires_at: expires = null } = checked.decision ?? {};
  const { verdict, problems } = checked;
  const ofLapse = lapse && {
    lapsed_at: lapse.lapse?.lapsed_at ?? null,
    reason: lapse.lapse?.reason ?? null,
    changes: lapse.lapse?.changes ?? [],
  };
  const words = lapse ? lapseInWords(lapse, approver.keyid, paint) : inWords(checked as PromotionCheck, approver.keyid, paint);
  print(json ? asJson({ verdict, exit, keyid: approver.keyid, subject, expires_at: expires, ...ofLapse, problems }) : words);
  return exit;

  async function bytesOf(name: string, { ports: { files } }: Io): Promise<Uint8Array> {
    const path = resolve(cwd, name);
    if ((await files.stat(path)) === undefined) throw new UserError({ at: name, message: 'is not there', hint: 'name a file that is' });
    try {
      return await readDocument(path, files, name);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new UserError({ at: name, message: error.detail, hint: 'name a plain file that can be read' }, { cause: error });
    }
  }
}

function inWords({ verdict, decision, problems }: PromotionCheck, keyid: string, paint: Paint): string {
  if (verdict === 'invalid' || !decision)
    return [paint('red', 'invalid: this promotes nothing'), ...problems.map(({ code, detail }) => `  ${code}: ${oneLine(detail)}`)].join(
      '\n',
    );
  const { subject, scenarios, decided_at, expires_at, reasons, counts } = decision;
  const common = [`  subject   ${oneLine(subject)}`, `  approver  ${keyid}`, `  decided   ${decided_at}`];
  if (verdict === 'promoted')
    return [
      paint('green', 'promoted: authentic'),
      ...common,
      `  expires   ${expires_at}`,
      `  rests on  ${scenarios.length} signed statements`,
    ].join('\n');
  return [
    paint('yellow', `refused: authentic, and promotes nothing (${decision.verdict})`),
    ...common,
    `  proven    ${counts.green} of ${counts.planned}`,
    ...reasons.map(({ code, detail, opens }) => `  ${code}: ${oneLine(detail)}; it would open: ${oneLine(opens)}`),
  ].join('\n');
}

function lapseInWords({ verdict, decision, lapse, problems }: LapseCheck, keyid: string, paint: Paint): string {
  if (verdict === 'invalid' || !decision || !lapse)
    return [paint('red', 'invalid: no record of a lapse'), ...problems.map(({ code, detail }) => `  ${code}: ${oneLine(detail)}`)].join(
      '\n',
    );
  return [
    paint('yellow', 'lapsed: authentic, and the promotion promotes nothing any more'),
    `  subject   ${oneLine(decision.subject)}`,
    `  approver  ${keyid}`,
    `  decided   ${decision.decided_at}`,
    `  lapsed    ${lapse.lapsed_at}`,
    ...(lapse.reason === null ? [] : [`  reason    ${oneLine(lapse.reason)}`]),
    ...lapse.changes.map(
      ({ input, was, is }) => `  changed   ${oneLine(inputInWords(input))}: ${was.slice(0, 12)}, then ${is?.slice(0, 12) ?? 'gone'}`,
    ),
  ].join('\n');
}
