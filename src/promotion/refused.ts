import { systemCode } from '../errors.ts';

/** Why something that is signed, or should be, counts for nothing; each by a name that stays. */
// oxfmt-ignore
export const refusals = {
  unreadable:           'is no plain file of a size that such a document has',
  not_text:             'is not UTF-8',
  not_json:             'is not JSON',
  duplicate_key:        'has a key twice, of which two readers could take one each',
  malformed:            'is not what its schema says: a key too many, one too few, or another kind of value',
  payload_type:         'is an envelope of something else',
  base64_not_canonical: 'is base64 that could be written in another way, or none',
  signature_missing:    'is not signed',
  signature_repeated:   'has two signatures of one key',
  signature_malformed:  'has a signature that is not 64 bytes',
  signature_wrong:      'was not signed by the key that it names, or was changed since',
  signer_unknown:       'was signed by none of the keys that count here',
  statement_type:       'is no in-toto statement of version 1',
  predicate_type:       'is a statement of something else',
  subject_mismatch:     'is about other bytes',
  plan_mismatch:        'is about another suite, or a scenario that was not planned',
  result_mismatch:      'says something else than what it is about',
  statement_stray:      'is no statement of a planned scenario',
  statement_missing:    'has a result, and nobody signed for it',
  bundle_elsewhere:     'has its bundle outside of the project, or none where it should be',
  bundle_invalid:       'has a bundle that does not agree with itself',
  bundle_foreign:       'has a bundle of another suite, scenario or run',
  bundle_repeated:      'has the bundle of another scenario',
  bundle_changed:       'has a bundle that changed while it was read',
  already_signed:       'was signed before, and what stands there is not what would be written now',
  verifier_mismatch:    'names another verifier than the one who signed',
  resource_mismatch:    'is about another candidate',
  policy_mismatch:      'rests on another policy',
  level_mismatch:       'verifies another level than the decision',
  inputs_mismatch:      'does not rest on exactly the statements of the decision',
  time_mismatch:        'was verified at another time than it was decided',
  time_future:          'is dated in the future',
  expired:              'has expired',
  self_approval:        'was approved by a key that also signs runs',
  approver_unknown:     'was approved by a key that the policy does not name',
} as const;
export type RefusalCode = keyof typeof refusals;

/** Something signed that counts for nothing, and why. */
export interface Refusal {
  code: RefusalCode;
  detail: string;
}

/** Thrown where nothing after it could be judged; whoever reads evidence turns it into a value. */
export class Refused extends Error implements Refusal {
  override readonly name = 'Refused';
  readonly code: RefusalCode;
  readonly detail: string;

  constructor(code: RefusalCode, detail: string = refusals[code], options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** What it ends with, or the refusal that it threw. */
export async function orRefusal<T>(work: () => T | Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** The value, or in words why there is none: what a disk refuses is no mistake of ours. */
export async function orWhy<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refused) return error.detail;
    const code = systemCode(error);
    if (!code) throw error;
    return `cannot be read (${code})`;
  }
}
