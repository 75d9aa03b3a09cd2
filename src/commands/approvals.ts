import type { Approver } from '../backends/index.ts';
import { UserError } from '../errors.ts';
import { ApprovalFile } from '../model/approval.ts';
import type { ApprovalAnswer } from '../model/plan.ts';
import type { Files } from '../ports.ts';
import { oneLine } from '../report/escape.ts';
import { checkFile } from '../scenario/issues.ts';
import { readYaml } from '../scenario/source.ts';
import type { Io } from './command.ts';

/** Who answers when approval is asked: a person who is named, or a file of decisions; else whoever sits at the terminal, or nobody. */
export async function approvalOf(
  { approve, approvals }: { approve?: string | undefined; approvals?: string | undefined },
  path: (name: string) => string,
  files: Files,
): Promise<ApprovalAnswer> {
  if (approve !== undefined && approvals !== undefined)
    throw new UserError({ at: '--approvals', message: 'and --approve both answer', hint: 'Leave one of the two out.' });
  if (approve !== undefined) return { answer: 'granted', actor: approve };
  if (approvals === undefined) return { answer: 'nobody', actor: 'nobody' };
  const { data, problems } = checkFile(ApprovalFile, await readYaml(path(approvals), approvals, files));
  const [first, ...rest] = problems;
  if (first) throw new UserError([first, ...rest]);
  return { answer: 'nobody', actor: 'nobody', decisions: data?.approvals ?? [] };
}

/** Asks the person at the terminal, by name; anything but a plain yes is a denial. Undefined where no person is there. */
export function approverOf({ ask, note }: Pick<Io, 'ask' | 'note'>): Approver | undefined {
  if (!ask) return undefined;
  return async ({ scope, mutation_mode }, signal) => {
    note(`\napproval is asked: ${oneLine(scope)}\n  how: ${oneLine(mutation_mode)}`);
    const actor = (await ask('  your name (empty: nobody answers): ', signal)).trim();
    if (actor === '') return { answer: 'nobody', actor: 'nobody' };
    const word = (await ask(`  ${oneLine(actor)}, do you agree? Type yes: `, signal)).trim().toLowerCase();
    return { answer: word === 'yes' ? 'granted' : 'denied', actor };
  };
}
