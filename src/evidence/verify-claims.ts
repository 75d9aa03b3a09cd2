import { z } from 'zod';
import { mayClaim } from '../model/event.ts';
import { readLines } from './verify-lines.ts';
import { decode, parseExactly, Unreadable } from './verify-parse.ts';

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
  const lines = readLines((line, number) => {
    try {
      const { type, data } = parseExactly(decode(line), Claim, 'line');
      const result = type === 'claim' ? Result.safeParse(data['result']) : undefined;
      if (result?.success) claims.result = result.data;
      if (mayClaim(type) && type !== 'approval.requested') claims.taken.push({ type, data });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      claims.problems.push(`line ${number}: ${error.message}`);
    }
  });
  return {
    push: lines.push,
    end() {
      const badEnd = lines.end();
      if (badEnd) claims.problems.push(badEnd);
      return claims;
    },
  };
}
