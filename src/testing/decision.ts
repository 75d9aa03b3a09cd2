import { makeKeyPair, parsePrivateKey } from '../promotion/keys.ts';
import { type Decision, subjectOf } from '../model/decision.ts';
import type { PrivateKey } from '../promotion/index.ts';

/** A digest that is easy to tell apart. */
export const digestOf = (character: string): string => character.repeat(64);

/** A fresh key, as `proofgate keys new` makes it. */
export const aKey = (): PrivateKey => parsePrivateKey(makeKeyPair().privatePem, 'a key');

const candidate = { backend: 'case', digest: digestOf('a'), model: { provider: 'qwen-local', id: 'qwen3.6' }, stage: 2 } as const;

/** A promotion of a backend by one scenario; a test names only what is not ordinary about it. */
export const aDecision = (over: Partial<Decision> = {}): Decision => ({
  schema: 'proofgate/decision/1',
  nonce: 'challenge-1',
  challenge_digest: digestOf('b'),
  decided_at: '2026-03-01T12:00:00.000Z',
  expires_at: '2026-04-01T12:00:00.000Z',
  verdict: 'promoted',
  exit: 0,
  reasons: [],
  subject: subjectOf(candidate),
  candidate,
  scenarios: [{ id: 'a.yaml#one', digest: digestOf('c'), state: 'green', bundle: digestOf('d'), status: 'pass', statement: digestOf('e') }],
  counts: { planned: 1, green: 1, red: 0, missing: 0 },
  inputs: {
    policy: digestOf('1'),
    stage: digestOf('2'),
    suite_plan: digestOf('3'),
    suite_statement: digestOf('7'),
    engine: digestOf('4'),
    admissions: {},
  },
  keys: { runners: [digestOf('5')], approvers: [digestOf('6')] },
  earlier: [],
  ...over,
});

export const aReason = { code: 'scenario_missing', detail: 'a.yaml#one has no result', opens: 'run it' };

/** The same as a refusal. */
export const aRefusal = (over: Partial<Decision> = {}): Decision =>
  aDecision({ verdict: 'refused', exit: 3, reasons: [aReason], expires_at: null, ...over });
