import { describe, expect, it } from 'vitest';
import type { Contract } from '../model/contract.ts';
import type { TestOutcome, TestReport, TestRun } from '../model/verification.ts';
import { aContract, aTestReport, aTestRun } from '../testing/samples.ts';
import { judgeTests } from './judge-tests.ts';

const contract = (over: Partial<Contract['verification']> = {}) => aContract({ verification: { ...aContract().verification, ...over } });
const judge = (report: TestReport | null, { changed = true, ...over }: Partial<Contract['verification']> & { changed?: boolean } = {}) =>
  judgeTests(contract(over), report, changed);
const codes = (report: TestReport | null, over?: Parameters<typeof judge>[1]) => judge(report, over).findings.map(finding => finding.code);
const details = (report: TestReport) =>
  judge(report)
    .findings.map(finding => finding.detail)
    .join(' | ');

const tests = (outcomes: Record<string, TestOutcome>) => Object.entries(outcomes).map(([id, outcome]) => ({ id, outcome }));
const recorded = (outcomes: Record<string, TestOutcome>, over: Partial<TestRun> = {}) =>
  aTestReport({ recorded: aTestRun({ tests: tests(outcomes), exit_code: 1, ...over }) });
const control = (outcomes: Record<string, TestOutcome>, over: Partial<TestRun> = {}, report = aTestReport()): TestReport => ({
  ...report,
  control: { ...report.control!, run: aTestRun({ tests: tests(outcomes), exit_code: 1, ...over }) },
});
const red = { mends: 'failed', keeps: 'failed', 'keeps amber birch': 'failed' } as const;

describe('a patch is proven', () => {
  it('when every expected test passed once and everything failed in the control run', () => {
    expect(judge(aTestReport())).toMatchObject({ findings: [], proven: true });
  });

  it('but never when nothing changed', () => {
    expect(judge(aTestReport(), { changed: false })).toMatchObject({ findings: [], proven: false });
  });

  it('and never when nothing was verified', () => {
    expect(judge(null)).toMatchObject({ findings: [], proven: false });
  });

  it('by planted tests below suites and files too', () => {
    expect(codes(control({ mends: 'failed', keeps: 'failed', 'a.test.ts > keeps amber birch': 'failed' }))).toEqual([]);
    expect(codes(control({ mends: 'failed', keeps: 'failed', 'test_a.py::keeps amber birch': 'failed' }))).toEqual([]);
  });
});

describe('honest failure is verification_failed and nothing else', () => {
  it.each<[string, TestReport]>([
    ['a wrong answer', recorded({ mends: 'failed', keeps: 'passed' })],
    ['a test that is missing', recorded({ keeps: 'passed' })],
    ['a test that is missing, exit code 0', recorded({ keeps: 'passed' }, { exit_code: 0 })],
    ['a test that nobody expects', recorded({ mends: 'passed', keeps: 'passed', more: 'passed' }, { exit_code: 0 })],
    ['a skipped test', recorded({ mends: 'skipped', keeps: 'passed' }, { exit_code: 0 })],
    ['a test to be done', recorded({ mends: 'todo', keeps: 'passed' }, { exit_code: 0 })],
    ['a test that is expected to fail', recorded({ mends: 'expected_failure', keeps: 'passed' }, { exit_code: 0 })],
    [
      'a test that passed twice',
      aTestReport({ recorded: aTestRun({ tests: [...tests({ mends: 'passed', keeps: 'passed' }), ...tests({ mends: 'passed' })] }) }),
    ],
    ['a file that cannot be loaded', control({ 'a.test.js': 'failed' }, {}, recorded({ 'a.test.js': 'failed' }))],
    ['a crash in the middle', control({ keeps: 'failed' }, { exit_code: 139 }, recorded({ keeps: 'passed' }, { exit_code: 139 }))],
    [
      'a wrong answer that meets the other expectation',
      control({ ...red, mends: 'passed' }, {}, recorded({ mends: 'failed', keeps: 'passed' })),
    ],
    ['code that breaks the runner only in the control run', control({}, {}, recorded({ mends: 'failed', keeps: 'passed' }))],
  ])('%s', (_title, report) => {
    expect(codes(report)).toEqual(['verification_failed']);
    expect(judge(report).proven).toBe(false);
  });

  it('and names the first tests, how each ended, and the counts', () => {
    const expected = ['a', 'b', 'c', 'd', 'e'];
    const report = { ...recorded({ a: 'failed', b: 'skipped', x: 'passed' }), expected };
    expect(details(report)).toBe(
      '7 of 7 expected tests did not pass and 1 that nobody expects: a (failed), b (skipped), c (missing) and 5 more; the command ended with exit code 1',
    );
  });
});

