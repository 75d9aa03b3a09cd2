import { type Blocker, rowOf } from '../model/blocker.ts';
import type { Report } from '../model/report.ts';
import { code, oneLine, text } from './escape.ts';

const WHO = {
  backend: 'whoever makes or prompts the backend',
  suite: 'the keeper of the task',
  operator: 'the person who runs proofgate',
} as const;

/** The blockers for report.md: what was found, what it means, what to do next and who does it. */
export function whySection(blockers: readonly Blocker[]): string[] {
  if (blockers.length === 0) return [];
  const first = blockers.length > 1 ? ['The first one decides; the others were found as well.', ''] : [];
  return ['## Why', '', ...first, ...blockers.flatMap(blockerEntry)];
}

const blockerEntry = ({ code: name, status, detail, cause }: Blocker, i: number): string[] => {
  const { meaning, hint, owner, retryable } = rowOf(name);
  return [
    `${i + 1}. ${code(name)} (${status}${cause ? `, ${code(cause)}` : ''}): ${text(detail)}`,
    `   - It means: ${meaning}`,
    `   - Next: ${hint}`,
    `   - Who acts: ${WHO[owner]}.${retryable ? ' The same run may end otherwise when it is repeated.' : ''}`,
  ];
};

/** The same for the terminal, below the headline, which has named the first one already. */
export function blockerLines({ blockers, failure_reason }: Pick<Report, 'blockers' | 'failure_reason'>): string[] {
  return blockers.flatMap(({ code: name, detail, cause }, i) => {
    const { hint, owner } = rowOf(name);
    const told = i === 0 && cause === null && failure_reason?.includes(detail);
    const found = `  ${i === 0 ? '' : 'also '}${name}${cause ? ` (${cause})` : ''}: ${oneLine(detail)}`;
    return [...(told ? [] : [found]), `  next: ${hint} Who acts: ${WHO[owner]}.`];
  });
}
