import { z } from 'zod';

const text = z.string().optional().catch(undefined);

/**
 * One line of `.case/<task>/events/run-<uuid>.jsonl`, as far as somebody here looks at it; what has another type than Case gives it
 * is as good as absent. Source: protocol notes, section 4.
 */
const LogEvent = z.object({
  event: z.string().min(1).max(64),
  /** Numbers the lines of a run, ascending in file order in every log that was seen. */
  sequence: z.int(),
  runId: z.string(),
  /** RFC 3339, UTC, milliseconds. */
  ts: text,
  /** Of pipeline_start. */
  taskId: text,
  profile: text,
  phase: text,
  agent: text,
  /** Of phase_end: completed, failed or skipped. Of pipeline_end: completed or failed. */
  outcome: text,
  failedAgent: text,
  tool: text,
  toolCallId: text,
  /** JSON of the arguments of a tool, cut to 500 characters. */
  args: text,
  isError: z.boolean().optional().catch(undefined),
  /** Of phase_end: the parsed envelope, or what stands in its place. */
  result: z.unknown().optional(),
});
export type LogEvent = z.output<typeof LogEvent>;

/** An event log, as far as it can be believed. */
export interface Log {
  /** Up to the first line that is wrong. */
  events: readonly LogEvent[];
  /** What is wrong with the first line that is; null: nothing. */
  problem: string | null;
  /** What follows the last newline: a line that is still being written, or one that never was finished. */
  rest: string;
}

/**
 * Reads an event log, which stands where the agent can write: it is one run of one task from its first line, numbered in order.
 * A line that somebody slips in takes a number which Case takes, too.
 */
export function readLog(content: string, taskId: string): Log {
  const lines = content.split('\n');
  const rest = lines.pop() ?? '';
  const events: LogEvent[] = [];
  for (const [index, line] of lines.entries()) {
    const event = readLine(line);
    const problem = event ? misplaced(event, events, taskId) : 'is no event';
    if (problem !== null) return { events, problem: `line ${index + 1} of the event log ${problem}`, rest };
    events.push(event!);
  }
  return { events, problem: null, rest };
}

/** @returns undefined for what is no event */
export function readLine(line: string): LogEvent | undefined {
  try {
    return LogEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function misplaced({ event, sequence, runId, taskId }: LogEvent, before: readonly LogEvent[], wanted: string): string | null {
  const [first] = before;
  const last = before.at(-1);
  if (!first || !last) return event === 'pipeline_start' && taskId === wanted ? null : `is not the pipeline_start of ${wanted}`;
  if (last.event === 'pipeline_end') return 'comes after pipeline_end';
  if (event === 'pipeline_start') return 'starts the pipeline again';
  if (runId !== first.runId) return 'is of another run';
  return sequence > last.sequence ? null : `has number ${sequence}, which is not after ${last.sequence}`;
}
