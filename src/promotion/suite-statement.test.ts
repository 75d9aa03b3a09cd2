import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serialize } from '../evidence/seal.ts';
import { readSuite } from '../suite/read.ts';
import { PLAN, resultFile, type SuitePlan } from '../suite/record.ts';
import { aKey, digestOf } from '../testing/decision.ts';
import { aSuite } from '../testing/signed-suite.ts';
import { signEnvelope } from './dsse.ts';
import { PLAN_STATEMENT } from './place.ts';
import { Refused } from './refused.ts';
import { signSuite } from './sign-suite.ts';
import { readSuiteStatement } from './suite-statement.ts';

const [runner, stranger] = [aKey(), aKey()];
let suite: Awaited<ReturnType<typeof aSuite>>;
beforeAll(async () => {
  suite = await aSuite();
});
afterAll(() => suite[Symbol.asyncDispose]());

const path = (file: string) => join(suite.dir, file);
const writePlan = (over: Partial<SuitePlan> = {}) => suite.files.write(path(PLAN), serialize({ ...suite.plan, ...over }));
const sign = async (key = runner) => signSuite(await readSuite(suite.dir, suite.ports), suite.project, key, suite.ports);
/** Who signed, or why nobody did. */
const read = async () => {
  try {
    return (await readSuiteStatement(await readSuite(suite.dir, suite.ports), [runner], suite.ports)).signers;
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};
interface Loose {
  predicate: Record<string, unknown>;
  subject: { name: string; digest: { sha256: string } }[];
}
const signed = async () => {
  const { payload } = JSON.parse(await suite.files.readText(path(PLAN_STATEMENT))) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString()) as Loose;
};
async function resigned(change: (statement: Loose) => void, key = runner) {
  const statement = await signed();
  change(statement);
  await suite.files.write(path(PLAN_STATEMENT), signEnvelope(Buffer.from(serialize(statement)), [key]));
}

beforeEach(async () => {
  await suite.files.remove(path('statements'));
  await writePlan();
  for (const result of suite.results) await suite.write(result);
  await sign();
});

describe('the statement about a suite', () => {
  it('is about its plan and every result, says when it began, and holds', async () => {
    const names = [PLAN, ...[resultFile('a.yaml#a'), resultFile('b.yaml#b')].toSorted()];
    const { subject, predicate } = await signed();
    expect(subject).toEqual(
      await Promise.all(names.map(async name => ({ name, digest: { sha256: (await suite.files.digest(path(name))).sha256 } }))),
    );
    expect(predicate).toEqual({ nonce: 'challenge-1', started: suite.plan.started, planned: 2, ended: 2 });
    expect(await read()).toEqual([runner.keyid]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['nobody signed', () => suite.files.remove(path(PLAN_STATEMENT)), 'statement_missing'],
    ['a stranger signed', () => resigned(() => {}, stranger), 'signer_unknown'],
    ['the suite began later, by its plan', () => writePlan({ started: '2026-03-01T11:30:00.000Z' }), 'subject_mismatch'],
    ['something could not be read', () => writePlan({ unreadable: ['c.yaml'] }), 'subject_mismatch'],
    ['a result was taken out', () => suite.files.remove(path(resultFile('b.yaml#b'))), 'subject_mismatch'],
    ['a result was changed', () => suite.write({ ...suite.results[1], duration_ms: 2 }), 'subject_mismatch'],
    ['it is about another plan', () => resigned(({ subject }) => void (subject[0]!.digest.sha256 = digestOf('0'))), 'subject_mismatch'],
    ['it has one result fewer', () => resigned(({ subject }) => void subject.pop()), 'subject_mismatch'],
    ['it has one result twice', () => resigned(({ subject }) => void subject.push(subject[1]!)), 'subject_mismatch'],
    ['it names another nonce', () => resigned(({ predicate }) => void (predicate['nonce'] = 'challenge-2')), 'plan_mismatch'],
    ['it counts another plan', () => resigned(({ predicate }) => void (predicate['planned'] = 1)), 'plan_mismatch'],
    [
      'it says another beginning',
      () => resigned(({ predicate }) => void (predicate['started'] = '2026-03-01T11:30:00.000Z')),
      'plan_mismatch',
    ],
    ['it says more', () => resigned(({ predicate }) => void (predicate['trusted'] = true)), 'malformed'],
    [
      'that of a run has its place',
      async () => {
        const [first] = (await suite.files.list(path('statements'))).filter(name => !PLAN_STATEMENT.endsWith(name));
        await suite.files.copyFile(path(join('statements', first!)), path('statements/other'));
        await suite.files.write(path(PLAN_STATEMENT), await suite.files.readText(path('statements/other')));
      },
      'predicate_type',
    ],
  ])('does not hold where %s', async (_what, spoil, code) => {
    await spoil();
    expect(await read()).toBe(code);
  });

  it('is not written again over a suite that changed', async () => {
    await suite.files.remove(path(resultFile('b.yaml#b')));
    await expect(sign()).rejects.toMatchObject({ code: 'already_signed', detail: expect.stringContaining(PLAN_STATEMENT) as string });
  });
});
