import { code, table, text } from '../report/escape.ts';
import type { Decided } from './decide.ts';

/** A decision as Markdown, for the summary of a step of GitHub Actions. */
export function summaryOf({ decision }: Decided): string {
  const { verdict, exit, subject, nonce, counts, reasons, scenarios, earlier, expires_at: expires } = decision;
  const { planned, green, red, missing } = counts;
  return [
    `## Gate: ${verdict} (exit ${exit})`,
    '',
    `${code(subject)}, challenge ${code(nonce)}`,
    '',
    `${planned} planned = ${green} green + ${red} red + ${missing} missing.${expires === null ? '' : ` Holds until ${expires}.`}`,
    '',
    ...(reasons.length === 0
      ? []
      : [
          ...table(
            ['reason', 'what was found', 'what would open it'],
            reasons.map(one => [code(one.code), text(one.detail), text(one.opens)]),
          ),
          '',
        ]),
    ...table(
      ['scenario', 'state', 'verdict of the run', 'bundle', 'statement'],
      scenarios.map(({ id, state, status, bundle, statement }) => [text(id), state, status ?? 'none', short(bundle), short(statement)]),
    ),
    '',
    ...(earlier.length === 0
      ? []
      : [`Asked before for the same candidate: ${earlier.map(one => `${code(one.nonce)} ${one.verdict}`).join(', ')}.`, '']),
  ].join('\n');
}

const short = (digest: string | null): string => (digest === null ? 'none' : code(digest.slice(0, 12)));
