import type { Decision } from '../model/decision.ts';
import { oneLine } from '../report/escape.ts';
import type { Decided } from './decide.ts';

/** More reasons of one code than this say no more to a person; the decision has them all. */
const MAX_OF_A_CODE = 5;

/** What was decided, why, and what would open the gate: for a terminal, without colours. */
export function showDecision({ decision, findings }: Decided): string[] {
  const { nonce, counts, earlier, expires_at: expires, scenarios } = decision;
  const { planned, green, red, missing } = counts;
  const lines = [
    headlineOf(decision),
    `  challenge ${nonce}; ${planned} planned = ${green} green + ${red} red + ${missing} missing`,
    ...(expires === null ? [] : [`  holds until ${expires}, as long as policy, stage record and admissions stay what they are`]),
  ];
  for (const [code, same] of Map.groupBy(findings, finding => finding.code)) {
    const opens = decision.reasons.find(reason => reason.code === code)?.opens ?? '';
    lines.push('', code, ...same.slice(0, MAX_OF_A_CODE).map(({ detail }) => `  ${oneLine(detail)}`));
    if (same.length > MAX_OF_A_CODE) lines.push(`  and ${same.length - MAX_OF_A_CODE} more`);
    lines.push(`  opens: ${opens}`);
  }
  const cli = scenarios.filter(({ bundle, state }) => bundle === null && state === 'green').map(({ id }) => id);
  if (cli.length > 0)
    lines.push('', `By the word of the runner alone, who signed for it (a command line leaves no bundle): ${cli.map(oneLine).join(', ')}`);
  if (earlier.length > 0)
    lines.push('', `Asked before for the same candidate: ${earlier.map(one => `${one.nonce} ${one.verdict}`).join(', ')}`);
  return lines;
}

/** `refused: backend:fake@sha256:…`: the verdict and what it is about, in one line. */
const headlineOf = ({ verdict, subject, exit }: Decision): string => `${verdict}${exit === 0 ? '' : ` (exit ${exit})`}: ${subject}`;
