import { createEngine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { type Check, checks, notBuilt, type World } from './health-checks.ts';
import { providerChecks } from './health-provider.ts';
import type { Tone } from './paint.ts';

type State = 'proven' | 'failed' | 'not_built';

interface Answer {
  name: string;
  /** Only a check that ran and held. */
  ok: boolean;
  state: State;
  /** The command that shows the same, or what has to be built first. */
  backed_by: string;
  detail: string;
}

export const health: Command<{ json?: true }> = {
  name: 'health',
  summary: 'Run, for real and at once, the proofs that the whole rests on.',
  about: 'A check that is not built yet is named and is never counted as proven: the whole is ok only where every check is.',
  arguments: [],
  options: [jsonOption],
  exits: {
    [exitCodes.pass]: 'every check is proven',
    [exitCodes.fail]: 'a check failed',
    [exitCodes.blocked]: 'none failed, and at least one is not built yet',
    [exitCodes.sigint]: 'ended by Ctrl-C',
    [exitCodes.sigterm]: 'ended by SIGTERM',
  },
  examples: [
    { line: 'proofgate health --json', shows: '{ok, state, proven, failed, not_built, checks: [{name, ok, state, backed_by, detail}]}' },
  ],

  async run({ options }, io) {
    const answers = [...(await runChecks(io)), ...notBuilt.map(toAnswer)];
    const number = (state: State) => answers.filter(a => a.state === state).length;
    const counts = { proven: number('proven'), failed: number('failed'), not_built: number('not_built') };
    const state = counts.failed > 0 ? 'failed' : counts.not_built > 0 ? 'incomplete' : 'proven';
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

const toAnswer = ({ name, needs }: (typeof notBuilt)[number]): Answer => ({
  name,
  ok: false,
  state: 'not_built',
  backed_by: needs,
  detail: 'nothing of it ran',
});

const tones = { proven: 'green', failed: 'red', not_built: 'yellow' } as const satisfies Record<State, Tone>;

function inWords(
  {
    state,
    proven,
    failed,
    not_built,
    checks: answers,
  }: { state: string; proven: number; failed: number; not_built: number; checks: Answer[] },
  { paint }: Io,
): string {
  const line = (a: Answer) =>
    `${paint(tones[a.state], a.state.padEnd(10))}${a.name}\n          ${paint('dim', a.state === 'not_built' ? `needs ${a.backed_by}` : `${a.detail} · ${a.backed_by}`)}`;
  return [...answers.map(line), '', `${state}: ${proven} proven, ${failed} failed, ${not_built} not built`].join('\n');
}
