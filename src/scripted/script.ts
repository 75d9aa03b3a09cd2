import { z } from 'zod';
import { EnvelopeStatus, Findings, Rubric, rubricCategories } from './envelope.ts';

/** Who asks a model: the harness's own probe, or an agent in one of its roles. Only Case has other roles than the implementer. */
export const roles = ['probe', 'implementer', 'verifier', 'reviewer', 'closer', 'retrospective'] as const;
export type Role = (typeof roles)[number];

/** More than this is no cut any more. */
const MAX_CUT = 1_000_000;

const text = z.string().min(1);
const minTokens = z
  .int()
  .min(2)
  .max(1_000_000)
  .optional()
  .describe('The content comes after so many tokens of reasoning: a request that allows fewer gets the reasoning alone.');

const model = text.max(128).optional().describe('The model that the reply says it is from; default: the one that was asked.');

/** A reply that has content, which can be delayed, and can be of somebody else. */
const content = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ ...shape, min_tokens: minTokens, model });

/** What a scripted model can reply, one reply a map; its key names it (SPEC section 2). */
export const Reply = z.union([
  content({ text: text.describe('The text.') }).describe('Text, and nothing else.'),
  z.strictObject({ reasoning: text.describe('What it thinks.') }).describe('Reasoning without any content.'),
  content({
    tool: z
      .strictObject({
        name: text.describe('Name of the tool.'),
        args: z.record(z.string(), z.unknown()).optional().describe('Its arguments; default: none.'),
      })
      .describe('The call.'),
  }).describe('A tool call, whether or not the tool was offered.'),
  content({ apply: z.literal('oracle').describe('oracle.') }).describe(
    "The calls of the tool `write` that make the known good change, all in one reply: contents from the task's oracle.patch.",
  ),
  content({ commit: text.describe('Message of the commit.') }).describe('A call of the tool `bash` that commits everything but `.case/`.'),
  content({
    envelope: EnvelopeStatus,
    rubric: Rubric.optional(),
    findings: Findings.optional(),
    summary: text.optional().describe('What it says of itself; default: that it is scripted.'),
  })
    .refine(({ envelope, rubric, findings, summary }) => envelope !== 'malformed' || !(rubric ?? findings ?? summary), {
      error: 'a malformed envelope has nothing else in it, so not both',
    })
    .describe('The AGENT_RESULT of Case, with the rubric of the role: every category passes unless `rubric` says otherwise.'),
  z
    .strictObject({ status: z.literal([401, 429, 500]).describe('The HTTP status.') })
    .describe('An error of the provider instead of an answer; 429 with retry-after: 1.'),
  z
    .strictObject({ refuse: z.literal(true).describe('true.') })
    .describe(
      'Nothing listens any more, from the moment on at which the reply before is out; as first reply of the probe: from the start.',
    ),
  z.strictObject({ hang: z.literal(true).describe('true.') }).describe('No byte of an answer, and the connection stays open.'),
  z
    .strictObject({ cut: z.int().min(0).max(MAX_CUT).describe('Bytes of the body that come.') })
    .describe('A text that is cut off: status 200, so many bytes, and the connection is gone.'),
]);
export type Reply = z.output<typeof Reply>;

const Replies = z.array(Reply).min(1);
const ofRole = (whose: string) => Replies.optional().describe(`Replies to ${whose}.`);

/** `model.script`: what the model says, in order, by the role that asks. Each request takes the next reply, across conversations; the last repeats. */
export const ModelScript = z
  .union([
    Replies,
    z
      .strictObject({
        probe: ofRole('the probe of the response shape; default: a plain text'),
        implementer: ofRole('whoever makes the change'),
        verifier: ofRole('the verifier of Case; default: a clean envelope'),
        reviewer: ofRole('the reviewer of Case; default: a clean envelope'),
        closer: ofRole('the closer of Case; default: a clean envelope'),
        retrospective: ofRole('the retrospective of Case; default: a clean envelope'),
      })
      .refine(map => Object.keys(map).length > 0, { error: 'says nothing', abort: true }),
  ])
  .meta({ id: 'model-script', description: 'Replies of a scripted model: a list for the implementer, or a map from role to list.' });
export type ModelScript = z.output<typeof ModelScript>;

/** The list of each role that the script names; a list alone is that of the implementer. */
export const listsOf = (script: ModelScript): Partial<Record<Role, readonly Reply[]>> =>
  Array.isArray(script) ? { implementer: script } : (script as Partial<Record<Role, readonly Reply[]>>);

/** A part of a script that its role cannot say. */
export interface Misfit {
  /** From the root of the script. */
  path: readonly (string | number)[];
  message: string;
  hint: string;
}

/** What the schema cannot say: rubric and findings belong to the role that gives them. */
export function misfitsOf(script: ModelScript): Misfit[] {
  const replies = roles.flatMap(role =>
    (listsOf(script)[role] ?? []).map((reply, i) => ({ role, reply, path: Array.isArray(script) ? [i] : [role, i] })),
  );
  return replies.flatMap(({ role, reply, path }): Misfit[] => {
    if (!('envelope' in reply)) return [];
    const known: readonly string[] = rubricCategories[role] ?? [];
    const strangers = Object.keys(reply.rubric ?? {}).filter(category => !known.includes(category));
    const hint = known.length > 0 ? `Known here: ${known.join(', ')}.` : 'Only verifier and reviewer judge by a rubric.';
    return [
      ...strangers.map(category => ({ path: [...path, 'rubric', category], message: `${category} is no category of the ${role}`, hint })),
      ...(reply.findings && role !== 'reviewer'
        ? [{ path: [...path, 'findings'], message: `has no meaning for the ${role}`, hint: 'only the reviewer has findings' }]
        : []),
    ];
  });
}
