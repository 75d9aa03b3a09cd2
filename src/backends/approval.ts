import type { Bundle } from '../evidence/bundle.ts';
import { isMachine } from '../model/approval.ts';
import type { ApprovalAnswer } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import type { ApprovalRequest } from './backend.ts';

/** Asks a person who is there: on a terminal. @returns what was answered; `nobody` where no answer came */
export type Approver = (request: ApprovalRequest, signal: AbortSignal) => Promise<ApprovalAnswer>;

/** Who may answer, and who never may. */
export interface ApprovalSeat {
  approval: ApprovalAnswer;
  /** Id of the backend, which can never agree to its own work; nor can what it calls its reviewer. */
  backend: string;
  /** Asked where nothing else answers. */
  approver?: Approver | undefined;
  signal: AbortSignal;
}

/** What came of a question. */
export interface Answer {
  /** The answer, as one line for the asker. */
  line: string;
  actor: string;
  /** Why it was denied; null: it was granted. */
  denied: string | null;
}

/**
 * Asks for approval and writes the question and the answer down. Nobody to answer is a denial, and so is an answer of a backend or
 * of its reviewer, whoever passed it on.
 */
export async function answerApproval(
  request: ApprovalRequest,
  seat: ApprovalSeat,
  bundle: Bundle,
  ports: Pick<Ports, 'clock'>,
): Promise<Answer> {
  const { clock } = ports;
  const asked = new Date(clock.now()).toISOString();
  const found = answerOf(request, seat.approval, clock.now());
  const { answer, actor, why } = found ?? (seat.approver ? { ...(await seat.approver(request, seat.signal)), why: undefined } : NOBODY);
  const { scope, mutation_mode } = request;
  // side by side, however long somebody thought about it
  bundle.events.emit({ type: 'approval.requested', data: { actor: 'harness', scope, mutation_mode, timestamp: asked } });
  const machine = answer === 'granted' && isMachine(actor, seat.backend);
  const granted = answer === 'granted' && !machine;
  const data = { actor, scope, mutation_mode, timestamp: new Date(clock.now()).toISOString() };
  const { type } = bundle.events.emit({
    type: granted ? 'approval.granted' : 'approval.denied',
    status: granted ? 'ok' : 'blocked',
    data: { ...data, ...(granted ? {} : { blockers: ['approval_denied'] }) },
  });
  const reason = machine
    ? `${actor} is no person and cannot approve`
    : (why ?? (answer === 'nobody' ? 'nobody could answer' : `denied by ${actor}`));
  return { line: JSON.stringify({ type, data }), actor, denied: granted ? null : `${reason}: ${scope} (${mutation_mode})` };
}

type Found = ApprovalAnswer & { why?: string | undefined };
const NOBODY: Found = { answer: 'nobody', actor: 'nobody' };

/** What was answered before anybody asked; undefined: nothing, and a person may be asked. */
function answerOf({ scope, mutation_mode }: ApprovalRequest, { answer, actor, decisions }: ApprovalAnswer, now: number): Found | undefined {
  if (answer !== 'nobody') return { answer, actor };
  if (!decisions) return undefined;
  const fitting = decisions.filter(one => one.scope === scope && one.mutation_mode === mutation_mode);
  const valid = fitting.find(one => Date.parse(one.expires_at) > now);
  if (valid) return { answer: valid.decision, actor: valid.actor };
  const [over] = fitting;
  return { ...NOBODY, why: over ? `the approval of ${over.actor} expired on ${over.expires_at}` : 'no approval of the file is about this' };
}
