import { agentOf, lastOf, type Story } from './story.ts';

export interface Review {
  verdict: 'approve' | 'reject';
  reason: string;
}

/** Categories of the reviewer that no later cycle makes good. Source: protocol notes, section 8. */
const HARD = ['principle-compliance', 'scope-discipline'];

/**
 * What the evaluators of Case come to, judged here and not by its outcome: that says completed over a rubric which failed in every
 * cycle, and over a reviewer who found something critical it runs the closer (protocol notes, facts 3 and 5).
 *
 * The last word of each evaluator counts, except that a hard category and a critical finding of any cycle stay: Case itself
 * ends such a run as failed at the reviewer, whatever a later cycle mended. To believe the later cycle would be to know better
 * than the backend that its own work is good.
 *
 * @returns null where nobody judged
 */
export function reviewOf(story: Story): Review | null {
  const reasons = [
    ...new Set([...everRejected(story), ...story.evaluators.flatMap(phase => lastWord(story, phase)), ...ofPipeline(story)]),
  ];
  if (reasons.length > 0) return { verdict: 'reject', reason: reasons.join('; ') };
  const review = lastOf(story, 'review')?.result;
  return review && review.unreadable === null ? { verdict: 'approve', reason: review.said || 'the reviewer completed' } : null;
}

function everRejected({ ends }: Story): string[] {
  const reviews = ends.filter(({ phase }) => phase === 'review').map(({ result }) => result);
  return [
    ...reviews
      .flatMap(({ failed }) => failed.filter(category => HARD.includes(category)))
      .map(category => `the reviewer failed ${category}`),
    ...(reviews.some(({ critical }) => critical) ? ['the reviewer found something critical'] : []),
  ];
}

function lastWord(story: Story, phase: string): string[] {
  const result = lastOf(story, phase)?.result;
  // no result is no verdict: that is a failure of the protocol, and told as one
  if (!result || result.unreadable !== null) return [];
  const agent = agentOf(phase);
  return [
    ...(result.status === 'completed' ? [] : [`the ${agent} says ${result.status}: ${result.said || 'no reason given'}`]),
    ...result.failed.map(category => `the ${agent} failed ${category}`),
  ];
}

function ofPipeline(story: Story): string[] {
  const phase = story.evaluators.find(name => agentOf(name) === story.end?.failedAgent);
  const isSilent = phase !== undefined && lastOf(story, phase)?.result.unreadable !== null;
  return [
    ...(story.exhausted ? ['Case ran out of cycles and went on with warnings'] : []),
    ...(phase === undefined || isSilent ? [] : [`Case ended as failed at the ${agentOf(phase)}`]),
  ];
}
