import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatProblem, UserError } from './errors.ts';
import { type GateKill, greenEvidence, renderGateKills, runGateFaults } from './honesty/gate.ts';
import { runHonesty, type Options } from './honesty/run.ts';
import { exitCodes } from './model/exit.ts';
import { nodePorts } from './node/ports.ts';
import { judgeScenario } from './scenario/judging.ts';
import { aGateRoom } from './testing/gate-room.ts';
import { verifyBundle } from './verify/verify.ts';

/**
 * `npm run honesty`: would a lie be noticed? Judged is what a suite left, nothing is run again. Not part of the package.
 * Ends with 0 where every mutant was killed and there was something to try, with 1 otherwise.
 *
 *   node src/honesty.ts [--sample N] [--seed S] [--suite DIR] [--all] [--only ID]
 *   node src/honesty.ts --gate: every single fault in green evidence of a gate, and what it says of each; takes some minutes
 */

const isLive = process.stderr.isTTY && process.env.TERM !== 'dumb' && !process.env.CI;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.problems.map(formatProblem).join('\n')}\n`);
  return exitCodes.usage;
});

async function main(argv: readonly string[]): Promise<number> {
  const project = join(import.meta.dirname, '..');
  let shown = '';
  const clear = () => {
    if (shown !== '') process.stderr.write(`\r${' '.repeat(shown.length)}\r`);
    shown = '';
  };
  const output = {
    print(text: string) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    progress(text: string) {
      if (!isLive || text === shown) return;
      clear();
      process.stderr.write(text);
      shown = text;
    },
  };
  if (parsed(argv).gate === true) return gateTable(output.print, output.progress);
  return runHonesty(project, optionsOf(argv), { judge: judgeScenario, verify: verifyBundle }, output, nodePorts());
}

/** Prints what the gate says of every fault. */
async function gateTable(print: (text: string) => void, progress: (text: string) => void): Promise<number> {
  await using room = await aGateRoom();
  progress('green evidence');
  const nonce = await greenEvidence(room);
  const kills: GateKill[] = [];
  for await (const kill of runGateFaults(room, nonce)) {
    kills.push(kill);
    progress(`${kills.length}: ${kill.fault.what}`);
  }
  print(renderGateKills(kills));
  return kills.length > 0 && kills.every(({ killed }) => killed) ? exitCodes.pass : exitCodes.fail;
}

/** @throws {UserError} for what is no option of this program */
function optionsOf(argv: readonly string[]): Options {
  const { sample, seed, suite, all, only } = parsed(argv);
  return {
    sample: sample === undefined ? undefined : countOf('--sample', sample, 1),
    seed: seed === undefined ? 1 : countOf('--seed', seed, 0),
    suite: suite === undefined ? undefined : resolve(suite),
    everyByte: all === true,
    only,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        sample: { type: 'string' },
        seed: { type: 'string' },
        suite: { type: 'string' },
        all: { type: 'boolean' },
        only: { type: 'string' },
        gate: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const hint = 'node src/honesty.ts [--sample N] [--seed S] [--suite DIR] [--all] [--only ID] [--gate]';
    throw new UserError({ at: 'honesty', message: (error as Error).message, hint }, { cause: error });
  }
}

function countOf(flag: string, text: string, least: number): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text) && count >= least) return count;
  throw new UserError({ at: flag, message: `"${text}" is no whole number from ${least} on`, hint: `write ${flag} 10` });
}
