import { EVENTS } from '../evidence/bundle.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';
import { inLog } from './story.ts';

/** Who agreed to what: a denial is a fact, a required approval was granted before the backend started. */
export function checkApprovals({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  if (!bundle.events || isLost(EVENTS)) return [];
  const { events } = bundle.events;
  const started = events.findIndex(event => event.type === 'backend.started');
  const granted = events.findIndex(event => event.type === 'approval.granted');
  const denial = events.find(event => event.type === 'approval.denied');
  const problems: string[] = [];
  if (contract.task.approval.required && started >= 0 && (granted < 0 || granted > started))
    problems.push('the backend was started without the approval that the contract requires');
  if (!denial !== (facts.approval_denied === null))
    problems.push(`approval was ${denial ? '' : 'never '}denied, by trace.jsonl ${facts.approval_denied ?? 'never'}`);
  if (
    denial &&
    facts.approval_denied &&
    !facts.approval_denied.endsWith(`: ${String(denial.data['scope'])} (${String(denial.data['mutation_mode'])})`)
  ) {
    problems.push(`approval.denied is about ${String(denial.data['scope'])}, by trace.jsonl: ${facts.approval_denied}`);
  }
  for (const [index, { type, status, data }] of events.entries()) {
    const question = events[index - 1];
    if (type !== 'approval.granted' && type !== 'approval.denied') continue;
    if (status !== (type === 'approval.granted' ? 'ok' : 'blocked')) problems.push(`${type} has status ${status}`);
    if (
      question?.type !== 'approval.requested' ||
      question.data['scope'] !== data['scope'] ||
      question.data['mutation_mode'] !== data['mutation_mode']
    ) {
      problems.push(`${type} answers no question`);
    }
  }
  return inLog(problems);
}

/** A reject always counts, the first of them; without one, the last word of the backend's reviewer. */
export function checkReview({ bundle, facts, isLost }: Evidenced): BundleProblem[] {
  if (!bundle.events || isLost(EVENTS)) return [];
  const reviews = bundle.events.events.filter(event => event.type === 'review.completed');
  const last = reviews.find(event => event.status === 'blocked') ?? reviews.at(-1);
  const said = last && { verdict: last.status === 'blocked' ? 'reject' : 'approve', reason: last.data['reason'] };
  const sameVerdict = (said?.verdict ?? null) === (facts.review?.verdict ?? null);
  const sameReason = typeof said?.reason !== 'string' || said.reason === '' || said.reason === facts.review?.reason;
  const sameWord = !last || last.data['truncated'] === true || (last.data['verdict'] === 'approve') === (last.status === 'ok');
  return sameVerdict && sameReason && sameWord
    ? []
    : inLog([`review.completed says ${said?.verdict ?? 'nothing'}, by trace.jsonl ${facts.review?.verdict ?? 'nothing'}`]);
}
