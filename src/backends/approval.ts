import type { Bundle } from '../evidence/bundle.ts';
import type { ApprovalAnswer } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import type { ApprovalRequest } from './backend.ts';

/**
 * Asks for approval and writes the question and the answer down. Nobody to answer is a denial, and so is a backend
 * that would answer itself: the actor never comes from it.
 *
 * @returns the answer as a line for the asker, and why it was denied, if it was.
 */
export function answerApproval(
  request: ApprovalRequest,
  { answer, actor }: ApprovalAnswer,
  bundle: Bundle,
  { clock }: Pick<Ports, 'clock'>,
): { line: string; denied: string | null } {
  const data = () => ({
    actor,
    scope: request.scope,
    mutation_mode: request.mutation_mode,
    timestamp: new Date(clock.now()).toISOString(),
  });
  bundle.events.emit({ type: 'approval.requested', data: { ...data(), actor: 'harness' } });
  const granted = answer === 'granted';
  const { type } = bundle.events.emit({
    type: granted ? 'approval.granted' : 'approval.denied',
    status: granted ? 'ok' : 'blocked',
    data: { ...data(), ...(granted ? {} : { blockers: ['approval_denied'] }) },
  });
  const why = answer === 'nobody' ? 'nobody could answer' : `denied by ${actor}`;
  return { line: JSON.stringify({ type, data: data() }), denied: granted ? null : `${why}: ${request.scope} (${request.mutation_mode})` };
}
