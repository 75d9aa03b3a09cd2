import { z } from 'zod';
import { durationMs } from './duration.ts';

const DAY_MS = 86_400_000;

/** `250ms`, `30s`, `5m`: read as milliseconds, at most a day. */
export const Duration = z
  .string()
  .regex(/^[1-9][0-9]{0,7}(ms|s|m)$/, 'must be a duration such as 250ms, 30s or 5m')
  .refine(text => durationMs(text) <= DAY_MS, 'must be at most a day: 1440m')
  .describe('A duration: 250ms, 30s, 5m.');

/** An identity in the form that folders and files can carry. */
export const Slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower case letters, digits and hyphens');

/** An instant as proofgate writes it: one spelling each. */
export const Time = z.iso.datetime({ precision: 3 }).describe('RFC 3339, UTC, with milliseconds.');

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a hex SHA-256');

/** Program and arguments. Never a shell line. */
export const Argv = z.tuple([z.string().min(1)], z.string()).describe('Program and arguments; no shell.');
export type Argv = z.output<typeof Argv>;

/** A stage of the ladder. */
export const Stage = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6)]);
export type Stage = z.output<typeof Stage>;

// oxfmt-ignore
export const stageNames = {
  1: 'gated engine', 2: 'artificial fixture', 3: 'copied repo fixture',
  4: 'disposable sandbox repo', 5: 'owned noncritical repo', 6: 'candidate default',
} as const satisfies Record<Stage, string>;

/** A public key by its bytes: hex SHA-256 of its SPKI DER. Names never tell keys apart. */
export const KeyId = z.string().regex(/^[0-9a-f]{64}$/, 'must be a keyid: the hex SHA-256 of the SPKI DER bytes of a public key');
export type KeyId = z.output<typeof KeyId>;

/** Id of a commit of a repository whose objects are named by SHA-1. */
export const CommitId = z.string().regex(/^[0-9a-f]{40}$/, 'must be the id of a commit');
