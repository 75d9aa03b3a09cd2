import { z } from 'zod';

const Line = z.string().min(1).max(500);

/** One decision of a person, taken before it is asked for. */
const ApprovalDecision = z.strictObject({
  actor: Line.describe('Who decides: a person, never a backend or one of its roles.'),
  scope: Line.describe('What is decided, word by word as it is asked.'),
  mutation_mode: Line.describe('How the change would be made, word by word as it is asked.'),
  decision: z.enum(['granted', 'denied']),
  expires_at: z.iso.datetime({ offset: true }).describe('From this instant on it decides nothing.'),
});

/** A file of decisions, for `--approvals FILE`. */
export const ApprovalFile = z
  .strictObject({
    schema: z.literal('proofgate/approvals/1').describe('Version of this document.'),
    approvals: z.array(ApprovalDecision).min(1).describe('The first that fits and has not expired decides.'),
  })
  .meta({ id: 'approvals', title: 'Approvals', description: 'Decisions of people on what a run may ask.' });
export type ApprovalFile = z.output<typeof ApprovalFile>;

/** What no person is called: backends, what works inside of them, and the harness itself. */
const machines = ['fake', 'command', 'case', 'pi', 'codex', 'acp', 'harness', 'proofgate', 'backend', 'agent', 'nobody'];
const roles = ['implementer', 'verifier', 'reviewer', 'closer', 'retrospective', 'orchestrator', 'probe'];

/** A backend or its reviewer can never be the approver, however the name is written. A person may share a word with one. */
export function isMachine(actor: string, backend: string): boolean {
  const words = actor
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const known = new Set([...machines, ...roles, ...backend.split('-')]);
  // of a name without a letter, every word is that of a machine
  return words.every(word => known.has(word));
}
