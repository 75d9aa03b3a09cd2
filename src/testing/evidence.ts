import type { Evidence } from '../expect/evidence.ts';
import type { EventStatus, EventType, NormalizedEvent } from '../model/event.ts';

/** A line of the normalized log; a test names only what it is about. */
export const anEvent = (type: EventType, status: EventStatus = 'ok', data: Record<string, unknown> = {}): NormalizedEvent => ({
  seq: 1,
  type,
  status,
  time: '2026-01-01T00:00:00.000Z',
  run_id: 'r',
  nonce: 'n',
  data,
  prev: '0'.repeat(64),
});

/** A sealed bundle in memory. `files` are those of the bundle, `beside` those next to the scenario. */
export function anEvidence({
  files = {},
  beside = {},
  ...over
}: Partial<Omit<Evidence, 'read' | 'readBeside' | 'paths'>> & {
  files?: Record<string, string>;
  beside?: Record<string, string>;
} = {}): Evidence {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    report: { status: 'pass', blockers: [], changed_files: [] },
    sealed: true,
    exit: 0,
    events: [],
    paths: Object.keys(files).sort(),
    read: async path => bytes(files[path]!),
    readBeside: async path => (path in beside ? bytes(beside[path]!) : undefined),
    ...over,
  };
}
