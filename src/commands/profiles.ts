import { UserError } from '../errors.ts';
import { type Given } from '../model/plan.ts';
import type { Stage } from '../model/units.ts';
import { didYouMean } from '../suggest.ts';

/** A run that has a name: what somebody would otherwise set by hand, and nothing that is given at run time. */
export interface Profile {
  name: string;
  summary: string;
  backend: string;
  /** Taken where the command line names none. */
  task: string;
  stage: Stage;
  /** Switches that are set for this run; what the environment says already stands, and its gate decides. */
  switches: Readonly<Record<string, string>>;
  /** Variables that say what the profile is about; the environment may not say otherwise. */
  model: Readonly<Record<string, string>>;
  /** What is assumed of the world. It stands in the contract, and such a run is never evidence for a promotion. */
  given: Partial<Given>;
  /** The same for a person. */
  assumes: string;
}

/** Adding a profile is one entry here. Endpoints and keys are no part of any. */
export const profiles: readonly Profile[] = [
  {
    name: 'case-qwen-loop',
    summary: 'the whole loop of WorkOS Case with the local model qwen3.6-35b-a3b (case-qwen-loop.sh of the seeds)',
    backend: 'case',
    task: 'r1-string-slugify',
    stage: 2,
    switches: { CTO_HARNESS_ALLOW_CASE: '1', CTO_HARNESS_CASE_STAGE: '2' },
    model: { CTO_HARNESS_CASE_MODEL_PROVIDER: 'qwen-local', CTO_HARNESS_CASE_MODEL: 'qwen3.6-35b-a3b' },
    given: { prior_stage: 'promoted' },
    assumes: 'that stage 1 was promoted; given.prior_stage says so in the contract, and nothing is promoted by such a run',
  },
];

/** @throws {UserError} with the nearest known name */
export function findProfile(name: string): Profile {
  const found = profiles.find(profile => profile.name === name);
  if (found) return found;
  const known = profiles.map(profile => profile.name);
  throw new UserError({
    at: '--profile',
    message: `no profile is called "${name}"`,
    hint: `${didYouMean(name, known)}Profiles: ${known.join(', ')}.`,
  });
}

/** What the command line may say beside a profile without contradicting it. */
interface Beside {
  backend?: string;
  command?: string;
  fake?: string;
  stage?: Stage;
}

/**
 * The environment of a run with this profile.
 * @throws {UserError} where the command line or the environment asks for something else than the profile is about
 */
export function profileEnvironment(profile: Profile, beside: Beside, env: Readonly<Record<string, string>>): Record<string, string> {
  const fixed: Beside = { backend: profile.backend, stage: profile.stage };
  const stray = (['backend', 'command', 'fake', 'stage'] as const).find(key => beside[key] !== undefined && beside[key] !== fixed[key]);
  if (stray !== undefined) {
    throw new UserError({
      at: `--${stray}`,
      message: `contradicts the profile ${profile.name}: ${profile.backend} at stage ${profile.stage}`,
      hint: 'Leave out one of the two.',
    });
  }
  for (const [name, value] of Object.entries(profile.model)) {
    if (env[name] === undefined || env[name] === value) continue;
    throw new UserError({
      at: name,
      message: `is ${JSON.stringify(env[name])} in the environment, and the profile ${profile.name} is about ${value}`,
      hint: `Unset ${name}, or leave out --profile.`,
    });
  }
  return { ...profile.switches, ...profile.model, ...env };
}
