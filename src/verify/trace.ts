import { z } from 'zod';
import { steps, type Step } from '../evidence/trace.ts';
import { Facts, noFacts } from '../model/facts.ts';
import { readRecords } from './lines.ts';

/** A line of trace.jsonl. A note may say anything beside this; facts are strict, for they are what is judged. */
const TraceLine = z.looseObject({
  time: z.iso.datetime({ precision: 3 }),
  at_ms: z.number().nonnegative(),
  step: z.enum(steps),
  phase: z.enum(['start', 'end', 'note']),
  outcome: z.string().optional(),
  facts: Facts.partial().optional(),
});

/** trace.jsonl as it was read: the facts of the run, and what is wrong with the record itself. */
export interface TraceReading {
  /** The last value of each key over all lines. */
  facts: Facts;
  /** Keys that some line has. */
  told: ReadonlySet<keyof Facts>;
  /** Steps that were started, in order, and those that were ended. */
  started: Step[];
  ended: Step[];
  /** Wall clock and monotonic milliseconds of the first and the last line. */
  first: { time: string; atMs: number } | undefined;
  last: { time: string; atMs: number } | undefined;
  /** Whether some line is dated before the one that it follows. */
  ranBackwards: boolean;
  /** Output that an adapter did not keep: its own record is then not complete. */
  droppedEvents: boolean;
  problems: string[];
  /** The step that is under way, and those that were started before it was ended: only an interruption leaves one open. */
  open: Step | undefined;
  crossed: string[];
}

/** Folds the trace into the facts; memory grows with the facts, not with the trace. */
export function readTrace(): { push(chunk: Uint8Array): void; end(): TraceReading } {
  const reading: TraceReading & { told: Set<keyof Facts> } = {
    facts: { ...noFacts },
    told: new Set(),
    started: [],
    ended: [],
    first: undefined,
    last: undefined,
    ranBackwards: false,
    droppedEvents: false,
    problems: [],
    open: undefined,
    crossed: [],
  };

  const records = readRecords(TraceLine, line => take(reading, line));
  return {
    push: records.push,
    end: () => ({ ...reading, problems: [...records.end(), ...orderProblems(reading)] }),
  };
}

function take(reading: TraceReading & { told: Set<keyof Facts> }, line: z.output<typeof TraceLine>): string[] {
  const { time, at_ms: atMs, step, phase, facts = {} } = line;
  const problems = reading.last && atMs < reading.last.atMs ? ['at_ms runs backwards'] : [];
  if (reading.last && time < reading.last.time) reading.ranBackwards = true;
  reading.first ??= { time, atMs };
  reading.last = { time, atMs };
  if (phase === 'start') {
    if (reading.open) reading.crossed.push(`${step} was started before ${reading.open} was ended`);
    reading.started.push(step);
    reading.open = step;
  }
  if (phase === 'end') {
    if (reading.open !== step) problems.push(`${step} was ended and was not under way`);
    reading.ended.push(step);
    reading.open = undefined;
  }
  if (step === 'backend' && phase === 'note' && line['dropped_events'] !== undefined) reading.droppedEvents = true;
  for (const key of Object.keys(facts) as (keyof Facts)[]) {
    reading.told.add(key);
    Object.assign(reading.facts, { [key]: facts[key] });
  }
  return problems;
}

/** Steps come in the order of the pipeline, each once, and from the reservation to the seal. */
function orderProblems({ started, ended, crossed, facts }: TraceReading): string[] {
  const places = started.map(step => steps.indexOf(step));
  const problems: string[] = [];
  if (started[0] !== 'reserve' || started.at(-1) !== 'seal') problems.push('does not go from the reservation to the seal');
  if (places.some((place, at) => at > 0 && place <= places[at - 1]!)) problems.push(`steps are not in order: ${started.join(', ')}`);
  const open = started.filter(step => !ended.includes(step));
  if (!facts.interrupted) problems.push(...crossed);
  if (open.length > 0 && !facts.interrupted) problems.push(`steps were never ended: ${open.join(', ')}`);
  return problems;
}
