import type { Finding } from '../model/blocker.ts';
import type { GatewayLine } from '../model/gateway.ts';
import type { Exit } from '../ports.ts';
import type { Log } from './log.ts';
import { missedBy } from './provider.ts';
import { disagreement, type Printed, saidDone } from './printed.ts';
import { type Review, reviewOf } from './review.ts';
import { agentOf, lastOf, type PhaseEnd, type Story, tellStory } from './story.ts';

/** Everything that one run of `ca` left to be judged by. */
export interface CaseRun {
  exit: Pick<Exit, 'spawnError' | 'code' | 'timedOut' | 'aborted' | 'tooManyProcesses'>;
  /** What it printed as its last error, if it did. */
  fatal: string | null;
  /** What it printed of the pipeline. */
  printed: Printed;
  log: Log;
  /** What went over the gateway. */
  lines: readonly GatewayLine[];
  /** The harness ended it in the silence after the work. */
  endedByHarness: boolean;
  /** HEAD leads to another commit than the baseline. */
  committed: boolean;
}

/** What it comes to. */
export interface CaseReading {
  /** Status of the implementer's last envelope; null: there is none that can be read. */
  claim: 'completed' | 'failed' | 'blocked' | null;
  protocolError: string | null;
  failure: Finding | null;
  review: Review | null;
  completedByHarness: boolean;
}

/**
 * Judges a run of `ca` by its event log, in the order of the protocol notes, section 11. Exit code and outcome prove nothing by themselves:
 * exit 0 is also that of a pipeline that failed, exit 1 that of older ones, and `completed` is said over an empty diff.
 */
export function readCase(run: CaseRun): CaseReading {
  const story = tellStory(run.log.events);
  const known = {
    claim: claimOf(story),
    protocolError: null,
    failure: null,
    review: reviewOf(story),
    completedByHarness: false,
  };
  return { ...known, ...howItEnded(run, story) };
}

/**
 * Whether everything that counts is done (SPEC section 8): implementer and every evaluator of the profile came to their end with an envelope
 * that says completed, the evaluators after the implementer, nothing is rejected, and the close or the retrospective has begun.
 * A commit above the baseline is needed as well, and not part of the story.
 */
export function isWorkDone(story: Story): boolean {
  const implemented = lastOf(story, 'implement');
  if (!implemented || !isClean(implemented)) return false;
  const judged = story.evaluators.map(phase => lastOf(story, phase));
  if (!judged.every(end => end && isClean(end) && end.at > implemented.at)) return false;
  const isNewCycle = !judged.some(end => end && end.at > story.lastWork);
  return !isNewCycle && story.closing && reviewOf(story)?.verdict === 'approve';
}

const isClean = ({ outcome, result }: PhaseEnd) => outcome === 'completed' && result.unreadable === null && result.status === 'completed';

function claimOf(story: Story): CaseReading['claim'] {
  const result = lastOf(story, 'implement')?.result;
  return result && result.unreadable === null ? result.status : null;
}

const failed = (detail: string): Partial<CaseReading> => ({ failure: { code: 'backend_failed', detail } });

function howItEnded(run: CaseRun, story: Story): Partial<CaseReading> {
  const { exit, log, fatal, printed } = run;
  if (exit.spawnError !== null) return failed(`ca did not start (${exit.spawnError})`);
  if (exit.timedOut || exit.aborted) return {};
  if (exit.tooManyProcesses) return failed('more processes than its limit');
  const isDone = log.problem === null && run.committed && isWorkDone(story);
  const denied = disagreement(printed, story);
  if (run.endedByHarness) {
    const doubt = denied ?? unanswered(story, run.lines);
    return isDone && saidDone(printed, story) && doubt === null
      ? { completedByHarness: true }
      : { protocolError: log.problem ?? doubt ?? 'what it had done when it was ended was gone afterwards' };
  }
  if (!story.end && exit.code !== 0) return failed(fatal ?? `exit code ${exit.code}, and no pipeline_end in the event log`);
  const mute = log.problem === null ? muteEnd(story) : undefined;
  const problem = log.problem ?? mute?.problem ?? incomplete(log, story) ?? denied ?? unanswered(story, run.lines);
  if (problem !== null) return { protocolError: problem, failure: (mute && missedBy(mute.end, run.lines)) ?? null };
  return story.end?.outcome === 'completed' ? afterCompletion(exit.code) : afterFailure(story, isDone);
}

/** The first agent of the work whose last envelope could not be read. */
function muteEnd(story: Story): { end: PhaseEnd; problem: string } | undefined {
  for (const phase of ['implement', ...story.evaluators]) {
    const end = lastOf(story, phase);
    if (end && end.result.unreadable !== null) return { end, problem: `${agentOf(phase)}: ${end.result.unreadable}` };
  }
  return undefined;
}

/** What a log that is right line by line leaves out. */
function incomplete({ rest }: Log, story: Story): string | null {
  if (!story.end) return rest === '' ? 'the event log has no pipeline_end' : 'the event log ends in the middle of a line';
  if (story.end.outcome !== 'completed') return lastOf(story, 'implement') ? null : 'no implementer came to its end';
  const missing = ['implement', ...story.evaluators].find(phase => lastOf(story, phase)?.outcome !== 'completed');
  return missing === undefined ? null : `the pipeline is said to be completed, and its ${agentOf(missing)} is not`;
}

/** Nobody came to a result without an answer of the model; what was said without one was made up. */
function unanswered({ ends, evaluators }: Story, lines: readonly GatewayLine[]): string | null {
  const results = ends.filter(({ phase, result }) => ['implement', ...evaluators].includes(phase) && result.unreadable === null).length;
  const answers = lines.filter(
    ({ upstream_status, cause, refused }) => upstream_status !== null && cause === null && refused === null,
  ).length;
  return answers >= results ? null : `${results} agents have a result, and the model answered ${answers} times`;
}

const afterCompletion = (code: number | null): Partial<CaseReading> =>
  code === 0 ? {} : failed(`exit code ${code} of a pipeline that is said to be completed`);

function afterFailure(story: Story, isDone: boolean): Partial<CaseReading> {
  const agent = story.end?.failedAgent ?? 'an agent that is not named';
  // without a remote and without gh a close that fails is the ordinary end of good work
  if (agent === 'closer' || agent === 'retrospective') {
    return isDone
      ? { completedByHarness: true }
      : failed(`Case ended as failed at the ${agent}, and nothing was committed and approved before`);
  }
  const isTold = agent === 'implementer' ? claimOf(story) !== 'completed' : reviewOf(story)?.verdict === 'reject';
  return isTold ? {} : failed(`Case ended as failed at ${agent}`);
}
