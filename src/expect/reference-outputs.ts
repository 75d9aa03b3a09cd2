import { exitCodes } from '../model/exit.ts';
import type { Evidence } from './evidence.ts';
import type { Reference } from './references.ts';

/** A command that did what it was asked for, and one that did not, whatever they said. */
export function outputReferences(): { kind: Reference; evidence: Evidence }[] {
  const ended = (kind: Reference, exit: number, stdout: string, stderr: string, report: Record<string, unknown> | null = null) => {
    const none = {
      report,
      sealed: true,
      events: [],
      paths: [],
      read: async () => new Uint8Array(),
      readBeside: async () => undefined,
    };
    return { kind, evidence: { ...none, exit, stdout, stderr } };
  };
  const codes = Object.values(exitCodes).filter(code => code !== exitCodes.pass);
  const killed: number[] = [exitCodes.sigint, exitCodes.sigkill, exitCodes.sigterm];
  return [
    ended('green', exitCodes.pass, 'ok\n', ''),
    ended('green', exitCodes.pass, '', ''),
    ended('green', exitCodes.pass, LONG, LONG),
    ended('green', exitCodes.pass, '{}\n', '', {
      verdict: 'consistent',
      status: 'pass',
      exit: exitCodes.pass,
      problems: [],
      notes: ['a note'],
    }),
    ...codes.flatMap(code => {
      const kind = killed.includes(code) ? 'reserved' : 'failed';
      const problems = [{ artifact: 'report.json', problem: 'differs' }];
      return [
        ended(kind, code, '', ''),
        ended(kind, code, 'ok\n', ''),
        ended(kind, code, '', 'error\n'),
        ended(kind, code, LONG, LONG),
        ended(kind, code, '{}\n', '', { verdict: 'invalid', status: 'fail', exit: code, problems, notes: ['a note'] }),
      ];
    }),
  ];
}

/** What says nothing but that much was said. */
const LONG = '0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ\n'.repeat(100);
