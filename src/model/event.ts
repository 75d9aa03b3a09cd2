import { z } from 'zod';

interface Row {
  /** `harness`: only the harness may emit it. `agent`: a backend may claim it; the harness marks its own with `data.source`. */
  origin: 'harness' | 'agent';
  meaning: string;
}

/** Every normalized event. Names are fixed by the seeds; what is not here never enters the normalized log. */
// oxfmt-ignore
export const events = {
  'run.started':           { origin: 'harness', meaning: 'The bundle is reserved and the run begins.' },
  'task.contract.created': { origin: 'harness', meaning: 'Task, backend, stage and limits are resolved and written down.' },
  'eligibility.decided':   { origin: 'harness', meaning: 'Which backend may run, with which mutation mode, and why.' },
  'preflight.completed':   { origin: 'harness', meaning: 'Whether the run may start.' },
  'approval.requested':    { origin: 'agent',   meaning: 'Somebody has to agree before work goes on.' },
  'approval.granted':      { origin: 'harness', meaning: 'A person, a file or a scenario agreed.' },
  'approval.denied':       { origin: 'harness', meaning: 'Somebody disagreed, or nobody could answer.' },
  'backend.started':       { origin: 'harness', meaning: 'The process of the backend runs.' },
  'plan.updated':          { origin: 'agent',   meaning: 'The agent stated a plan.' },
  'patch.applied':         { origin: 'agent',   meaning: 'The agent says that it edited files: a claim.' },
  'review.completed':      { origin: 'agent',   meaning: "The backend's own reviewer gave its verdict." },
  'backend.exited':        { origin: 'harness', meaning: 'The last process of the backend is dead.' },
  'git.diff.checked':      { origin: 'harness', meaning: 'What really changed, and whether it was allowed: a fact.' },
  'verification.completed':{ origin: 'harness', meaning: 'What the tests say of the patch: a fact.' },
  'baseline.compared':     { origin: 'harness', meaning: 'The fake backend did the same task in the same run.' },
  'handover.completed':    { origin: 'harness', meaning: 'The proven change stands on a branch of its own, and main did not move.' },
  'run.completed':         { origin: 'harness', meaning: 'The verdict.' },
} as const satisfies Record<string, Row>;

export type EventType = keyof typeof events;
const eventTypes = Object.keys(events) as [EventType, ...EventType[]];
export const EventType = z.enum(eventTypes);
const isEventType = (text: string): text is EventType => Object.hasOwn(events, text);

/** Events that a backend may put into the normalized log; anything else from it stays a claim in backend/events.jsonl. */
export const mayClaim = (type: string): type is EventType => isEventType(type) && events[type].origin === 'agent';

/** What a pass needs, in this order (SPEC section 5). */
export const defaultRequiredEvents: readonly EventType[] = [
  'run.started',
  'task.contract.created',
  'plan.updated',
  'patch.applied',
  'git.diff.checked',
  'verification.completed',
  'run.completed',
];

export const EventStatus = z.enum(['ok', 'pass', 'fail', 'blocked']);
export type EventStatus = z.output<typeof EventStatus>;

/** One line of events.normalized.jsonl. */
export const NormalizedEvent = z.strictObject({
  seq: z.int().positive().describe('Gapless from 1.'),
  type: EventType,
  status: EventStatus.describe('`ok`; of run.completed the status of the run; of an event that carries a blocker that of the blocker.'),
  time: z.iso.datetime({ precision: 3 }).describe('RFC 3339, UTC, milliseconds.'),
  run_id: z.string(),
  nonce: z.string(),
  data: z.record(z.string(), z.unknown()),
  prev: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of the line before, without its newline; of the first line: of the run id.'),
});
export type NormalizedEvent = z.output<typeof NormalizedEvent>;

/** An event before the log numbers, dates and chains it. */
export interface NewEvent {
  type: EventType;
  status?: EventStatus;
  data?: Record<string, unknown>;
}