describe('the verifier was tampered with', () => {
  it.each<[string, TestReport, RegExp]>([
    ['when the test surface was changed', aTestReport({ surface: ['conftest.py'] }), /conftest\.py/],
    ['when a planted test passed', control({ ...red, 'keeps amber birch': 'passed' }), /planted test "keeps amber birch" was passed/],
    ['when a planted test was skipped', control({ ...red, 'keeps amber birch': 'skipped' }), /was skipped/],
    ['when a planted test was not seen although everything is green', control({ mends: 'failed', keeps: 'failed' }), /was missing/],
    ['when a planted test was seen twice', control({ ...red, 'x > keeps amber birch': 'failed' }), /seen 2 times/],
    ['when a test passed, and its twin passed', control({ ...red, mends: 'passed' }), /twin "mends"/],
    [
      'when a twin was not seen although everything is green',
      control({ keeps: 'failed', 'keeps amber birch': 'failed' }),
      /twin "mends".*missing/,
    ],
    ['when a report of the control run is no report', control(red, { garbage: 1 }), /control run/],
    ['when the control run ended with exit code 0', control(red, { exit_code: 0 }), /exit code 0/],
    [
      'when one line of the report is no report',
      recorded({ mends: 'passed', keeps: 'passed' }, { exit_code: 0, garbage: 1 }),
      /has 1 line that is no report/,
    ],
    [
      'when lines of the report are no report',
      recorded({ mends: 'passed', keeps: 'passed' }, { exit_code: 0, garbage: 2 }),
      /has 2 lines that are no report/,
    ],
    [
      'when everything passed and the exit code is not 0',
      recorded({ mends: 'passed', keeps: 'passed' }),
      /exit code 1 although every test passed/,
    ],
    ['when there was no control run', aTestReport({ control: null }), /no control run/],
    [
      'when nothing in the control run had to fail',
      aTestReport({ control: { planted: [], twins: [], run: aTestRun() } }),
      /nothing .* had to fail/,
    ],
  ])('%s', (_title, report, detail) => {
    expect(codes(report)).toEqual(['verifier_tampered']);
    expect(details(report)).toMatch(detail);
  });

  it('when a test failed and the exit code is 0; that it failed counts too', () => {
    const report = recorded({ mends: 'failed', keeps: 'passed' }, { exit_code: 0 });
    expect(codes(report)).toEqual(['verifier_tampered', 'verification_failed']);
    expect(details(report)).toMatch(/^the command ended with exit code 0 although mends failed/);
  });

  it('when a planted test passed, also where the answer is wrong anyway', () => {
    expect(codes(control({ ...red, 'keeps amber birch': 'passed' }, {}, recorded({ mends: 'failed', keeps: 'passed' })))).toEqual([
      'verifier_tampered',
      'verification_failed',
    ]);
  });

  it('and tells no more than a few of the reasons', () => {
    const planted = ['a', 'b', 'c', 'd', 'e'];
    expect(details(aTestReport({ control: { planted, twins: [], run: aTestRun({ exit_code: 1, tests: [] }) } }))).toBe(
      `${['a', 'b', 'c'].map(name => `planted test "${name}" was missing, not failed`).join('; ')}; and 2 more of the control run`,
    );
  });
});

describe('zero tests is never a pass', () => {
  it.each([0, 1, 5, 137])('whatever the exit code: %d', exit_code => {
    expect(codes(control({}, { exit_code }, recorded({}, { exit_code })))).toEqual(['tests_not_run']);
  });

  it('not even where none was expected', () => {
    expect(codes({ ...recorded({}, { exit_code: 0 }), expected: [] })).toEqual(['tests_not_run']);
  });

  it('when the command did not start', () => {
    expect(details(recorded({}, { exit_code: null }))).toBe('no test ran: the command did not start');
  });

  it('when no command is named and none is required', () => {
    expect(codes(aTestReport({ command: null, recorded: null, control: null }), { command: null, required: false })).toEqual([
      'tests_not_run',
    ]);
  });
});

