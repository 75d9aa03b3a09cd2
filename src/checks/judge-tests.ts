import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import { showMs } from '../model/duration.ts';
import { countTests, type TestReport, type TestResult, type TestRun, type VerificationSummary } from '../model/verification.ts';
import { isCalled } from './planted-names.ts';

/**
 * What the tests prove. Pure: the engine and `verify` judge the same report with it.
 *
 * @param tests null when no verification took place
 */
export function judgeTests(
  contract: Contract,
  tests: TestReport | null,
  changed: boolean,
): { findings: Finding[]; proven: boolean; summary: VerificationSummary } {
  const findings = tests ? judgeReport(contract, tests) : [];
  return { findings, proven: tests !== null && findings.length === 0 && changed, summary: summarize(contract, tests) };
}

function judgeReport({ verification }: Contract, tests: TestReport): Finding[] {
  const { recorded, control, surface } = tests;
  const touched = surface.length > 0 ? [`the test surface was changed: ${few(surface)}`] : [];
  if (!verification.command && verification.required) return [missingCommand, ...tampered(touched)];
  if (!verification.command || !recorded) return [...tampered(touched), notRun('nothing was run')];

  const late = [...(recorded.timed_out ? ['the recorded run'] : []), ...(control?.run.timed_out ? ['the control run'] : [])];
  if (late.length > 0) {
    const detail = `verification: ${late.join(' and ')} did not end within ${showMs(verification.timeout_ms)}`;
    return [{ code: 'timeout', detail }, ...tampered(touched)];
  }

  const expected = expectedOf(verification, tests);
  const failed = notPassed(expected, recorded);
  const green = failed.length === 0;
  const contradictions = [
    ...touched,
    ...(isDeepStrictEqual(tests.command, verification.command) ? [] : ['the report is of another command than the contract']),
    ...disagreements(recorded, green),
    ...(control ? unseenFailures(recorded, control, green) : []),
    ...(green && !control ? ['there is no control run'] : []),
  ];
  if (recorded.tests.length === 0) return [...tampered(contradictions), notRun(howItEnded(recorded))];
  return [
    ...tampered(contradictions),
    ...(green ? [] : [{ code: 'verification_failed', detail: describeFailures(failed, expected, recorded) } satisfies Finding]),
  ];
}

/** What calibration found, and never less than what the contract names. */
const expectedOf = ({ fail_to_pass, pass_to_pass }: Contract['verification'], { expected }: TestReport) => [
  ...new Set([...expected, ...fail_to_pass, ...(pass_to_pass === 'all' ? [] : pass_to_pass)]),
];

const missingCommand: Finding = { code: 'missing_test_command', detail: 'the contract requires verification and names no command' };
const tampered = (reasons: string[]): Finding[] => (reasons.length > 0 ? [{ code: 'verifier_tampered', detail: reasons.join('; ') }] : []);
const notRun = (why: string): Finding => ({ code: 'tests_not_run', detail: `no test ran: ${why}` });
const howItEnded = ({ exit_code }: TestRun) =>
  exit_code === null ? 'the command did not start' : `the command ended with exit code ${exit_code}`;

/** A test and how it ended instead of passing exactly once. */
interface Failure {
  id: string;
  how: string;
}

/** The set is compared exactly: missing, extra, repeated, skipped, todo and expected-failure are each not passed. */
function notPassed(expected: readonly string[], { tests }: TestRun): Failure[] {
  const seen = byIdentity(tests);
  const failures = expected.flatMap(id => {
    const how = endOf(seen.get(id));
    return how === 'passed' ? [] : [{ id, how }];
  });
  const known = new Set(expected);
  const extra = [...seen].filter(([id]) => !known.has(id)).map(([id, results]) => ({ id, how: `not expected, ${endOf(results)}` }));
  return [...failures, ...extra];
}

const byIdentity = (tests: readonly TestResult[]) => Map.groupBy(tests, test => test.id);

const endOf = (results: readonly TestResult[] | undefined): string => {
  if (!results) return 'missing';
  const outcomes = results.map(({ outcome }) => outcome.replace('_', ' '));
  return outcomes.length === 1 ? outcomes.join('') : `seen ${outcomes.length} times: ${few(outcomes)}`;
};

