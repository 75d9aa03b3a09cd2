import { createEngine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { type Check, checks, type World } from './health-checks.ts';
import { providerChecks } from './health-provider.ts';
import type { Tone } from './paint.ts';

type State = 'proven' | 'failed';

interface Answer {
  name: string;
  /** Only a check that ran and held. */
  ok: boolean;
  state: State;
  /** The command that shows the same. */
  backed_by: string;
  detail: string;
}

export const health: Command<{ json?: true }> = {
  name: 'health',
  summary: 'Run, for real and at once, the proofs that the whole rests on.',
  about: 'The whole is ok only where every check ran and held; one that a signal kept from running is not counted as proven.',
  arguments: [],
  options: [jsonOption],
  exits: {
    [exitCodes.pass]: 'every check is proven',
    [exitCodes.fail]: 'a check failed',
    [exitCodes.blocked]: 'none failed, and not every one was run',
    [exitCodes.sigint]: 'ended by Ctrl-C',
    [exitCodes.sigterm]: 'ended by SIGTERM',
  },
  examples: [{ line: 'proofgate health --json', shows: '{ok, state, proven, failed, checks: [{name, ok, state, backed_by, detail}]}' }],

  async run({ options }, io) {
    const answers = await runChecks(io);
    const number = (state: State) => answers.filter(a => a.state === state).length;
    const counts = { proven: number('proven'), failed: number('failed') };
    const all = checks.length + providerChecks.length;
    const state = counts.failed > 0 ? 'failed' : counts.proven < all ? 'incomplete' : 'proven';
    const whole = { ok: state === 'proven', state, ...counts, checks: answers };
    io.print(options.json ? asJson(whole) : inWords(whole, io));
    return { proven: exitCodes.pass, failed: exitCodes.fail, incomplete: exitCodes.blocked }[state];
  },
};

/** One after the other, in a folder that is thrown away; what is calibrated once serves them all. */
async function runChecks(io: Io): Promise<Answer[]> {
  await using scratch = await io.ports.files.scratch('proofgate-health-');
  const world: World = { io, out: scratch.path, engine: await createEngine(io.project.root, io.ports) };
  const answers: Answer[] = [];
  for (const check of [...checks, ...providerChecks]) {
    if (io.signal.aborted) break;
    answers.push(await runCheck(check, world));
  }
  return answers;
}

async function runCheck({ name, backedBy, run }: Check, world: World): Promise<Answer> {
  const { ok, saw } = await run(world).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, saw: error.message };
  });
  return { name, ok, state: ok ? 'proven' : 'failed', backed_by: backedBy, detail: saw };
}

const tones = { proven: 'green', failed: 'red' } as const satisfies Record<State, Tone>;

function inWords(
  { state, proven, failed, checks: answers }: { state: string; proven: number; failed: number; checks: Answer[] },
  { paint }: Io,
): string {
  const line = (a: Answer) =>
    `${paint(tones[a.state], a.state.padEnd(10))}${a.name}\n          ${paint('dim', `${a.detail} · ${a.backed_by}`)}`;
  return [...answers.map(line), '', `${state}: ${proven} proven, ${failed} failed`].join('\n');
}
