import type { ExitSpec } from '../expect/exit.ts';
import { exitClasses, exitCodes } from '../model/exit.ts';
import { flip } from './flip-matcher.ts';
import { leaveOut, type Flipped, type Spoil } from './mutant.ts';

/** What an exit is judged by. */
export interface Ended {
  exit: number;
  sealed: boolean;
}

/** The codes that an expectation allows. */
const allowedBy = (spec: ExitSpec): readonly number[] => (typeof spec === 'string' ? exitClasses[spec] : [spec].flat());

/** Every way to expect another end: each other word, each other code. */
export function* flipExit(spec: ExitSpec, { exit }: Ended): Generator<Flipped> {
  for (const word of Object.keys(exitClasses) as (keyof typeof exitClasses)[])
    if (!(exitClasses[word] as readonly number[]).includes(exit)) yield flip('exit: another word', spec, word);
  for (const code of Object.values(exitCodes)) if (code !== exit) yield flip('exit: another code', spec, code);
  if (!Array.isArray(spec)) return;
  for (const [i, code] of spec.entries()) {
    const isTaken = code === exit && spec.indexOf(code) === spec.lastIndexOf(code);
    if (!isTaken) yield leaveOut('an alternative not taken', [i]);
    else yield { ...flip('exit: another code', spec, spec.length > 1 ? spec.toSpliced(i, 1) : [exit === 0 ? 1 : 0]), at: [i] };
  }
}

/** Every way to end otherwise; a word other than `interrupted` also asks for a sealed report. */
export function* spoilExit(spec: ExitSpec, ended: Ended): Generator<Spoil<Ended>> {
  const spoil = (kind: string, what: string, to: Ended): Spoil<Ended> => ({
    does: 'spoil',
    kind: `evidence: ${kind}`,
    at: [],
    without: [],
    to,
    what,
  });
  for (const code of new Set([...Object.values(exitCodes), 124, 255]))
    if (!allowedBy(spec).includes(code)) yield spoil('exit', `exit ${ended.exit} → ${code}`, { ...ended, exit: code });
  if (typeof spec === 'string' && spec !== 'interrupted')
    yield spoil('never sealed', 'the report was never sealed', { ...ended, sealed: false });
}
