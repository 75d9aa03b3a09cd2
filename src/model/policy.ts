import { z } from 'zod';
import { modelName } from './ledger.ts';
import { KeyId, Slug, Stage } from './units.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a valid age (`30m`, `12h`, `90d`). */
export function ageMs(text: string): number {
  const [, count = '0', unit = 'm'] = /^(\d+)([mhd])$/.exec(text) ?? [];
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** An age such as 30m, 12h or 90d. */
export const Age = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[mhd]$/, 'must be an age such as 30m, 12h or 90d')
  .refine(text => ageMs(text) <= 366 * UNIT_MS.d, 'must be at most 366d');

/** The text of a regular expression, read without regard to case. */
const Pattern = z.string().min(1).max(200).refine(isPattern, 'is no regular expression');

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * `admissions/policy.yaml`: who may sign, how old evidence may be, and what is never promoted. A gate reads it from the protected base
 * and from nowhere else; its digest stands in every challenge and decision.
 */
export const Policy = z
  .strictObject({
    policy: z.literal(1).describe('Schema version.'),
    notice: z.string().min(1).max(500).describe('What it does not authorize.'),
    expires_at: z.iso.datetime({ offset: true }).describe('RFC 3339. From this instant on nothing is promoted under it.'),
    runner_keys: z.array(KeyId).describe('Whose statements about runs count; without any nothing is promoted.'),
    approver_keys: z.array(KeyId).describe('Who may sign a decision. None of them is a runner.'),
    max_age: z
      .strictObject({
        challenge: Age.describe('From the challenge to the decision.'),
        suite: Age.describe('From the first run of the suite to the decision.'),
        run: Age.describe('From the end of a run to the decision.'),
        admission: Age.describe(
          'From the day on which a record was made (of a model, an executable, a source, an owner, a comparison) to the decision.',
        ),
        promotion: Age.describe('How long a promotion holds, where nothing that it rests on expires before.'),
      })
      .describe('How old each input of a decision may be, by the clock of the gate.'),
    calibration_times: z.int().min(3).max(100).describe('How often the gate tries seed and oracle of each task again.'),
    exempt: z.record(Slug, Stage).describe('Backend to the highest stage for which the earlier one need not be promoted.'),
    denied_models: z.array(Pattern).describe('Names of models that say nothing about what answers, such as latest.'),
    hosts: z.enum(['one', 'any']).describe('one: all runs of a suite are of one machine; any: shards may be of several.'),
  })
  .superRefine(({ runner_keys: runners, approver_keys: approvers }, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const [name, keys] of Object.entries({ runner_keys: runners, approver_keys: approvers })) {
      keys.forEach((key, i) => keys.indexOf(key) < i && refuse([name, i], 'is named twice: one key is one signer'));
    }
    approvers.forEach(
      (key, i) => runners.includes(key) && refuse(['approver_keys', i], 'is a runner: nobody approves what they ran themselves'),
    );
  })
  .meta({ id: 'policy', title: 'Policy', description: 'What the gate asks of evidence, and whose word counts.' });
export type Policy = z.output<typeof Policy>;

/** The pattern of a policy that a model falls under, or undefined. */
export function deniedBy({ denied_models }: Pick<Policy, 'denied_models'>, model: { provider: string; id: string }): string | undefined {
  return denied_models.find(pattern => [model.id, modelName(model)].some(name => new RegExp(pattern, 'iu').test(name)));
}