it('a required command that is not named is missing_test_command', () => {
  const report = aTestReport({ command: null, recorded: null, control: null, expected: [] });
  const { findings, summary } = judge(report, { command: null });
  expect(findings.map(finding => finding.code)).toEqual(['missing_test_command']);
  expect(summary).toMatchObject({ command: null, missing_command: true, ran: false, exit_code: null, tests: [] });
  expect(codes({ ...report, surface: ['conftest.py'] }, { command: null })).toEqual(['missing_test_command', 'verifier_tampered']);
});

describe('the contract decides what a report is about', () => {
  it('one of another command proves nothing', () => {
    expect(codes(aTestReport({ command: ['node', '--test', 'one.test.js'] }))).toEqual(['verifier_tampered']);
    expect(codes(aTestReport(), { command: null })).toEqual(['missing_test_command']);
  });

  it('one without a run proves nothing', () => {
    expect(codes(aTestReport({ recorded: null }))).toEqual(['tests_not_run']);
  });

  it('one that expects less than the contract names is measured by the contract', () => {
    const less = { ...recorded({ other: 'passed' }, { exit_code: 0 }), expected: ['other'] };
    expect(codes(less)).toEqual(['verification_failed']);
    expect(details(less)).toMatch(/^2 of 3 .*mends \(missing\), keeps \(missing\)/);
  });
});

describe('a run that did not end in time is a timeout and no more', () => {
  const late = { exit_code: null, timed_out: true };

  it.each<[string, TestReport, string]>([
    ['the recorded run', recorded({ mends: 'passed' }, late), 'verification: the recorded run did not end within 30.0 s'],
    ['the control run', control({}, late), 'verification: the control run did not end within 30.0 s'],
    ['both', control({}, late, recorded({}, late)), 'verification: the recorded run and the control run did not end within 30.0 s'],
  ])('%s', (_title, report, detail) => {
    expect(judge(report).findings).toEqual([{ code: 'timeout', detail }]);
  });

  it('but a changed test surface is seen all the same', () => {
    expect(codes({ ...recorded({}, late), surface: ['conftest.py'] })).toEqual(['timeout', 'verifier_tampered']);
  });
});

describe('the summary', () => {
  it('has the recorded run, and how much of the control run was seen failing', () => {
    expect(judge(aTestReport()).summary).toEqual({
      required: true,
      command: ['node', '--test'],
      ran: true,
      exit_code: 0,
      timed_out: false,
      missing_command: false,
      tests: tests({ mends: 'passed', keeps: 'passed' }),
      counts: { passed: 2, failed: 0, skipped: 0, todo: 0, expected_failure: 0 },
      control: { planted: 1, twins: 2, seen_failing: 3 },
      isolation: 'in_process',
    });
  });

  it('counts only what was seen failing exactly once', () => {
    const twice = control({ ...red, mends: 'passed', 'x > keeps amber birch': 'failed' });
    expect(judge(twice).summary.control).toEqual({ planted: 1, twins: 2, seen_failing: 1 });
  });

  it('of a run that did not start or did not end says so', () => {
    expect(judge(recorded({}, { exit_code: null })).summary).toMatchObject({ ran: false, timed_out: false });
    expect(judge(recorded({}, { exit_code: null, timed_out: true })).summary).toMatchObject({ ran: true, timed_out: true });
  });

  it('of a control run that did not end says that too', () => {
    expect(judge(control({}, { exit_code: null, timed_out: true })).summary.timed_out).toBe(true);
  });

  it('of nothing still names the command, and claims nothing', () => {
    const nothing = {
      required: true,
      command: ['node', '--test'],
      ran: false,
      exit_code: null,
      timed_out: false,
      missing_command: false,
      tests: [],
      counts: { passed: 0, failed: 0, skipped: 0, todo: 0, expected_failure: 0 },
      control: { planted: 0, twins: 0, seen_failing: 0 },
      isolation: 'in_process',
    };
    expect(judge(null).summary).toEqual(nothing);
    expect(judge(null, { command: null }).summary).toEqual({ ...nothing, command: null, missing_command: true });
  });
});
