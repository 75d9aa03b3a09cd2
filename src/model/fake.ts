import { z } from 'zod';
import { Duration } from './units.ts';

const text = z.string();
const path = z.string().min(1).describe('Relative to the workspace, absolute, or below @protected/, @target/ or @bundle/.');
const one = <K extends string, S extends z.ZodType>(key: K, schema: S, rest: Record<string, z.ZodType> = {}) =>
  z.strictObject({ [key]: schema, ...rest } as { [P in K]: S });

/** What the fake backend can do, one action a map, in order; nothing is implied (SPEC section 2). */
export const FakeAction = z.union([
  one('plan', z.array(text).min(1).describe('Its steps.')).describe('States a plan: emits plan.updated.'),
  z
    .strictObject({
      write: path,
      text: text.optional().describe('What it then holds.'),
      bytes: z.int().nonnegative().optional().describe('How many bytes, each an x, it then holds.'),
    })
    .refine(a => a.text === undefined || a.bytes === undefined, 'takes text or bytes, not both')
    .describe('Writes a file (neither text nor bytes: an empty one): emits patch.applied.'),
  one('patch', path).describe('Applies a unified diff, -p1, named relative to the scenario file: emits patch.applied.'),
  one('oracle', z.literal(true).describe('true.')).describe("Applies the task's oracle.patch: emits patch.applied."),
  one('delete', path).describe('Deletes a file or folder: emits patch.applied.'),
  one('rename', z.tuple([path, path]).describe('From and to.')).describe('Renames: emits patch.applied.'),
  one('link', z.tuple([text.min(1), path]).describe('Target, as it is written into the link, and path of the link.')).describe(
    'Makes a symbolic link [target, path]: emits patch.applied.',
  ),
  one('run', z.tuple([text.min(1)], text).describe('Program and arguments; no shell.')).describe(
    'Runs a program in the workspace; emits nothing.',
  ),
  one('commit', text.min(1).describe('Message of the commit.')).describe('Commits everything in the workspace.'),
  one('sleep', Duration).describe('Waits.'),
  z
    .strictObject({
      print: text.describe('The line.'),
      to: z.enum(['stdout', 'stderr']).optional().describe('Where to; default: stdout.'),
    })
    .describe('Prints a line.'),
  one(
    'emit',
    z
      .strictObject({
        type: text.min(1).describe("Type of the event; one that is the harness's own stays a claim."),
        data: z.record(text, z.unknown()).optional().describe('Its data.'),
      })
      .describe('The event.'),
  ).describe('Emits an event of any type.'),
  one(
    'ask_approval',
    z
      .strictObject({
        scope: text.min(1).describe('What the approval is about.'),
        mutation_mode: text.min(1).describe('How the change would be made.'),
      })
      .describe('What is asked.'),
  ).describe('Asks for approval and waits for the answer.'),
  one(
    'review',
    z
      .strictObject({
        verdict: z.enum(['approve', 'reject']).describe('A reject always counts.'),
        reason: text.optional().describe('Why.'),
      })
      .describe('The review.'),
  ).describe("Gives the verdict of the backend's reviewer."),
  one('claim', z.enum(['completed', 'failed', 'blocked']).describe('The result.')).describe('Claims a result.'),
  one('exit', z.int().min(0).max(255).describe('The exit code.')).describe('Ends with this exit code.'),
  one('signal', z.enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGSEGV', 'SIGABRT']).describe('The signal.')).describe('Ends by this signal.'),
]);
export type FakeAction = z.output<typeof FakeAction>;

/** The built-in script: the default of the fake backend and of the same-run baseline. */
export const defaultFakeScript: readonly FakeAction[] = [
  { plan: ['apply the known good answer'] },
  { oracle: true },
  { claim: 'completed' },
];
