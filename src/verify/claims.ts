import { z } from 'zod';
import { mayClaim } from '../model/event.ts';
import { readRecords } from './lines.ts';

/** backend/events.jsonl as it was read: what the backend itself said. */
export interface Claims {
  /** The last result that it claimed. */
  result: 'completed' | 'failed' | 'blocked' | null;
  /** What may enter the normalized log, in order; questions for approval are written there by the harness. */
  taken: { type: string; data: Record<string, unknown> }[];
  problems: string[];
}

const Claim = z.strictObject({ type: z.string(), data: z.record(z.string(), z.unknown()) });
const Result = z.enum(['completed', 'failed', 'blocked']);

export function readClaims(): { push(chunk: Uint8Array): void; end(): Claims } {
  const claims: Claims = { result: null, taken: [], problems: [] };
  const records = readRecords(Claim, ({ type, data }) => {
    const result = type === 'claim' ? Result.safeParse(data['result']) : undefined;
    if (result?.success) claims.result = result.data;
    if (mayClaim(type) && type !== 'approval.requested') claims.taken.push({ type, data });
    return [];
  });
  return { push: records.push, end: () => ({ ...claims, problems: records.end() }) };
}
