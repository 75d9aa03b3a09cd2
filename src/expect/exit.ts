import { z } from 'zod';
import { type ExitClass, exitClasses } from '../model/exit.ts';
import type { Path } from '../model/json.ts';
import { show } from '../model/json.ts';
import type { Mismatch } from './match.ts';

const Code = z.int().min(0).max(255);
const words = Object.keys(exitClasses) as [ExitClass, ...ExitClass[]];

/** What the command line would end with. */
export const ExitSpec = z.union([z.enum(words), Code, z.array(Code).min(1)]).describe('Exit code, codes, or a class of them.');
export type ExitSpec = z.output<typeof ExitSpec>;

/** A class other than `interrupted` also asks for a sealed report: the reserved one was never judged. */
export function judgeExit(spec: ExitSpec, exit: number, sealed: boolean, path: Path): Mismatch[] {
  const codes: readonly number[] = typeof spec === 'string' ? exitClasses[spec] : [spec].flat();
  if (!codes.includes(exit)) {
    const meaning = typeof spec === 'string' && codes.join() !== spec ? ` (${codes.join(', ')})` : '';
    return [{ path, expected: spec, got: exit, message: `expected ${show(spec)}${meaning}, got ${exit}` }];
  }
  if (typeof spec !== 'string' || spec === 'interrupted' || sealed) return [];
  return [
    {
      path,
      expected: spec,
      got: exit,
      message: `expected ${show(spec)} with a sealed report, got ${exit} and a report that was never sealed`,
    },
  ];
}
