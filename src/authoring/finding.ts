import type { Problem } from '../errors.ts';

/** What is wrong, what may be meant otherwise, and what somebody may want to know. */
export const levels = ['problem', 'warning', 'note'] as const;
export type Level = (typeof levels)[number];

/** One thing that lint has to say. */
export interface Finding extends Problem {
  level: Level;
  /** Name of the rule, for those who sort or filter. */
  rule: string;
}

/** A problem of the loader, or of a rule of style. */
export const finding = (level: Level, rule: string, problem: Problem): Finding => ({ ...problem, level, rule });

/** Each once, as they stand in the files. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const once = new Map(findings.map(one => [`${one.at}\0${one.message}`, one]));
  return [...once.values()].toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? '', 'en', { numeric: true }));
}
