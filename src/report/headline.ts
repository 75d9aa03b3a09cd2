import type { Report } from '../model/report.ts';
import { showMs } from '../model/duration.ts';
import { stageNames } from '../model/units.ts';
import { oneLine } from './escape.ts';

/** The verdict in one line: what a person reads first, and often all. */
export function headline(report: Report): string {
  const why = report.sealed ? reason(report) : 'run_interrupted: the run did not reach its end';
  return oneLine([`${report.status}: ${why}`, where(report), showMs(report.freshness.duration_ms)].join(' · '));
}

type Judged = Pick<Report, 'blockers' | 'failure_reason' | 'verification' | 'outcome' | 'changed_files'>;

/** Why it is not a pass; of a pass, what was proven. */
export function reason({ blockers: [first], failure_reason, verification, outcome, changed_files }: Judged): string {
  if (first) return named(first.code, failure_reason ?? first.detail);
  const { ran, counts, control } = verification;
  if (!ran) return `${count(changed_files.length, 'file')} changed, no tests asked for`;
  return `${outcome}, ${count(counts.passed, 'test')} passed, ${control.seen_failing} of ${control.planted + control.twins} controls seen failing`;
}

/** The code in front, unless the sentence begins with it already. */
function named(code: string, sentence: string): string {
  const words = code.replaceAll('_', ' ');
  return `${code}: ${sentence.startsWith(`${words}: `) ? sentence.slice(words.length + 2) : sentence}`;
}

/** Task, backend and stage. */
export const where = ({ task, backend, stage }: Pick<Report, 'task' | 'backend' | 'stage'>): string =>
  `${task} with ${backend} at stage ${stage} (${stageNames[stage]})`;

/** `1 file`, `2 files`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
