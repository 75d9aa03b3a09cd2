import { describe, expect, it } from 'vitest';
import type { Contract } from '../model/contract.ts';
import type { TestOutcome, TestRun } from '../model/verification.ts';
import { aContract, aTestRun } from '../testing/samples.ts';
import { judgeCalibration, type Attempt, type Observations } from './calibration-problems.ts';

const attempt = (outcomes: Record<string, TestOutcome>, over: Partial<TestRun> = {}, lastWords = ''): Attempt => ({
  run: aTestRun({
    tests: Object.entries(outcomes).map(([id, outcome]) => ({ id, outcome })),
    exit_code: Object.values(outcomes).every(end => end === 'passed') ? 0 : 1,
    ...over,
  }),
  lastWords,
});
const three = (one: Attempt) => [one, one, one];

/** A task whose test `mends` fails on the seed and passes with the oracle, and `keeps` always passes. */
const seen = (over: Partial<Observations> = {}): Observations => ({
  seed: three(attempt({ mends: 'failed', keeps: 'passed' })),
  oracle: three(attempt({ mends: 'passed', keeps: 'passed' })),
  control: attempt({ mends: 'failed', keeps: 'failed', 'reads amber birch': 'failed' }),
  planted: ['reads amber birch'],
  bare: [],
  hasTwins: true,
  ...over,
});
const contract = (over: Partial<Contract['verification']> = {}) =>
  aContract({ verification: { ...aContract().verification, pass_to_pass: 'all', ...over } });
const problems = (over: Partial<Observations>, verification: Partial<Contract['verification']> = {}) =>
  judgeCalibration(contract(verification), seen(over)).problems;

describe('a task can prove something', () => {
  it('when the seed fails, the oracle passes, and what must fail does; all other tests have to stay green', () => {
    expect(judgeCalibration(contract(), seen())).toEqual({ problems: [], identities: ['mends', 'keeps'] });
  });

  it('with a list of tests that have to stay green', () => {
    expect(judgeCalibration(contract({ pass_to_pass: ['keeps'] }), seen())).toEqual({ problems: [], identities: ['mends', 'keeps'] });
  });

  it('when its tests cannot even be loaded on the seed', () => {
    expect(problems({ seed: three(attempt({ 'a.test.js': 'failed' })) })).toEqual([]);
  });

  it('with more than one planted test', () => {
    const control = attempt({ mends: 'failed', keeps: 'failed', 'reads amber birch': 'failed', 'joins kelp opal': 'failed' });
    expect(problems({ planted: ['reads amber birch', 'joins kelp opal'], control })).toEqual([]);
  });

  it('without twins, by planted tests alone', () => {
    expect(problems({ hasTwins: false, control: attempt({ mends: 'passed', keeps: 'passed', 'reads amber birch': 'failed' }) })).toEqual(
      [],
    );
  });
});

