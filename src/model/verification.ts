import { z } from 'zod';

/** How one test ended. Only `passed` counts as passed. */
export const TestOutcome = z
  .enum(['passed', 'failed', 'skipped', 'todo', 'expected_failure'])
  .describe('How the test ended; only passed counts as passed.');
export type TestOutcome = z.output<typeof TestOutcome>;

export const TestResult = z.strictObject({
  id: z.string().describe('Names from the outermost suite inward joined by " > ", or the node id of pytest.'),
  outcome: TestOutcome,
});
export type TestResult = z.output<typeof TestResult>;

/** One execution of the test command, as seen from outside of it. */
export const TestRun = z.strictObject({
  exit_code: z.int().nullable().describe('128 + n for a signal; null when it did not start or ran out of time.'),
  timed_out: z.boolean(),
  tests: z.array(TestResult).describe('In the order in which they were reported.'),
  garbage: z.int().nonnegative().describe('Lines of the report that were not a report.'),
});
export type TestRun = z.output<typeof TestRun>;

/** test-report.json: the recorded run, the control run, and what was expected of both. */
export const TestReport = z.strictObject({
  schema: z.literal('proofgate/test-report/1'),
  command: z.array(z.string()).nullable().describe('The command of the task, as written.'),
  reporter_args: z.array(z.string()).describe('What was added to it to hear about tests.'),
  expected: z.array(z.string()).describe('Identities that must pass exactly once: fail_to_pass and pass_to_pass.'),
  recorded: TestRun.nullable(),
  control: z
    .strictObject({
      planted: z.array(z.string()).describe('Identities of the tests that were planted and must fail.'),
      twins: z.array(z.string()).describe('Identities of the twins; each must fail.'),
      run: TestRun,
    })
    .nullable(),
  surface: z
    .array(z.string())
    .describe('Paths of the test surface that the patch tried to change, and tests or code that were rewritten while they ran.'),
});
export type TestReport = z.output<typeof TestReport>;

export const Counts = z.strictObject({
  passed: z.int().describe('Tests that passed.'),
  failed: z.int().describe('Tests that failed.'),
  skipped: z.int().describe('Tests that were skipped.'),
  todo: z.int().describe('Tests that are to be written.'),
  expected_failure: z.int().describe('Tests that were announced to fail.'),
});
export type Counts = z.output<typeof Counts>;

/** `verification` of report.json. */
export const VerificationSummary = z.strictObject({
  required: z.boolean().describe('Whether the task asks for verification.'),
  command: z.array(z.string()).nullable().describe('The command of the task, as written; null: it has none.'),
  ran: z.boolean().describe('Whether the recorded run was started.'),
  exit_code: z.int().nullable().describe('Of the recorded run; 128 + n for a signal; null when it did not start or ran out of time.'),
  timed_out: z.boolean().describe('Whether a run of the test command went past its limit.'),
  missing_command: z.boolean().describe('Verification is required and the task names no command.'),
  tests: z.array(TestResult).describe('Every test that the recorded run reported.'),
  counts: Counts.describe('How many of them ended in which way.'),
  control: z
    .strictObject({
      planted: z.int().describe('Tests planted to fail.'),
      twins: z.int().describe('Twins that must fail.'),
      seen_failing: z.int().describe('How many of both were seen failing, once each.'),
    })
    .describe('The control run, which must fail.'),
  isolation: z
    .enum(['in_process', 'subject'])
    .describe('in_process: code under test shares the process of the tests and can in principle forge one that it knows.'),
});
export type VerificationSummary = z.output<typeof VerificationSummary>;

export const emptyCounts: Counts = { passed: 0, failed: 0, skipped: 0, todo: 0, expected_failure: 0 };

/** Counts outcomes. */
export const countTests = (tests: readonly TestResult[]): Counts =>
  tests.reduce<Counts>((counts, { outcome }) => ({ ...counts, [outcome]: counts[outcome] + 1 }), emptyCounts);
