import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Decision } from '../model/decision.ts';
import { sha256 } from '../model/digest.ts';
import type { LapsePredicate } from '../model/statement.ts';
import type { Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { readStage } from '../stages/index.ts';
import { readDocument } from './place.ts';
import { POLICY } from './policy.ts';
import { Refused } from './refused.ts';

/** One thing that a promotion rests on and that is not any more what it was. */
export type InputChange = LapsePredicate['changes'][number];

const STAGE = 'record of stage ';

/** Everything whose change lapses a promotion: name to digest, as its decision has them. The page docs/promotion.md checks the same names. */
export const inputsOf = ({ inputs, candidate }: Decision): Record<string, string> => ({
  [POLICY]: inputs.policy,
  [`${STAGE}${candidate.stage}`]: inputs.stage,
  ...inputs.admissions,
});

/** What of it a tree has not any more, in that order. */
export async function changesUnder(decision: Decision, tree: string, files: Files): Promise<InputChange[]> {
  const changes: InputChange[] = [];
  for (const [input, was] of Object.entries(inputsOf(decision))) {
    const is = input.startsWith(STAGE) ? await stageDigest(tree, decision.candidate.stage, files) : await digestOf(tree, input, files);
    if (is !== was) changes.push({ input, was, is });
  }
  return changes;
}

/** How an input is called in a sentence. */
export const inWords = (input: string): string => (input.startsWith(STAGE) ? `the ${input}` : input);

async function digestOf(tree: string, file: string, files: Files): Promise<string | null> {
  try {
    return sha256(await readDocument(join(tree, file), files, file));
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** Null where the record is not right. */
async function stageDigest(tree: string, stage: Stage, files: Files): Promise<string | null> {
  try {
    return (await readStage(tree, stage, { files })).sha256;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}