describe('a task can prove nothing', () => {
  it.each<[string, Partial<Observations>, RegExp]>([
    [
      'when the seed is green',
      { seed: three(attempt({ mends: 'passed', keeps: 'passed' })) },
      /^the seed is green already \(exit code 0\)/,
    ],
    [
      'when a named test passes on the seed',
      { seed: three(attempt({ mends: 'passed', keeps: 'failed' })) },
      /^fail_to_pass names "mends", which is passed on the seed/,
    ],
    [
      'when a named test is skipped on the seed',
      { seed: three(attempt({ mends: 'skipped', keeps: 'failed' })) },
      /"mends", which is skipped/,
    ],
    [
      'when the oracle fails',
      { oracle: three(attempt({ mends: 'passed', keeps: 'failed' })) },
      /^the oracle does not pass "keeps" \(failed\)/,
    ],
    [
      'when the oracle leaves a test to be done',
      { oracle: three(attempt({ mends: 'passed', keeps: 'todo' }, { exit_code: 0 })) },
      /"keeps" \(todo\)/,
    ],
    [
      'when the oracle ends otherwise than by 0',
      { oracle: three(attempt({ mends: 'passed', keeps: 'passed' }, { exit_code: 2 }, 'coverage!')) },
      /exit code 2 on the oracle although every test passes: coverage!/,
    ],
    [
      'when the oracle shows no such test',
      { oracle: three(attempt({ keeps: 'passed' })), control: attempt({ keeps: 'failed', 'reads amber birch': 'failed' }) },
      /^fail_to_pass names "mends", which no run with the oracle shows: it shows "keeps"/,
    ],
    [
      'when two tests have one name',
      { oracle: three({ run: aTestRun({ tests: ['mends', 'keeps', 'keeps'].map(id => ({ id, outcome: 'passed' })) }), lastWords: '' }) },
      /^2 tests are called "keeps"/,
    ],
    [
      'when the seed is flaky',
      { seed: [attempt({ mends: 'failed', keeps: 'passed' }), attempt({ mends: 'failed', keeps: 'failed' })] },
      /^"keeps" is flaky: on the seed it was passed, then failed/,
    ],
    [
      'when the oracle is flaky',
      { oracle: [...three(attempt({ mends: 'passed', keeps: 'passed' })), attempt({ mends: 'passed' })] },
      /"keeps" is flaky: on the oracle it was passed, then missing/,
    ],
    [
      'when only the exit code is flaky',
      { seed: [attempt({ mends: 'failed' }), attempt({ mends: 'failed' }, { exit_code: 7 })] },
      /"the exit code" is flaky: on the seed it was 1, then 7/,
    ],
    [
      'when a twin passes',
      { control: attempt({ mends: 'passed', keeps: 'failed', 'reads amber birch': 'failed' }) },
      /^the twin of "mends" is passed under the oracle/,
    ],
    ['when a twin is missing', { control: attempt({ keeps: 'failed', 'reads amber birch': 'failed' }) }, /^the twin of "mends" is missing/],
    [
      'when there is a twin of nothing',
      { control: attempt({ mends: 'failed', keeps: 'failed', more: 'failed', 'reads amber birch': 'failed' }) },
      /^twins\/ has "more"/,
    ],
    [
      'when a planted test passes',
      { control: attempt({ mends: 'failed', keeps: 'failed', 'reads amber birch': 'passed' }) },
      /^a planted test was not seen failing exactly once/,
    ],
    ['when a planted test is not run', { control: attempt({ mends: 'failed', keeps: 'failed' }) }, /^a planted test was not seen/],
    [
      'when a planted test is run twice',
      { control: attempt({ mends: 'failed', keeps: 'failed', 'a > reads amber birch': 'failed', 'b > reads amber birch': 'failed' }) },
      /^a planted test was not seen/,
    ],
    [
      'when nothing can be planted and there are no twins',
      { hasTwins: false, planted: [], bare: ['a.test.js'] },
      /^no test that fails can be planted in a\.test\.js/,
    ],
    ['when there is no test file', { hasTwins: false, planted: [], control: attempt({ mends: 'passed' }) }, /^tests\/ has no test file/],
  ])('%s', (_title, over, sentence) => {
    expect(problems(over)).toHaveLength(1);
    expect(problems(over)[0]).toMatch(sentence);
  });

  it.each<[string, Attempt, RegExp]>([
    ['does not end', attempt({}, { exit_code: null, timed_out: true }, 'waiting'), /did not end in time: .*its output ends: waiting$/],
    ['does not start', attempt({}, { exit_code: null }), /could not be started/],
    ['says what is no report', attempt({ mends: 'failed' }, { garbage: 1 }), /has 1 line that is no report/],
    [
      'shows no test',
      attempt({}, { exit_code: 1 }, 'No module named pytest'),
      /shows no test at all \(exit code 1\).*its output ends: No module named pytest$/,
    ],
  ])('when a run %s, and then nothing else is said of it', (_title, bad, sentence) => {
    for (const [what, over] of [
      ['the seed', { seed: three(bad) }],
      ['the oracle', { oracle: three(bad) }],
      ['the control run', { control: bad }],
    ] as const) {
      expect(problems(over)).toHaveLength(1);
      expect(problems(over)[0]).toMatch(sentence);
      if (!/started/.test(sentence.source)) expect(problems(over)[0]).toContain(what);
    }
  });

  it('when nothing was tried', () => {
    expect(problems({ seed: [] })).toEqual(['calibration ran nothing: try at least once']);
    expect(problems({ oracle: [] })).toEqual(['calibration ran nothing: try at least once']);
  });

  it('and what the oracle shows is named, if it is not too much', () => {
    const shown = { a: 'passed', b: 'passed', c: 'passed', d: 'passed' } as const;
    expect(problems({ oracle: three(attempt(shown)) })[0]).toMatch(/it shows "a", "b", "c" and 1 more$/);
    expect(problems({ oracle: three(attempt({ a: 'passed', b: 'passed', c: 'passed' })) })[0]).toMatch(/it shows "a", "b", "c"$/);
  });

  it('when a list of tests leaves one out, or names one that is not there', () => {
    expect(problems({}, { pass_to_pass: [] })).toEqual([expect.stringMatching(/^"keeps" is in neither/)]);
    expect(problems({}, { pass_to_pass: ['keeps', 'more'] })).toEqual([expect.stringMatching(/^pass_to_pass names "more", which no run/)]);
  });
});
