import { describe, expect, it } from 'vitest';
import { Report } from '../model/report.ts';
import { Expectation, OutputExpectation } from './expectation.ts';
import { referencesOf, vacuous, vacuousOutput } from './references.ts';

const subject = { backend: 'fake', stage: 2, task: 'n1-string-slugify' } as const;
const why = (spec: unknown) => vacuous(Expectation.parse(spec), subject);

describe('the reference bundles', () => {
  it.each(referencesOf(subject))('$kind is a bundle like any other', ({ evidence }) => {
    expect(Report.safeParse(evidence.report).error).toBeUndefined();
  });
});

describe('an expectation asserts something', () => {
  it.each([
    [{ status: 'pass' }],
    [{ status: 'blocked' }],
    [{ status: 'fail', exit: 'nonzero' }],
    [{ status: 'fail', blocker: 'no_diff' }],
    [{ blockers: [] }],
    [{ exit: 'zero' }],
    [{ exit: 'blocked' }],
    [{ outcome: 'proven' }],
    [{ report: { tests_passed: true } }],
    [{ events: [{ type: 'run.completed', status: 'pass' }] }],
    [{ artifacts: { 'report.json': { json: { status: 'pass' } } } }],
    [{ blocker: 'run_interrupted' }],
    [{ status: 'fail', report: { blockers: [{ code: 'run_interrupted' }] }, exit: 'interrupted' }],
  ])('%j', async spec => {
    expect(await why(spec)).toBeUndefined();
  });
});

describe('an expectation asserts nothing', () => {
  it.each([
    // Each of these holds of a run that was killed at some instant.
    [{ status: 'fail' }, 'killed'],
    [{ status: 'fail', exit: 1 }, 'killed'],
    [{ exit: 'interrupted' }, 'killed'],
    [{ changed_files: [] }, 'killed'],
    [{ status: 'fail', events: ['git.diff.checked'] }, 'killed'],
    [{ status: 'fail', changed_files: ['strings.js'] }, 'killed'],
    [{ blockers: [{ $any: 'string' }] }, 'killed'],
    [{ blocker: { $not: 'no_diff' } }, 'killed'],
    [{ artifacts: { 'report.json': 'present' } }, 'killed'],
    [{ report: { backend: 'fake', stage: 2, task: 'n1-string-slugify' } }, 'killed'],
    [{ report: { approvals: [] }, approval_events: [] }, 'killed'],
    [{ exit: [0, 1, 2] }, 'killed'],
    [{ artifacts: { 'test-report.json': 'absent' } }, 'killed'],
    [{ report: { suite: 'a.yaml#a', nonce: { $any: 'string' } } }, 'killed'],
    [{ approval_events: ['approval.requested', 'approval.denied'] }, 'killed'],
    [{ events: ['preflight.completed', 'approval.granted', 'backend.exited'] }, 'killed'],
    [{ verification: { command: null, missing_command: true, ran: false } }, 'killed'],
    // Each of these holds of a green run as well as of one that is not.
    [{ events: ['run.started', 'run.completed'] }, 'blocked'],
    [{ status: { $oneOf: ['pass', 'blocked'] } }, 'blocked'],
    [{ report: { sealed: true } }, 'blocked'],
    [{ events: ['git.diff.checked', 'run.completed'] }, 'fails'],
    [{ changed_files: ['strings.js'], exit: [0, 1], events: ['run.completed'] }, 'fails'],
    // Excluding the ways to end that the other bundles show leaves the rest of them.
    [{ exit: [0, 1, 2], blocker: { $not: { $oneOf: ['run_interrupted', 'provider_unavailable', 'verification_failed'] } } }, 'alike'],
  ])('%j', async (spec, reason) => {
    expect(await why(spec)).toContain(reason);
  });
});

describe('of a command an expectation', () => {
  it.each([
    [{ exit: 'zero' }],
    [{ stdout: { matches: 'consistent' } }],
    [{ report: { verdict: 'invalid', exit: 4 } }],
    [{ report: { code: 'no_diff' } }],
  ])('asserts something: %j', async spec => {
    expect(await vacuousOutput(OutputExpectation.parse(spec))).toBeUndefined();
  });

  it.each([
    [{ stdout: { size: { $gt: 3 } } }],
    [{ stderr: { size: { $gt: 6 } } }],
    [{ stdout: { $re: '[a-z]{3}' } }],
    [{ report: { verdict: { $any: 'string' }, notes: { $any: 'array' } } }],
  ])('asserts nothing: %j', async spec => {
    expect(await vacuousOutput(OutputExpectation.parse(spec))).toBeDefined();
  });
});