/** What an honest runner cannot do: exit 0 with a failed test, exit otherwise with every expected test passed, and say what is no report. */
function disagreements({ exit_code, tests, garbage }: TestRun, green: boolean): string[] {
  const found: string[] = [];
  const broken = tests.filter(test => test.outcome === 'failed');
  if (garbage > 0) found.push(`the report of the recorded run has ${garbage} line${garbage === 1 ? ' that is' : 's that are'} no report`);
  if (exit_code === 0 && broken.length > 0)
    found.push(`the command ended with exit code 0 although ${few(broken.map(test => test.id))} failed`);
  if (exit_code !== 0 && green) found.push(`the command ended with exit code ${exit_code} although every test passed`);
  return found;
}

/**
 * What should have failed in the control run and was not seen failing. Seen passing is always a contradiction; not seen at
 * all only where the recorded run is green, because honest code that breaks the runner breaks it here too.
 */
function unseenFailures(recorded: TestRun, { planted, twins, run }: NonNullable<TestReport['control']>, green: boolean): string[] {
  const found: string[] = [];
  const inControl = byIdentity(run.tests);
  const inRecorded = byIdentity(recorded.tests);
  for (const name of planted) {
    const end = endOf(sightings(run, name));
    if (end !== 'failed' && (green || end !== 'missing')) found.push(`planted test "${name}" was ${end}, not failed`);
  }
  for (const id of twins) {
    const end = endOf(inControl.get(id));
    const contradicts = end === 'missing' ? green : endOf(inRecorded.get(id)) === 'passed';
    if (end !== 'failed' && contradicts) found.push(`twin "${id}", which expects something else, was ${end}, not failed`);
  }
  if (run.garbage > 0) found.push('the report of the control run has lines that are no report');
  if (run.exit_code === 0 && run.tests.some(test => test.outcome === 'failed'))
    found.push('the control run ended with exit code 0 although tests failed');
  if (green && planted.length + twins.length === 0) found.push('nothing in the control run had to fail');
  return found.length > 3 ? [...found.slice(0, 3), `and ${found.length - 3} more of the control run`] : found;
}

const sightings = ({ tests }: TestRun, name: string) => {
  const seen = tests.filter(test => isCalled(test.id, name));
  return seen.length > 0 ? seen : undefined;
};

function describeFailures(failed: readonly Failure[], expected: readonly string[], run: TestRun): string {
  const known = new Set(expected);
  const bad = failed.filter(failure => known.has(failure.id)).length;
  const extra = failed.length - bad;
  const counts = [
    ...(bad > 0 ? [`${bad} of ${expected.length} expected tests did not pass`] : []),
    ...(extra > 0 ? [`${extra} that nobody expects`] : []),
  ];
  const names = few(failed.map(({ id, how }) => `${id} (${how})`));
  return `${counts.join(' and ')}: ${names}; ${howItEnded(run)}`;
}

const few = (items: readonly string[], most = 3) =>
  items.length > most ? `${items.slice(0, most).join(', ')} and ${items.length - most} more` : items.join(', ');

function summarize({ verification }: Contract, tests: TestReport | null): VerificationSummary {
  const { recorded = null, control = null } = tests ?? {};
  const inControl = byIdentity(control?.run.tests ?? []);
  const seenFailing =
    (control?.planted.filter(name => endOf(sightings(control.run, name)) === 'failed').length ?? 0) +
    (control?.twins.filter(id => endOf(inControl.get(id)) === 'failed').length ?? 0);
  return {
    required: verification.required,
    command: verification.command,
    ran: recorded !== null && (recorded.exit_code !== null || recorded.timed_out),
    exit_code: recorded?.exit_code ?? null,
    timed_out: (recorded?.timed_out ?? false) || (control?.run.timed_out ?? false),
    missing_command: verification.command === null,
    tests: recorded?.tests ?? [],
    counts: countTests(recorded?.tests ?? []),
    control: { planted: control?.planted.length ?? 0, twins: control?.twins.length ?? 0, seen_failing: seenFailing },
    isolation: 'in_process',
  };
}
