import { join } from 'node:path';
import type { Files } from '../ports.ts';
import { changesUnder, inWords } from './changes.ts';
import type { Decided } from './decisions.ts';
import type { PublicKey } from './keys.ts';
import { LAPSES, verifyLapse } from './lapse.ts';
import { readDocument } from './place.ts';
import { orWhy } from './refused.ts';
import { promotionName } from './summary.ts';

/** Why a promotion has lapsed: by the record of an approver, or by what it rests on and is not any more what it was; undefined where it has not. */
export async function lapseOf(
  decided: Decided,
  approvers: readonly PublicKey[],
  { tree, now }: { tree: string; now: number },
  files: Files,
): Promise<{ recorded: string | undefined; changed: string | undefined }> {
  const recorded = await recordedLapse(decided, approvers, { tree, now }, files);
  if (recorded !== undefined) return { recorded, changed: undefined };
  const [first] = await changesUnder(decided.decision, tree, files);
  return { recorded, changed: first && `lapsed: ${inWords(first.input)} is not what it rests on any more` };
}

/** What the record of its lapse says. One that nobody can check is no reason to go on believing the promotion. */
async function recordedLapse(
  decided: Decided,
  approvers: readonly PublicKey[],
  { tree, now }: { tree: string; now: number },
  files: Files,
): Promise<string | undefined> {
  const { stage, backend } = decided.decision.candidate;
  const file = `${LAPSES}/${promotionName({ stage, backend, nonce: decided.decision.nonce })}`;
  if (!(await files.stat(join(tree, file)))) return undefined;
  const envelope = await orWhy(() => readDocument(join(tree, file), files, file));
  if (typeof envelope === 'string') return `has a record of its lapse that nobody can check: ${envelope}`;
  const checks = approvers.map(key => ({ keyid: key.keyid, ...verifyLapse({ envelope, decision: decided.bytes, key, now }) }));
  const holds = checks.find(({ verdict }) => verdict === 'lapsed');
  if (!holds?.lapse) {
    const invalid = checks.find(({ lapse }) => lapse !== null) ?? checks[0];
    return `has a record of its lapse that nobody can check: ${file}: ${invalid?.problems[0]?.detail ?? 'nobody signed it'}`;
  }
  const { lapsed_at, reason, changes } = holds.lapse;
  const why = [...(reason === null ? [] : [reason]), ...changes.map(({ input }) => `${inWords(input)} changed`)].join('; ');
  return `lapsed on ${lapsed_at} by the word of ${holds.keyid} (${file}): ${why}`;
}
