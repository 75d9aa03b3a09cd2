import { z } from 'zod';
import { CommitId, Sha256 } from './units.ts';

/** Where a proven change goes after its verification: nowhere below stage 4. */
export const HandoverKind = z.enum(['sandbox_branch', 'owned_branch']);
export type HandoverKind = z.output<typeof HandoverKind>;

/** The one commit that the harness made, as git has it: its id can be computed from this. */
export const HandedCommit = z.strictObject({
  id: CommitId.describe('Its id.'),
  tree: CommitId.describe('The tree that was verified, in the place that it has in the repository.'),
  parent: CommitId.describe('The commit of the source.'),
  seconds: z.int().describe('Seconds since the epoch, of author and committer.'),
  message: z.string().describe('Its message, which names the run.'),
});
export type HandedCommit = z.output<typeof HandedCommit>;

/** handover.json: which branch was handed over, who agreed, and that nothing else of the repository moved. */
export const HandoverFacts = z
  .strictObject({
    kind: HandoverKind.describe('What was done with it.'),
    target: z.string().describe('The repository, as people call it.'),
    branch: z.string().describe('The branch, of this run alone.'),
    base: CommitId.describe('The commit of the source: what main had to be.'),
    main: z
      .strictObject({ before: CommitId.nullable().describe('Before the handover.'), after: CommitId.nullable().describe('After it.') })
      .describe('The commit of main before and after the handover; null: there is none.'),
    rest: z
      .strictObject({ before: Sha256.describe('Before the handover.'), after: Sha256.describe('After it.') })
      .describe('Digest over everything of the repository but this branch, before and after.'),
    approved_by: z.string().nullable().describe('Who agreed; null: nobody did.'),
    commit: HandedCommit.nullable().describe('Null: nothing was handed over.'),
    patch: Sha256.nullable().describe('Of handover.patch, the same commit as a patch with its message.'),
    problem: z.string().nullable().describe('Why nothing was handed over, where nobody denied it.'),
  })
  .meta({ id: 'handover', title: 'Handover', description: 'What was done with a proven change, at stages 4 and 5.' });
export type HandoverFacts = z.output<typeof HandoverFacts>;

/** The branch of a run. */
export const branchOf = (runId: string): string => `proofgate/${runId}`;

/** Author and committer of every commit that the harness makes. */
export const IDENTITY = { name: 'proofgate', email: 'proofgate@localhost' } as const;

/** The commit as git writes it: whoever has these words can compute its id. */
export function commitText({ tree, parent, seconds, message }: HandedCommit): string {
  const who = `${IDENTITY.name} <${IDENTITY.email}> ${seconds} +0000`;
  return `tree ${tree}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n\n${message}`;
}
