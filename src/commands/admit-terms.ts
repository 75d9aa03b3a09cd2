import { UserError } from '../errors.ts';
import type { Stage } from '../model/units.ts';

/** What every record says of itself: who, when, until when, for which stages, and that it promotes nothing. */
export interface Terms {
  admitted_by: string;
  admitted_at: string;
  expires_at: string;
  stages: Stage[];
  core_promotion_status: 'not-promoted';
  notice: string;
}

export interface TermsOptions {
  by?: string;
  stages?: Stage[];
  expires?: string;
  days?: number;
}

/** An admission is a decision that somebody takes again, not one that is forgotten. */
export const DEFAULT_DAYS = 90;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

const DEFAULT_STAGES: readonly Stage[] = [1, 2];

/** @param now milliseconds since the epoch @throws {UserError} for what nobody answers for, and for an expiry that is none */
export function termsOf({ by, stages, expires, days }: TermsOptions, now: number): Terms {
  if (by === undefined || by.trim() === '')
    throw new UserError({ at: '--by', message: 'is missing: nobody answers for the admission', hint: 'Add --by NAME, a person.' });
  if (expires !== undefined && days !== undefined)
    throw new UserError({ at: '--days', message: 'and --expires both say until when', hint: 'Leave one of the two out.' });
  const end = expires === undefined ? now + (days ?? DEFAULT_DAYS) * DAY_MS : Date.parse(expires);
  if (end <= now || end > now + MAX_DAYS * DAY_MS) {
    const message = end <= now ? 'is in the past: it would admit nothing' : `is more than ${MAX_DAYS} days away`;
    throw new UserError({ at: expires === undefined ? '--days' : '--expires', message, hint: expiryHint });
  }
  return {
    admitted_by: by.trim(),
    admitted_at: new Date(now).toISOString(),
    expires_at: new Date(end).toISOString(),
    stages: [...(stages ?? DEFAULT_STAGES)],
    core_promotion_status: 'not-promoted',
    notice:
      'Local planning record. It does not authorize runtime behaviour, mutation of real repositories, merge, deploy, push, or promotion of anything.',
  };
}

const expiryHint = `Take a day within ${MAX_DAYS} days, as in --expires 2027-01-31, or --days ${DEFAULT_DAYS}; whoever still wants it then admits it again.`;

/** `2027-01-31` (the day begins, UTC) or an instant of RFC 3339. @throws Error that says what was expected */
export function parseExpiry(text: string): string {
  const isExpected = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = isExpected ? Date.parse(text) : NaN;
  const isDay = isExpected && !text.includes('T');
  // of a day that no month has, Date makes one of the next month
  if (Number.isNaN(time) || (isDay && !new Date(time).toISOString().startsWith(text)))
    throw new Error('It is a day such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z');
  return text;
}

/** A whole number from 1 up. @throws Error that says what was expected */
export function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Error('It is a whole number from 1 up');
  return Number(text);
}
