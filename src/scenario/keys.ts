import { z } from 'zod';
import { FakeAction } from '../model/fake.ts';
import { EventType } from '../model/event.ts';
import { ArtifactFault, ContainmentLevel } from '../model/plan.ts';
import { TaskSpec } from '../model/task.ts';
import { Argv, Duration, Slug, Stage } from '../model/units.ts';
import { ModelScript } from '../scripted/script.ts';
import { GateSpec } from './gate-keys.ts';
import { BundlePath, Mutation } from './mutation.ts';
import { overlayOf } from './overlay.ts';

/** Backends that a scenario can name; a test holds this list and `backends/` together. */
export const backendIds = ['fake', 'command', 'case', 'pi', 'codex'] as const;

/** Whoever asks to be promoted: the backend that a challenge names, see candidate.ts. */
export const CANDIDATE = 'candidate';
const BackendId = z.enum([...backendIds, CANDIDATE]);

const Backend = z
  .union([
    BackendId,
    z.strictObject({
      id: BackendId.describe('Name of the backend.'),
      argv: Argv.optional().describe('Only for `command`: the program that it runs in the workspace.'),
    }),
  ])
  .describe('The coding agent: its name, or id and argv; candidate is whoever asks to be promoted.');

/** What a network of an agent's own takes (src/node/network.ts), in the folders in which it is looked for. */
const PRIVATE_NETWORK =
  'PATH=/usr/bin:/bin:/usr/sbin:/sbin; setpriv --version && nsenter --version && ip -V && { unshare --net true || unshare --user --map-current-user --net true; }';

/** Codex with the sandbox in which it runs every command, in a home of its own that is gone again. */
const CODEX =
  'd=$(mktemp -d) || exit 1; HOME=$d CODEX_HOME=$d TMPDIR=$d/tmp "${CTO_HARNESS_CODEX_BIN:-codex}" sandbox -- true; code=$?; rm -rf "$d"; exit $code';

/** Prerequisites that a scenario can name, each probed by what it does. */
export const needs = {
  python3: ['python3', '-c', 'raise SystemExit(0)'],
  pytest: ['python3', '-m', 'pytest', '--version'],
  ca: ['ca', '--help'],
  pi: ['pi', '--version'],
  codex: ['/bin/sh', '-c', CODEX],
  private_network: ['/bin/sh', '-c', PRIVATE_NETWORK],
} as const satisfies Record<string, readonly [string, ...string[]]>;
export type Need = keyof typeof needs;
const Need = z.enum(Object.keys(needs) as [Need, ...Need[]]);

const Text = z.string().min(1);
/** Name of an expectation that a folder adds to every scenario below. */
export const InvariantName = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must be lower case letters, digits, hyphens and underscores');
/** A path below `expect`, as a failure names it; `invariants.<name>` for an invariant. */
const ExpectPath = z.string().regex(/^[A-Za-z_][^\s]*$/, 'must be a path below expect, such as blocker or report.tests_passed');
const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
const Script = z.array(FakeAction).min(1).meta({ id: 'script', description: 'What the fake backend does, in order; nothing is implied.' });

const Limits = z
  .strictObject({
    backend: Duration.optional().describe('How long the backend may take.'),
    verification: Duration.optional().describe('How long one run of the test command may take.'),
    run: Duration.optional().describe('How long the whole run may take.'),
    output: z.int().positive().optional().describe('Bytes of one raw log that are kept.'),
    processes: z.int().positive().optional().describe('Processes of the backend at one time.'),
  })
  .describe('Bounds of the run.');

const Given = z
  .strictObject({
    task: overlayOf(TaskSpec).optional().describe('Laid over task.yaml; null removes a key.'),
    tree: z.enum(['clean', 'dirty']).optional().describe('dirty: a tracked file edited and an untracked one added before the run.'),
    prior_stage: z.enum(['promoted', 'none']).optional().describe('Whether the earlier stage is promoted.'),
    artifact_fault: z.record(BundlePath, ArtifactFault).optional().describe('Artifact to a real fault of the disk.'),
    target: z.string().min(1).optional().describe('Folder, relative to this file, that is registered as the target repository.'),
    protected: z.array(z.string().min(1)).optional().describe('Folders, relative to this file, that are registered as protected.'),
    baseline: Script.optional().describe('Script of the baseline instead of the built-in one.'),
    containment: ContainmentLevel.optional().describe('Highest level of containment that is offered.'),
    secrets: z
      .record(
        VariableName,
        z.string().refine(text => Buffer.byteLength(text) >= 8, 'is shorter than 8 bytes, and could not be told from other text'),
      )
      .optional()
      .describe('Name to value: registered, and put into the environment of the backend.'),
    interrupt: z
      .strictObject({
        at: EventType.describe('The event; the engine is hit as soon as it is written.'),
        signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGINT']).describe('The signal.'),
      })
      .optional()
      .describe('A signal that ends the engine at an event; such a run is a process of its own.'),
    repository: z
      .strictObject({
        from: BundlePath.describe('A git bundle, relative to the project.'),
        tree: z.enum(['clean', 'dirty']).optional().describe('dirty: an untracked file stands in it.'),
      })
      .optional()
      .describe("A real repository that is made for the run, in the place of the one that the owner's record names."),
    remote: z
      .strictObject({ main: z.literal('moved').describe('moved: somebody else commits to main before the branch is pushed.') })
      .optional()
      .describe('What happens in the meantime to the repository that gets the branch.'),
    mutate: Mutation.optional().describe('Only for do: verify: a change to a copy of the bundle before it is verified.'),
    admissions: Text.optional().describe(
      "Folder, relative to this file, whose `models`, `binaries`, `sources`, `owned` and `comparisons` stand in the place of the project's records of that kind.",
    ),
    provider: z
      .strictObject({
        base_url: z.literal('absent').optional().describe('absent: the address of the provider is not given.'),
        auth_bridge: z
          .enum(['proven', 'absent'])
          .optional()
          .describe('proven: an explicit auth bridge is there, and it is the scripted model; absent (default): none is.'),
      })
      .refine(map => Object.keys(map).length > 0, { error: 'says nothing', abort: true })
      .optional()
      .describe('What is given at run time of the provider of `model`.'),
  })
  .meta({ id: 'given', description: 'The world before the run; without it the run is an ordinary one.' });

