import { z } from 'zod';
import { Age, Policy } from '../model/policy.ts';
import { Slug, Stage } from '../model/units.ts';
import { changes, isOneChange, oneChange } from './mutation.ts';
import { overlayOf } from './overlay.ts';

const Text = z.string().min(1);

/** Whose key it is that signs the suite. */
const Signer = z.enum(['runner', 'approver', 'nobody']);

/** What the gate of a scenario is asked, and over what. */
export const GateSpec = z
  .strictObject({
    stage: Stage.describe('The stage that is asked for.'),
    backend: Slug.optional().describe('Who asks; with the executable and the model that the first evidence would be run with.'),
    model: z
      .strictObject({ provider: Text.describe('Who offers it.'), id: Text.describe('Its name.') })
      .optional()
      .describe('The model of the challenge, where it is not that of the evidence.'),
    evidence: z
      .array(Text)
      .min(1)
      .describe('The scenarios that the stage requires there: a name of this file, or `FILE#title` as everywhere. They are really run.'),
    policy: overlayOf(Policy).optional().describe('Laid over the policy of the project, or over one that is made where there is none.'),
    signed_by: Signer.optional().describe('Whose key signs what was run; default: that of a runner.'),
    after: Age.optional().describe('How long after its evidence the gate decides.'),
    again: z.literal(true).optional().describe('The gate decided on this evidence before, as it was before anything was spoilt.'),
    mutate: z
      .strictObject({
        file: z
          .string()
          .regex(
            /^@(bundle|suite|base)\/(?!\/)(?!(.*\/)?\.\.(\/|$)).+$|^@(result|statement|challenge)$/,
            'must be @bundle/FILE, @suite/FILE, @base/FILE, @result, @statement or @challenge',
          )
          .describe(
            'The file: of the `@bundle/` or the `@suite/`, the `@result` or the `@statement` of a scenario, the `@challenge`, or what the protected branch has (`@base/`, relative to the project).',
          ),
        of: Text.optional().describe('Whose bundle, result or statement, as `evidence` names it; default: the first.'),
        ...changes,
        then_signed: z.literal(true).optional().describe('The runner signs it so; otherwise it is spoilt after the runner signed.'),
      })
      .refine(isOneChange, oneChange)
      .optional()
      .describe('The one thing that is spoilt before the gate is asked.'),
  })
  .meta({ id: 'gate', description: 'What a gate decides over: evidence of a challenge, in a git repository that is made for it.' });
export type GateSpec = z.output<typeof GateSpec>;
