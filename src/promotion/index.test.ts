import { describe, expect, it } from 'vitest';
import { verdictOf } from '../model/decision.ts';
import { aKey, digestOf } from '../testing/decision.ts';
import {
  keyidOf,
  openEnvelope,
  type Opened,
  promotionName,
  type PublicKey,
  readStatements,
  type Refusal,
  type RefusalCode,
  Refused,
  runStatement,
  signEnvelope,
  type SignedStatement,
  type Statements,
} from './index.ts';
import { refusals } from './refused.ts';

/** What others build on: these names, and what they answer. */
describe('what others need of signatures', () => {
  it('is an envelope that opens for whoever has the key', () => {
    const signer = aKey();
    const reader: PublicKey = { keyid: keyidOf(signer.key), key: signer.key };
    const opened: Opened = openEnvelope(Buffer.from(signEnvelope(Buffer.from('x'), [signer])), [reader]);
    expect(opened).toEqual({ payload: Buffer.from('x'), signers: [signer.keyid] });
  });

  it('is a statement of a scenario without a bundle', () => {
    const result = {
      suite: 1,
      nonce: 'n',
      id: 'a#b',
      digest: digestOf('a'),
      state: 'skipped',
      exit: null,
      bundle: null,
      reason: 'x',
      waived: {},
      duration_ms: 0,
    } as const;
    const statement = JSON.parse(runStatement(result, digestOf('b'), null).toString()) as SignedStatement['statement'];
    expect(statement.predicate).toEqual({
      nonce: 'n',
      scenario: { id: 'a#b', digest: digestOf('a') },
      state: 'skipped',
      exit: null,
      run: null,
    });
    const read: (...args: Parameters<typeof readStatements>) => Promise<Statements> = readStatements;
    expect(read).toHaveLength(4);
  });

  it('is a refusal with a name that has a meaning', () => {
    const code: RefusalCode = 'expired';
    const refusal: Refusal = new Refused(code);
    expect([refusal.code, refusal.detail]).toEqual(['expired', refusals.expired]);
  });

  it('is the name of a file for every promotion', () => {
    expect(promotionName({ stage: 2, backend: 'case', nonce: 'challenge-1' })).toBe('2-case-challenge-1.dsse.json');
  });

  it('is the verdict that an exit code of a gate means', () => {
    expect(([0, 1, 2, 3, 4] as const).map(verdictOf)).toEqual(['promoted', 'refused', 'undecided', 'refused', 'invalid']);
  });
});
