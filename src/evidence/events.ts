import { sha256 } from '../model/digest.ts';
import type { NewEvent, NormalizedEvent } from '../model/event.ts';
import type { Clock } from '../ports.ts';

/** events.normalized.jsonl: numbered, dated, each line chained to the one before. */
export interface EventLog {
  emit(event: NewEvent): NormalizedEvent;
  /** Everything emitted so far. */
  readonly list: readonly NormalizedEvent[];
}

/** @param append takes one finished line, without its newline. */
export function makeEventLog(run: { runId: string; nonce: string }, clock: Clock, append: (line: string) => void): EventLog {
  const list: NormalizedEvent[] = [];
  let prev = sha256(run.runId);
  return {
    list,
    emit({ type, status = 'ok', data = {} }) {
      const time = new Date(clock.now()).toISOString();
      const event: NormalizedEvent = { seq: list.length + 1, type, status, time, run_id: run.runId, nonce: run.nonce, data, prev };
      const line = JSON.stringify(event);
      prev = sha256(line);
      append(line);
      list.push(event);
      return event;
    },
  };
}
