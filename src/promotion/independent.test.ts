import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { aDecision, aKey, aRefusal } from '../testing/decision.ts';
import { signEnvelope } from './dsse.ts';
import { aProject } from '../testing/project.ts';
import { makeLapse } from './lapse.ts';
import { makePromotion } from './summary.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/promotion.md'), 'utf8');
/** The program of that language on the page, as it stands there. */
const programIn = (language: string, word: string): string =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))]
    .map(([, text = '']) => text)
    .find(text => text.includes(word)) ?? '';

const [runner, approver, stranger] = [aKey(), aKey(), aKey()];
const keys = { runners: [runner.keyid], approvers: [approver.keyid] };
const now = Date.parse('2026-03-10T00:00:00Z');
const promoted = `${JSON.stringify(aDecision({ keys }), null, 2)}\n`;
const refused = `${JSON.stringify(aRefusal({ keys }), null, 2)}\n`;
const envelopeOf = (decision: string) => makePromotion(Buffer.from(decision), approver, now).text;
const pem = (key: typeof approver) => key.key.export({ type: 'spki', format: 'pem' }).toString();

/** The text with one bit of the base64 behind that key flipped. */
const flipIn = (text: string, key: string, at: number): string =>
  text.replace(new RegExp(`("${key}": ")([^"]+)`), (_all, head: string, base64: string) => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[at]! ^= 1;
    return head + bytes.toString('base64');
  });
const good = envelopeOf(promoted);
const { inputs } = aDecision();
const changed = [{ input: 'admissions/policy.yaml', was: inputs.policy, is: null }];
const lapseOf = (reason: string | null, changes = changed) => makeLapse(Buffer.from(promoted), { changes, reason }, approver, now).text;
/** A record that the approver signed, and that the command would never have written. */
const forged = (change: (predicate: Record<string, unknown>) => void): string => {
  const statement = JSON.parse(Buffer.from((JSON.parse(lapseOf(null)) as { payload: string }).payload, 'base64').toString()) as {
    predicate: Record<string, unknown>;
  };
  change(statement.predicate);
  return signEnvelope(Buffer.from(JSON.stringify(statement)), [approver]);
};
const otherBit = pem(approver).replace(/\n(.{30})(.)/, (_all, head: string, letter: string) => `\n${head}${letter === 'A' ? 'B' : 'A'}`);

interface Case {
  name: string;
  envelope?: string;
  decision?: string;
  key?: string;
  /** What is left of it for who looks at the signature alone, and for who looks at all of it. */
  signature: boolean;
  says?: string;
}
const cases: Case[] = [
  { name: 'a promotion', signature: true, says: 'PASSED PROOFGATE_STAGE_2' },
  { name: 'a refusal', envelope: envelopeOf(refused), decision: refused, signature: true, says: 'FAILED' },
  { name: 'a byte of the payload', envelope: flipIn(good, 'payload', 40), signature: false },
  { name: 'a byte of the signature', envelope: flipIn(good, 'sig', 40), signature: false },
  { name: 'a byte of the key', key: otherBit, signature: false },
  { name: 'the key of a stranger', key: pem(stranger), signature: false },
  { name: 'a byte of the decision', decision: promoted.replace('challenge-1', 'challenge-2'), signature: true },
  { name: 'a refusal as its decision', decision: refused, signature: true },
  { name: 'a lapse', envelope: lapseOf('the key was lost'), signature: true, says: 'LAPSED the key was lost admissions/policy.yaml' },
  {
    name: 'a lapse of its stage record',
    envelope: lapseOf(null, [{ input: 'record of stage 2', was: inputs.stage, is: null }]),
    signature: true,
    says: 'LAPSED  record of stage 2',
  },
  { name: 'a byte of the record of a lapse', envelope: flipIn(lapseOf(null), 'payload', 40), signature: false },
  {
    name: 'a lapse of another decision',
    envelope: lapseOf(null),
    decision: promoted.replace('challenge-1', 'challenge-2'),
    signature: true,
  },
  { name: 'a lapse of a refusal', envelope: lapseOf(null), decision: refused, signature: true },
  { name: 'a lapse for nothing', envelope: forged(predicate => void (predicate['changes'] = [])), signature: true },
  {
    name: 'a lapse by what it does not rest on',
    envelope: forged(predicate => void (predicate['changes'] = [{ ...changed[0], input: 'package.json' }])),
    signature: true,
  },
  {
    name: 'a lapse by what did not change',
    envelope: forged(predicate => void (predicate['changes'] = [{ ...changed[0], is: inputs.policy }])),
    signature: true,
  },
  {
    name: 'a lapse before the decision',
    envelope: forged(predicate => void (predicate['lapsed_at'] = '2026-02-01T12:00:00.000Z')),
    signature: true,
  },
];

describe('what the page says, done without proofgate', () => {
  it.each(cases)('$name: openssl', async ({ envelope = good, key = pem(approver), signature }) => {
    await using dir = await aProject({ 'check.sh': `set -e\n${programIn('sh', 'openssl pkeyutl')}`, promotion: envelope, key });
    const { exitCode, stdout } = await execa('bash', ['check.sh', 'promotion', 'key'], { cwd: dir.root, reject: false });
    expect([exitCode === 0, stdout.includes('Signature Verified Successfully')]).toEqual([signature, signature]);
  });

  it.each(cases)('$name: Python', async ({ envelope = good, decision = promoted, key = pem(approver), says }) => {
    await using dir = await aProject({ 'check.py': programIn('python', 'openssl'), promotion: envelope, decision, key });
    const { exitCode, stdout } = await execa('python3', ['check.py', 'promotion', 'decision', 'key'], { cwd: dir.root, reject: false });
    expect([exitCode, stdout]).toEqual(says === undefined ? [1, ''] : [0, says]);
  });
});
