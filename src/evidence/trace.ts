import type { Facts } from '../model/facts.ts';
import type { Clock } from '../ports.ts';

/** Steps of the pipeline, in order (SPEC section 3). */
export const steps = [
  'reserve',
  'contract',
  'preflight',
  'calibrate',
  'approval',
  'workspace',
  'backend',
  'diff',
  'checks',
  'verification',
  'ending',
  'events',
  'baseline',
  'handover',
  'scan',
  'seal',
] as const;
export type Step = (typeof steps)[number];

/** What a person watching a run may be told. */
export type Progress = (news: { step: Step; phase: 'start' | 'end' | 'note'; outcome?: string }) => void;

/**
 * trace.jsonl: the diagnostic record, written as it happens, so that a killed run still has it.
 * The facts of a step stand on the line that ends it; `verify` rebuilds them from here and judges again.
 */
export interface Trace {
  start(step: Step): void;
  /** @param facts what the step found; the last value of a key counts. */
  end(step: Step, outcome: string, facts?: Partial<Facts>): void;
  note(step: Step, data: Record<string, unknown>): void;
}

export function makeTrace(clock: Clock, startedAt: number, append: (line: string) => void, progress?: Progress): Trace {
  const line = (record: Record<string, unknown>) => {
    const at_ms = Math.round((clock.monotonic() - startedAt) * 10) / 10;
    append(JSON.stringify({ time: new Date(clock.now()).toISOString(), at_ms, ...record }));
  };
  return {
    start(step) {
      line({ step, phase: 'start' });
      progress?.({ step, phase: 'start' });
    },
    end(step, outcome, facts) {
      line({ step, phase: 'end', outcome, ...(facts ? { facts } : {}) });
      progress?.({ step, phase: 'end', outcome });
    },
    note(step, data) {
      line({ step, phase: 'note', ...data });
    },
  };
}