const CriterionId = z
  .string()
  .regex(/^[A-Z][A-Z0-9-]*\/[a-z0-9][a-z0-9-]*$/, 'must be an item and a criterion, such as CTO-WORK-007/no-diff');

/** Name of a test or of a table of tests. Quotes and backslashes would be shown otherwise in lists, and could not be selected there. */
export const TestName = z
  .string()
  // oxlint-disable-next-line no-control-regex -- \p{Cc} needs the flag u, which a JSON Schema cannot carry
  .regex(/^[^"'`\\\x00-\x1f\x7f-\x9f]{1,120}$/, 'must be 1 to 120 characters without quotes, backslashes and line breaks');

/** What a scenario says about itself. */
export const descriptionKeys = {
  name: TestName.describe('Name of the test; default: the name of the file.'),
  why: Text.describe('Why this has to hold, in a sentence.'),
  proves: z.array(CriterionId).min(1).describe('Criteria of admissions/workboard.yaml that this proves.'),
  was: z.record(z.string(), z.json()).describe('Figures that an old record has instead; never asserted.'),
  because: Text.describe('The work item that changed them.'),
  waive: z
    .record(InvariantName, Text)
    .describe('Name of an invariant to the reason why it is not asked of this scenario; it shows in the report.'),
};

/** What a scenario runs. */
export const runKeys = {
  task: Slug.describe('A folder of fixtures/.'),
  backend: Backend,
  stage: Stage.describe('Rung of the ladder, 1 to 6.'),
  fake: Script,
  env: z.record(VariableName, z.string()).describe("The harness's environment: switches and endpoints, as text."),
  limits: Limits,
  given: Given,
  approval: z
    .strictObject({
      answer: z.enum(['granted', 'denied', 'nobody']).describe('nobody: no one is there to answer, which is a denial.'),
      actor: Text.optional().describe('Who answers.'),
    })
    .describe('Who answers when approval is asked, and what.'),
  tags: z.array(Slug).min(1).describe('Tags, for --tags-filter.'),
  needs: z.array(Need).min(1).describe('Prerequisites; where one is missing the scenario is skipped by name, and with CI=true it fails.'),
  skip: Text.describe('Why it is skipped; with CI=true that is a failure.'),
  model: z
    .strictObject({
      provider: Text.describe('Who offers the model; sets CTO_HARNESS_CASE_MODEL_PROVIDER.'),
      id: Text.describe('The model; sets CTO_HARNESS_CASE_MODEL.'),
      runtime_provider: Text.optional().describe('What the backend calls the provider inside, where that differs.'),
      script: ModelScript.optional().describe(
        'What a scripted model replies; it listens on the loopback, at CTO_HARNESS_CASE_LOCAL_BASE_URL.',
      ),
    })
    .describe('The model that the backend talks to.'),
  do: z
    .enum(['run', 'verify', 'cli', 'gate'])
    .describe('run (default), verify (the run, then its bundle), cli (the command line), gate (the gate, over runs).'),
  gate: GateSpec,
  cli: z.array(z.string()).describe('Only for do: cli: arguments of the command line, which runs in the root of the project.'),
  only: z.literal(true).describe('Run this one alone in its file; refused with CI=true.'),
  todo: z.union([z.literal(true), Text]).describe('Not written yet, or why: it is not run and proves nothing.'),
  fails: z
    .union([ExpectPath, z.array(ExpectPath).min(1)])
    .describe('The expectation that is known to fail, such as blocker or report.tests_passed; any other outcome is red.'),
  retry: z.int().min(1).max(10).describe('How often a red scenario is repeated; green only then is reported as flaky.'),
};
