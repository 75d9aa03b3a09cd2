import { commands } from '../commands/index.ts';
import { parseCommandLine } from '../commands/parser.ts';
import { findProject } from '../commands/project.ts';
import { formatProblem, UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { nodePorts } from '../node/ports.ts';
import type { Ports } from '../ports.ts';

/** What the command line ended with and said. */
export interface Said {
  exit: number;
  out: string;
  err: string;
}

/** The command line in this process, in that folder: the same commands, without the price of a process. */
export async function commandLine(cwd: string, argv: readonly string[], { ports = quietPorts() }: { ports?: Ports } = {}): Promise<Said> {
  const said = { out: '', err: '' };
  const print = (text: string) => void (said.out += `${text}\n`);
  const note = (text: string) => void (said.err += `${text}\n`);
  try {
    const chosen = parseCommandLine(argv, { version: '0.0.0', commands, print });
    const io = {
      ports,
      cwd,
      project: await findProject(cwd, ports.files),
      signal: new AbortController().signal,
      print,
      note,
      paint: plain,
      live: false,
    };
    const exit = (await chosen?.(io)) ?? 0;
    return { exit, ...said };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(error.problems.map(formatProblem).join('\n'));
    return { exit: exitCodes.usage, ...said };
  }
}

const plain = (_tone: unknown, text: string): string => text;

/** The real world without what the machine's environment says; nobody's CI is asked. */
export const quietPorts = (env: Record<string, string> = {}): Ports =>
  nodePorts({ PATH: process.env['PATH'], HOME: process.env['HOME'], ...env });
