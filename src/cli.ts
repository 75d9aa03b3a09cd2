#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from './commands/command.ts';
import { formatProblem, UserError } from './errors.ts';
import { exitCodes } from './model/exit.ts';
import { exitAfter, stopOnSignals } from './signals.ts';

/** The entry of the command line: argv → command → exit code. Nothing else reads process.argv or sets process.exitCode. */

const { engines, version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
  engines: { node: string };
  version: string;
};

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

// What is thrown where nobody waits for it is a bug as well.
process.once('uncaughtException', error => process.exit(explainError(error)));
process.exitCode = await main(process.argv.slice(2)).catch(explainError);

async function main(argv: readonly string[]): Promise<number> {
  forgiveClosedPipes();
  requireNode();
  // Loaded only now: an older Node cannot even read these files, and would not get to say so.
  const { parseCommandLine } = await import('./commands/parser.ts');
  const { commands } = await import('./commands/index.ts');
  const chosen = parseCommandLine(argv, { version, commands, print });
  if (!chosen) return exitCodes.pass;

  const { signal } = stopOnSignals();
  return exitAfter(await chosen(await makeIo(signal)), signal);
}

async function makeIo(signal: AbortSignal): Promise<Io> {
  const { findProject } = await import('./commands/project.ts');
  const { paintFor } = await import('./commands/paint.ts');
  const { nodePorts } = await import('./node/ports.ts');
  const ports = nodePorts();
  const cwd = process.cwd();
  return {
    ports,
    cwd,
    project: await findProject(cwd, ports.files),
    signal,
    print,
    note,
    paint: paintFor(process.stdout),
    ask: process.stdin.isTTY && process.stderr.isTTY && !process.env.CI ? askAtTerminal : undefined,
    live: process.stderr.isTTY && process.env.TERM !== 'dumb' && !process.env.CI,
  };
}

/** On stderr: stdout is for results. */
async function askAtTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  using terminal = createInterface({ input: process.stdin, output: process.stderr });
  return await terminal.question(question, { signal });
}

function requireNode(): void {
  const [least = 0] = engines.node.match(/\d+/g)?.map(Number) ?? [];
  if (Number(process.versions.node.split('.')[0]) >= least) return;
  throw new UserError({
    message: `proofgate needs Node ${least} or newer, this is ${process.versions.node}`,
    hint: 'Put a newer Node first on the PATH; the package called node on npm brings one.',
  });
}

/** Whoever reads the output may stop reading, as `head` does; the run and its exit code are not affected. */
function forgiveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

function explainError(error: unknown): number {
  if (error instanceof UserError) {
    note(error.problems.map(formatProblem).join('\n'));
    return exitCodes.usage;
  }
  note(`this is a bug in proofgate ${version}, please report it with the lines below`);
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.bug;
}
