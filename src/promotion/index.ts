/** Who stands behind evidence: keys, envelopes, what a runner says of a run, and what an approver says of a decision. */
export { openEnvelope, type Opened, signEnvelope } from './dsse.ts';
export { changesUnder, inWords as inputInWords } from './changes.ts';
export { decisionsOf } from './decisions.ts';
export { keyidOf, loadPublicKey, type PrivateKey, type PublicKey } from './keys.ts';
export { LAPSES, type LapseCheck, makeLapse, saysLapse, verifyLapse } from './lapse.ts';
export { POLICY, readPolicy } from './policy.ts';
export { KEYS, readKeys } from './policy-keys.ts';
export { priorPromotion } from './prior.ts';
export { readStatements, type SignedStatement, type Statements } from './read-statements.ts';
export { type Refusal, type RefusalCode, Refused } from './refused.ts';
export { runStatement } from './run-statement.ts';
export { readSuiteStatement } from './suite-statement.ts';
export { type Held, PROMOTIONS, promotionsOf } from './standing.ts';
export { makePromotion, type PromotionCheck, promotionName, verifyPromotion } from './summary.ts';
