import { z } from 'zod';
import { BlockerCode } from './blocker.ts';
import { ContainmentLevel } from './plan.ts';
import { Argv, Sha256, Slug, Stage, stageNames } from './units.ts';

const Line = z.string().min(1).max(500);

/** A path or glob that cannot leave the folder that it is relative to. */
const Below = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))(?!.*\\)(?!.*\0)/, 'must be relative, with / and without ..');

const Switches = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable'), z.string().min(1).max(200));

/**
 * `admissions/stages/<n>-<slug>.yaml`: one rung of the ladder, CTO-WORK-008 and SPEC section 10. What a run may change there, what has
 * to be there first, what has to be proven, and what opens the next rung. A record can ask for more than the engine asks by itself, never for less.
 */
export const StageRecord = z
  .strictObject({
    stage: z.literal(1).describe('Schema version.'),
    number: Stage.describe('The rung.'),
    name: Line.describe('Its name, as everywhere else.'),
    mutation_scope: Line.describe('What may be changed at this stage; everything else is forbidden.'),
    mutation_mode: Line.describe('How it may be changed: what an approval agrees to, and what the eligibility decision allows.'),
    risk_class: z.enum(['artificial', 'copied', 'owned']).describe('What a mistake could reach.'),
    entry: z
      .strictObject({
        prior_stage: z
          .enum(['none', 'promoted'])
          .describe('`promoted`: the stage before has a valid promotion for the same backend and model.'),
        switches: z
          .record(Slug, Switches)
          .default({})
          .describe(
            'By backend: variables of the harness and the value that each must have. They come on top of what the backend itself asks for.',
          ),
      })
      .describe('What must be true before a run starts.'),
    containment: ContainmentLevel.exclude(['none']).describe('The level that a run needs; a lower one is containment_unavailable.'),
    approval: z
      .strictObject({
        required: z.boolean().describe('Whether somebody has to agree before the backend starts, also where the task does not ask for it.'),
        scope: Line.describe('What is agreed to, where the task does not say it.'),
      })
      .describe('Approval by a person.'),
    required_artifacts: z
      .array(Below)
      .min(1)
      .describe('Paths or globs of a bundle: each has to match a file of every run whose backend was started.'),
    required_scenarios: z
      .array(Below)
      .min(1)
      .describe('What has to be green: globs of scenario files relative to scenarios/, or `<file>#<title>` of one scenario.'),
    required_for: z
      .record(Slug, z.array(Below).min(1))
      .default({})
      .describe('By backend: what has to be green besides, in the same words.'),
    validator: Argv.describe('The command that shows whether the required scenarios are green.'),
    failure_modes: z.array(BlockerCode).min(1).describe('Blockers that a run of this stage can end with; each is proven by a scenario.'),
    escalation: Line.describe('Who decides where a run is refused.'),
    promotion: Line.describe('What has to be true for the gate to open.'),
    core_promotion_status: z.literal('not-promoted').describe('The record of a stage promotes nothing.'),
    notice: Line.describe('What it does not authorize.'),
    last_reviewed: z.iso.date().describe('When somebody last read it and agreed.'),
    review_after_days: z.int().min(1).max(366).describe('After so many days it has to be read again.'),
  })
  .superRefine((record, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (record.name !== stageNames[record.number])
      refuse(['name'], `must be "${stageNames[record.number]}", the name of stage ${record.number}`);
    const prior = record.number === 1 ? 'none' : 'promoted';
    if (record.entry.prior_stage !== prior) refuse(['entry', 'prior_stage'], `must be ${prior} at stage ${record.number}`);
  })
  .meta({
    id: 'stage',
    title: 'Stage record',
    description: 'One rung of the ladder: what may be changed, what is needed, what opens the next.',
  });
export type StageRecord = z.output<typeof StageRecord>;

/** A record as it was read. */
export interface ReadStage {
  record: StageRecord;
  /** Where it stands, relative to the project or, where the project has none, to proofgate. */
  file: string;
  /** SHA-256 of its bytes: a promotion lapses when it changes. */
  sha256: z.output<typeof Sha256>;
}
