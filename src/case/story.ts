import type { LogEvent } from './log.ts';
import { readResult, type AgentResult } from './result.ts';

/** A phase that came to its end; skipped ones did not. */
export interface PhaseEnd {
  phase: string;
  outcome: string;
  result: AgentResult;
  /** Its place in the log. */
  at: number;
  /** When, RFC 3339. */
  ts: string | undefined;
}

/** What an event log tells. A fold: it can be told at any moment of a run. */
export interface Story {
  /** In order; a phase of several cycles ended several times. */
  ends: readonly PhaseEnd[];
  /** Phases whose agent judges the work of the implementer. */
  evaluators: readonly string[];
  /** Where the last phase started that belongs to the work itself: implement, or an evaluator. -1: none did. */
  lastWork: number;
  /** The close or the retrospective has begun since. */
  closing: boolean;
  /** No more cycles were left, and Case went on with warnings. */
  exhausted: boolean;
  /** Null: the pipeline did not come to its end. */
  end: { outcome: string; failedAgent: string | null } | null;
}

/** Source: protocol notes, section 4. `skipped` stands for nodes that were never used, also beside phases that did run. */
export function tellStory(events: readonly LogEvent[]): Story {
  const evaluators = events[0]?.profile === 'tiny' ? ['review'] : ['verify', 'review'];
  const isWork = (phase: string | undefined) => phase === 'implement' || evaluators.includes(phase ?? '');
  const starts = events.flatMap(({ event, phase }, at) => (event === 'phase_start' ? [{ phase, at }] : []));
  const lastWork = starts.findLast(({ phase }) => isWork(phase))?.at ?? -1;
  const end = events.find(({ event }) => event === 'pipeline_end');
  return {
    ends: events.flatMap(({ event, phase = '?', outcome = 'skipped', result, ts }, at) =>
      event === 'phase_end' && outcome !== 'skipped' ? [{ phase, outcome, result: readResult(result), at, ts }] : [],
    ),
    evaluators,
    lastWork,
    closing: starts.some(({ phase, at }) => at > lastWork && (phase === 'close' || phase === 'retrospective')),
    exhausted: events.some(({ event }) => event === 'revision_budget_exhausted'),
    end: end ? { outcome: end.outcome ?? '?', failedAgent: end.failedAgent ?? null } : null,
  };
}

/** The last end of a phase. */
export const lastOf = ({ ends }: Story, phase: string): PhaseEnd | undefined => ends.findLast(end => end.phase === phase);

/** What the agent of a phase is called. */
export const agentOf = (phase: string): string => ({ implement: 'implementer', verify: 'verifier', review: 'reviewer' })[phase] ?? phase;
