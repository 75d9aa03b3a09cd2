import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { LEDGER, LedgerEntry } from '../model/ledger.ts';
import type { Plan } from '../model/plan.ts';
import type { Files } from '../ports.ts';
import { CANDIDATE } from './keys.ts';
import { idOf } from './resolved.ts';
import { backendOf, DEFAULT_STAGE, type Scenario } from './scenario.ts';
import type { ScenarioSpec } from './schema.ts';

/** Whether a scenario is about whoever asks to be promoted, and not about one backend. */
export const isOfCandidate = (spec: ScenarioSpec): boolean => backendOf(spec).id === CANDIDATE;

/** Who runs the scenario of a candidate, and in which world. */
export interface Standing {
  backend: { id: string };
  /** Laid over the environment of the harness. */
  env: Readonly<Record<string, string>>;
  /** `promoted`: nobody asked, so that the stage before is assumed. It stands in the contract, and such a pass counts for nothing. */
  priorStage: Plan['given']['prior_stage'];
}

/** What a run has from whoever starts the suite: switches, executables, endpoints, keys. The model is that of the challenge. */
const OF_THE_CANDIDATE = /^CTO_HARNESS_(?!CASE_MODEL(_PROVIDER)?$)/;

/**
 * The backend behind `backend: candidate`: that of the challenge which this suite answers. What no challenge asks for is a rehearsal, and
 * the fake backend stands in.
 *
 * @throws {UserError} for a challenge that cannot be read, and for one of a backend that is no candidate
 */
export async function standingOf(
  scenario: Scenario,
  { project, nonce, env }: { project: string; nonce: string; env: Readonly<Record<string, string | undefined>> },
  files: Files,
): Promise<Standing> {
  const challenge = await challengeOf(nonce, project, files);
  if (!challenge || !asksFor(challenge, scenario)) {
    const isFirst = (scenario.spec.stage ?? DEFAULT_STAGE) === 1;
    return { backend: { id: 'fake' }, env: {}, priorStage: isFirst ? 'none' : 'promoted' };
  }
  const { backend: id, model } = challenge;
  if (id === 'command') {
    const hint = 'a candidate is a backend that is one by itself: fake, case, pi; proofgate new backend NAME makes another';
    throw new UserError(scenario.problem(['backend'], 'backend: the challenge is about command, which is whatever a scenario names', hint));
  }
  const outside = Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined && OF_THE_CANDIDATE.test(one[0]));
  const ofModel = model ? { CTO_HARNESS_CASE_MODEL_PROVIDER: model.provider, CTO_HARNESS_CASE_MODEL: model.id } : {};
  return { backend: { id }, env: { ...Object.fromEntries(outside), ...ofModel }, priorStage: 'none' };
}

/** How many scenarios of a suite are rehearsals: those of the candidate that no challenge asks for. */
export async function countRehearsals(
  scenarios: readonly Scenario[],
  { nonce, project }: { nonce: string; project: string },
  files: Files,
): Promise<number> {
  const own = scenarios.filter(({ spec }) => isOfCandidate(spec));
  if (own.length === 0) return 0;
  try {
    const challenge = await challengeOf(nonce, project, files);
    return own.filter(scenario => !challenge || !asksFor(challenge, scenario)).length;
  } catch (error) {
    // each scenario of the candidate says so at its place
    if (error instanceof UserError) return 0;
    throw error;
  }
}

/** By the id alone: another version of it is the candidate's too, and the gate refuses it. */
const asksFor = ({ scenarios }: LedgerEntry, scenario: Scenario): boolean => scenarios.some(({ id }) => id === idOf(scenario));

/** The entry of the ledger that asked for this nonce, as the project has it; undefined where nobody did. */
async function challengeOf(nonce: string, project: string, files: Files): Promise<LedgerEntry | undefined> {
  const dir = join(project, LEDGER);
  if ((await files.stat(dir))?.kind !== 'dir') return undefined;
  const [name, second] = (await files.list(dir)).filter(one => /^\d{6}-/.test(one) && one.slice(7) === `${nonce}.json`);
  if (name === undefined) return undefined;
  const at = `${LEDGER}/${name}`;
  const refuse = (message: string) => new UserError({ at, message, hint: 'restore it from the history of git, or issue a new challenge' });
  if (second !== undefined) throw refuse(`and ${second} are of one nonce: which of them this suite answers cannot be said`);
  const entry = LedgerEntry.safeParse(parsed(await files.readText(join(dir, name)))).data;
  if (entry?.nonce !== nonce) throw refuse('is no challenge: who runs backend: candidate cannot be said');
  return entry;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keys that would make it no ordinary world, or say who the candidate is. */
export function candidateMistakes({ given = {}, model, env }: ScenarioSpec): { path: string[]; message: string; hint: string }[] {
  const { mutate: _ofVerify, ...world } = given;
  const hint = 'leave it out; null takes back what a default says';
  return [
    ...Object.keys(world).map(key => ({
      path: ['given', key],
      message: `given.${key}: has no meaning for the backend candidate, whose world is an ordinary one`,
      hint,
    })),
    ...(model
      ? [{ path: ['model'], message: 'model: has no meaning for the backend candidate: the challenge names its model', hint }]
      : []),
    ...(env
      ? [
          {
            path: ['env'],
            message: 'env: has no meaning for the backend candidate, which has the switches of whoever starts the suite',
            hint,
          },
        ]
      : []),
  ];
}
