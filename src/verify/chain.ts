import { sha256 } from '../model/digest.ts';
import { NormalizedEvent } from '../model/event.ts';
import { readRecords } from './lines.ts';

/** events.normalized.jsonl as it was read: the events, and what is wrong with the log itself. */
export interface EventReading {
  events: NormalizedEvent[];
  problems: string[];
  /** Whether some event is dated before the one that it follows. */
  ranBackwards: boolean;
}

/** An agent can say 2,000 things and ask for as many approvals; a log with more events is no work of this engine. */
const maxEvents = 10_000;

/**
 * Reads the log as it comes: strict lines, numbered without a gap, each carrying the SHA-256 of the line before it, all of
 * one run and one nonce, from `run.started` to `run.completed`.
 */
export function readEvents(): { push(chunk: Uint8Array): void; end(): EventReading } {
  const events: NormalizedEvent[] = [];
  let prev: string | undefined;
  const records = readRecords(NormalizedEvent, (event, line, number) => {
    const problems = linkProblems(event, number, prev ?? sha256(event.run_id), events[0]);
    if (number <= maxEvents) events.push(event);
    prev = sha256(line);
    return number === maxEvents + 1 ? [...problems, `a run has at most ${maxEvents} events`] : problems;
  });
  return {
    push: records.push,
    end: () => ({
      events,
      problems: [...records.end(), ...frameProblems(events)],
      ranBackwards: events.some((event, at) => at > 0 && event.time < events[at - 1]!.time),
    }),
  };
}

function linkProblems(event: NormalizedEvent, number: number, prev: string, first: NormalizedEvent | undefined): string[] {
  const problems: string[] = [];
  if (event.seq !== number) problems.push(`seq is ${event.seq}`);
  if (event.prev !== prev) problems.push('prev is not the digest of the line before');
  if (first && event.run_id !== first.run_id) problems.push(`run_id is ${event.run_id}, in the first line ${first.run_id}`);
  if (first && event.nonce !== first.nonce) problems.push(`nonce is ${event.nonce}, in the first line ${first.nonce}`);
  return problems;
}

function frameProblems(events: readonly NormalizedEvent[]): string[] {
  const problems: string[] = [];
  const first = events[0]?.type ?? 'nothing';
  const last = events.at(-1)?.type ?? 'nothing';
  if (first !== 'run.started') problems.push(`begins with ${first}, not with run.started`);
  if (last !== 'run.completed') problems.push(`ends with ${last}, not with run.completed`);
  return problems;
}
