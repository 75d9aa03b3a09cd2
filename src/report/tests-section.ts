import type { TestOutcome, VerificationSummary } from '../model/verification.ts';
import { code, table } from './escape.ts';
import { count } from './headline.ts';

/** With more tests than this, only those that did not pass are named. */
const NAME_ALL_UP_TO = 25;
const LONGEST_TABLE = 100;

const WORDS = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  todo: 'todo',
  expected_failure: 'expected to fail',
} as const satisfies Record<TestOutcome, string>;

/** What the tests said of the patch, and what the control run says of the tests. */
export function testsSection(verification: VerificationSummary): string[] {
  const { command, ran, control, isolation } = verification;
  const title = ['## What the tests said', ''];
  if (!command) return [...title, verification.required ? 'The task names no test command.' : 'No tests were asked for.'];
  if (!ran) return [...title, `${code(command.join(' '))} was not run.`];
  return [
    ...title,
    `${code(command.join(' '))} ended ${ending(verification)}: ${totals(verification)}.`,
    '',
    ...testTable(verification),
    `Control: ${control.seen_failing} of ${control.planted + control.twins} tests that must fail were seen failing` +
      ` (${control.planted} planted, ${count(control.twins, 'twin')}).`,
    '',
    isolation === 'in_process'
      ? 'Isolation: `in_process`. The code under test shares the process of the tests and can in principle forge a test that it knows.'
      : 'Isolation: `subject`. The process of the tests never loaded a file that the agent could change.',
  ];
}

const ending = ({ timed_out, exit_code }: VerificationSummary): string =>
  timed_out ? 'because its time was up' : exit_code === null ? 'without an exit code' : `with exit code ${exit_code}`;

const totals = ({ counts }: VerificationSummary): string =>
  (Object.keys(WORDS) as TestOutcome[])
    .filter(outcome => counts[outcome] > 0)
    .map(outcome => `${counts[outcome]} ${WORDS[outcome]}`)
    .join(', ') || 'no test ran';

function testTable({ tests, counts }: VerificationSummary): string[] {
  const all = tests.length <= NAME_ALL_UP_TO;
  const named = (all ? tests : tests.filter(t => t.outcome !== 'passed')).slice(0, LONGEST_TABLE);
  if (named.length === 0) return [];
  const left = tests.length - named.length;
  return [
    ...table(
      ['test', 'outcome'],
      named.map(({ id, outcome }) => [code(id), outcome === 'passed' ? 'passed' : `**${WORDS[outcome]}**`]),
    ),
    '',
    ...(left > 0 ? [`${count(left, 'more test')}${left <= counts.passed ? ', passed' : ''}: test-report.json names all.`, ''] : []),
  ];
}
