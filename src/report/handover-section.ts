import type { HandoverFacts } from '../model/handover.ts';
import { code, text } from './escape.ts';

/** Where a proven change went, and that nothing else of that repository moved; of a run that hands nothing over nothing. */
export function handoverSection(handover: HandoverFacts | null): string[] {
  if (!handover) return [];
  const { kind, target, branch, base, main, rest, approved_by: approver, commit } = handover;
  return [
    '## Handover',
    '',
    commit ? `One commit was handed over to ${text(target)}, as a branch of its own.` : `Nothing was handed over: ${reason(handover)}.`,
    '',
    `- kind: ${code(kind)}`,
    ...(commit
      ? [`- branch: ${code(branch)}`, `- commit: ${code(commit.id)}, on ${code(base)}; handover.patch has the same as a patch`]
      : []),
    `- main: ${moved(main, '**moved**')}, ${main.after === null ? 'none' : code(main.after)}`,
    `- everything else of the repository: ${moved(rest, '**changed**')}`,
    `- approved by: ${approver === null ? 'nobody' : text(approver)}`,
  ];
}

const reason = ({ approved_by: approver, problem }: HandoverFacts): string =>
  problem === null ? (approver === null ? 'nobody approved it' : 'no reason was given') : text(problem);

const moved = <T>({ before, after }: { before: T; after: T }, word: string): string => (before === after ? 'untouched' : word);
