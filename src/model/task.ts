import { z } from 'zod';
import type { Entry } from '../ports.ts';
import { EventType } from './event.ts';
import { Argv, Duration, Slug } from './units.ts';

/** How the identities and outcomes of tests are read. */
export const ReportKind = z.enum(['node-test', 'pytest', 'junit', 'ctrf']);
export type ReportKind = z.output<typeof ReportKind>;

/** A glob relative to the workspace that cannot leave it. */
export const WorkspaceGlob = z
  .string()
  .min(1)
  .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))(?!.*\\)(?!.*\0)/, 'must be relative to the workspace, with / and without ..')
  .describe('Path or glob relative to the workspace.');

const SourcePath = z
  .string()
  .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))(?!.*\\)(?!.*\0).+$/, 'must be relative to the source, with / and without ..')
  .default('.')
  .describe('Folder of the source that becomes the workspace; `.` is all of it.');

/** Where the workspace starts from, when that is not the folder repo/ of the task. */
export const TaskSource = z.union([
  z.strictObject({
    admission: Slug.describe('Id of the record below admissions/sources/ that lets the source in.'),
    path: SourcePath,
  }),
  z.strictObject({
    owned: Slug.describe('Id of the record below admissions/owned/ by which an owner declared his repository noncritical.'),
    path: SourcePath,
  }),
]);
export type TaskSource = z.output<typeof TaskSource>;

export const VerificationSpec = z.strictObject({
  command: Argv.optional().describe('The test command as argv, no shell. Absent: missing_test_command when required.'),
  required: z.boolean().default(true).describe('Whether a pass needs the command to be run.'),
  report: ReportKind.default('node-test').describe('How test identities are read.'),
  fail_to_pass: z.array(z.string().min(1)).min(1).describe('Tests that fail on the seed and pass with the oracle.'),
  pass_to_pass: z
    .union([z.literal('all'), z.array(z.string().min(1))])
    .default('all')
    .describe("Tests that must stay green; `all`: every other test that the oracle's run shows."),
  timeout: Duration.default('30s').describe('Limit of one run of the command.'),
});
export type VerificationSpec = z.output<typeof VerificationSpec>;

/** `fixtures/<task>/task.yaml`, SPEC section 1. */
export const TaskSpec = z
  .strictObject({
    task: z.literal(1).describe('Schema version.'),
    id: Slug.describe('The name of the folder.'),
    prompt: z.string().min(1).describe('Given to the backend verbatim.'),
    allowed_paths: z.array(WorkspaceGlob).min(1).describe('What the backend may change; everything else is out of bounds.'),
    source: TaskSource.optional().describe('An admitted source in the place of the folder repo/; needed from stage 3 on.'),
    verification: VerificationSpec,
    required_events: z
      .union([z.literal('default'), z.array(EventType).min(1)])
      .default('default')
      .describe('Events that a pass needs, in order.'),
    clean_start: z.boolean().default(true).describe('Whether the source must be clean before the run.'),
    approval: z
      .strictObject({
        required: z.boolean().default(false),
        scope: z.string().min(1).optional().describe('What is agreed to.'),
        mutation_mode: z.string().min(1).optional().describe('How the backend may change things.'),
      })
      .prefault({})
      .describe('Whether somebody has to agree before the backend starts.'),
    review: z
      .strictObject({ required: z.boolean().default(false) })
      .prefault({})
      .describe('Whether a review is needed; a reject always counts.'),
    diff_required: z.boolean().default(true).describe('Whether a claim of success without a difference is no_diff.'),
  })
  .meta({ id: 'task', title: 'Task', description: 'What a backend is asked to do, and how the answer is judged.' });
export type TaskSpec = z.output<typeof TaskSpec>;

/** A task as loaded from its folder. Paths are absolute. */
export interface Task {
  spec: TaskSpec;
  /** The folder `fixtures/<task>`. */
  dir: string;
  /** The seed of the workspace. Of a task with a source: there is nothing before the source was obtained. */
  repoDir: string;
  /** The canonical tests, laid over the workspace root. */
  testsDir: string;
  /** The tests again with wrong expectations, where the task has them. */
  twinsDir: string | undefined;
  /** Every entry of the seed as it was loaded. */
  seed: readonly Entry[];
  /** Text of oracle.patch. */
  oracle: string;
  /** SHA-256 over path and digest of every file of the folder; that of a contract has its source, too. */
  digest: string;
}
