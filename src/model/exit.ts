import type { Status } from './blocker.ts';

/** Exit codes of the command line (SPEC section 7). */
// oxfmt-ignore
export const exitCodes = {
  pass: 0, fail: 1, blocked: 2, refused: 3, invalid: 4, usage: 64, bug: 70, sigint: 130, sigkill: 137, sigterm: 143,
} as const;

export const exitOf = (status: Status): 0 | 1 | 2 => exitCodes[status];

/** The exit codes that a word of a scenario stands for. */
// oxfmt-ignore
export const exitClasses = {
  zero: [0], nonzero: [1, 2], fail: [1], blocked: [2], refused: [3], invalid: [4], usage: [64], interrupted: [130, 137, 143],
} as const satisfies Record<string, readonly number[]>;
export type ExitClass = keyof typeof exitClasses;
