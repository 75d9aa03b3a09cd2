import { z } from 'zod';
import { sha256 } from './digest.ts';
import type { Task } from './task.ts';
import { Sha256 } from './units.ts';

/** What became of the source of a task: what was found, and that the original is as it was. */
export const SourceFacts = z
  .strictObject({
    id: z.string().describe('Id of the record that the task names.'),
    kind: z.enum(['git_bundle', 'repository']).describe('What the original is.'),
    problem: z.string().nullable().describe('Why it cannot be used; null: it was obtained.'),
    commit: z.string().nullable().describe('The commit that became the workspace.'),
    seed: Sha256.nullable().describe('Over path, kind, executable bit and content of every file that became the workspace.'),
    original: z
      .strictObject({
        path: z.string().describe('The original, as the record names it.'),
        before: Sha256.describe('Its digest when the run began.'),
        after: Sha256.nullable().describe('Its digest when every process was dead; null: the run did not come that far.'),
      })
      .nullable()
      .describe('Null: there is none, or it was not looked at.'),
  })
  .meta({ id: 'source-facts' });
export type SourceFacts = z.output<typeof SourceFacts>;

/** The digest of a task with the seed that it was made from; null: it has files of its own, or the source is not to be had. */
export const taskDigest = ({ digest }: Pick<Task, 'digest'>, seed: string | null): string =>
  seed ? sha256(`${digest}\n${seed}\n`) : digest;
