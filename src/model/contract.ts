import { z } from 'zod';
import { EventType } from './event.ts';
import { HandoverKind } from './handover.ts';
import { ContainmentLevel } from './plan.ts';
import { ReportKind, TaskSource } from './task.ts';
import { Argv, Sha256, Stage } from './units.ts';

/** A program that a contract names, resolved once on the harness's PATH. */
export const Program = z.strictObject({
  name: z.string(),
  path: z.string().describe('Absolute, links followed.'),
  version: z.string().nullable(),
});
export type Program = z.output<typeof Program>;

/** task.contract.json: the task with everything optional resolved. What stands here is what is judged. */
export const Contract = z
  .strictObject({
    schema: z.literal('proofgate/task-contract/1'),
    run_id: z.string(),
    nonce: z.string(),
    task: z.strictObject({
      id: z.string(),
      digest: Sha256.describe('Over every file of the task folder, and of its source.'),
      source: TaskSource.nullable().describe('The admitted source of the workspace; null: the task has its own folder.'),
      prompt: z.string(),
      allowed_paths: z.array(z.string()),
      diff_required: z.boolean(),
      clean_start: z.boolean(),
      review_required: z.boolean(),
      approval: z.strictObject({ required: z.boolean(), scope: z.string(), mutation_mode: z.string() }),
    }),
    verification: z.strictObject({
      command: Argv.nullable().describe('As written in the task; null: none named.'),
      program: Program.nullable().describe('What the first word of the command is on this host; null: not found, or no command.'),
      required: z.boolean(),
      report: ReportKind,
      fail_to_pass: z.array(z.string()),
      pass_to_pass: z.union([z.literal('all'), z.array(z.string())]),
      timeout_ms: z.int(),
    }),
    required_events: z.array(EventType),
    backend: z.strictObject({
      id: z.string(),
      argv: Argv.nullable(),
      uses_model: z.boolean().describe('It talks to a model, which must be admitted, through the gateway of the run.'),
      uses_binary: z.boolean().describe('Its executable must be admitted by its digest.'),
      own_state: z
        .array(z.string())
        .describe(
          'Names at the root of the workspace under which it keeps its own books: no part of the answer unless they are committed.',
        ),
    }),
    stage: Stage,
    stage_digest: Sha256.describe('Of the record of the stage: a promotion lapses when it changes.'),
    handover: HandoverKind.nullable().describe('What a pass does with its change; null: nothing.'),
    model: z.strictObject({ provider: z.string(), id: z.string(), runtime_provider: z.string().nullable() }).nullable(),
    limits: z.strictObject({ backend_ms: z.int(), run_ms: z.int(), output_bytes: z.int(), processes: z.int() }),
    containment: z.strictObject({ required: ContainmentLevel, offered: ContainmentLevel }),
    given: z
      .record(z.string(), z.unknown())
      .describe('What a scenario changed about the world; {} is an ordinary run, and only that can be promoted.'),
    suite: z.string().nullable(),
    scenario_digest: Sha256.nullable(),
    engine_digest: Sha256.describe("Over the engine's own code."),
    commit: z.string().nullable().describe('Commit of the project, where it is a git repository.'),
    host: z.string().describe('SHA-256 of the host name: equal hosts can be told from unequal ones, and no more.'),
    roots: z.strictObject({ runtime_workspace_root: z.string(), run_artifact_dir: z.string() }),
    protected_roots: z.array(z.string()),
  })
  .meta({ id: 'task-contract', title: 'Task contract' });
export type Contract = z.output<typeof Contract>;
