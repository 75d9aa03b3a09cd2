import { describe, expect, it } from 'vitest';
import { anEvent, anEvidence } from '../testing/evidence.ts';
import { Expectation, judgeEvidence } from './expectation.ts';

const evidence = anEvidence({
  report: {
    status: 'fail',
    outcome: 'none',
    lifecycle: 'completed',
    blockers: [{ code: 'no_diff' }, { code: 'missing_required_event' }],
    changed_files: [],
    verification: { ran: false },
  },
  exit: 1,
  events: [anEvent('approval.requested'), anEvent('approval.denied', 'blocked'), anEvent('run.completed', 'fail')],
  files: { 'patch.diff': '' },
});
const said = async (spec: unknown, over: Partial<typeof evidence> = {}) =>
  (await judgeEvidence(Expectation.parse(spec), { ...evidence, ...over })).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a key of expect looks at its part of the evidence', () => {
  it.each([
    [{ status: 'fail' }],
    [{ blocker: 'no_diff' }],
    [{ blockers: ['no_diff', 'missing_required_event'] }],
    [{ outcome: 'none', lifecycle: 'completed' }],
    [{ exit: 'nonzero' }],
    [{ events: ['run.completed'] }],
    [{ changed_files: [] }],
    [{ report: { blockers: [{ code: 'no_diff' }, { code: { $any: 'string' } }] } }],
    [{ verification: { ran: false } }],
    [{ approval_events: ['approval.requested', 'approval.denied'] }],
    [{ artifacts: { 'patch.diff': 'empty' } }],
  ])('%j holds', async spec => {
    expect(await said(spec)).toEqual([]);
  });

  it.each([
    [{ status: 'pass' }, 'expect.status: expected "pass", got "fail"'],
    [{ blocker: null }, 'expect.blocker: expected null, got "no_diff"'],
    [{ blocker: 'missing_required_event' }, 'expect.blocker: expected "missing_required_event", got "no_diff"'],
    [{ blockers: ['no_diff'] }, 'expect.blockers: expected ["no_diff"] (1 element), got ["no_diff","missing_required_event"]'],
    [{ blockers: ['no_diff', 'timeout'] }, 'expect.blockers.1: expected "timeout", got "missing_required_event"'],
    [{ changed_files: ['a'] }, 'expect.changed_files: expected ["a"] (1 element), got []'],
    [{ verification: { ran: true } }, 'expect.verification.ran: expected true, got false'],
    [
      { approval_events: ['approval.denied'] },
      'expect.approval_events: expected ["approval.denied"] (1 element), got ["approval.requested","approval.denied"]',
    ],
    [{ exit: 'zero' }, 'expect.exit: expected "zero" (0), got 1'],
    [{ artifacts: { 'patch.diff': { size: 1 } } }, 'expect.artifacts.patch.diff.size: expected 1, got 0'],
  ])('%j does not', async (spec, message) => {
    expect(await said(spec)).toEqual([message]);
  });

  it('every mismatch is found', async () => {
    expect(await said({ status: 'pass', exit: 0, report: { outcome: 'proven', lifecycle: 'crashed' } })).toHaveLength(4);
  });

  it('nothing holds over a report that cannot be read, absence included', async () => {
    for (const spec of [{ status: 'pass' }, { blocker: null }, { blockers: [] }, { changed_files: [] }, { report: { sealed: true } }]) {
      expect(await said(spec, { report: null })).toHaveLength(1);
    }
  });
});

describe('an expectation that cannot be written', () => {
  it.each([
    ['asserts nothing', {}],
    ['has an unknown key', { statuss: 'fail' }],
    ['has an unknown status', { status: 'failed' }],
    ['has an unknown blocker', { blocker: 'no-diff' }],
    ['has a blocker that none can be', { blockers: [null] }],
    ['has a map that says nothing', { report: {} }],
    ['is not built yet', { stdout: 'x' }],
    ['is not built yet', { stderr: { $any: 'string' } }],
    ['has an unknown approval', { approval_events: ['approval.asked'] }],
  ])('%s', (_title, spec) => {
    expect(Expectation.safeParse(spec).success).toBe(false);
  });
});
