import { describe, expect, it } from 'vitest';
import type { EventType } from '../model/event.ts';
import { anEvent } from '../testing/evidence.ts';
import { EventsSpec, judgeEvents } from './events.ts';

/** The log a, b, c … written short. */
const letters: Record<string, EventType> = {
  s: 'run.started',
  t: 'task.contract.created',
  p: 'plan.updated',
  a: 'patch.applied',
  g: 'git.diff.checked',
  v: 'verification.completed',
  r: 'run.completed',
};
const log = (text: string) => [...text].map(letter => anEvent(letters[letter]!));
const spec = (value: unknown) => EventsSpec.parse(value);
const said = (value: unknown, text: string) =>
  judgeEvents(spec(value), log(text), ['events']).map(({ path, message }) => `${path.join('.')}: ${message}`);
const holds = (value: unknown, text: string) => said(value, text).length === 0;

const { s, p, a, g, v, r } = letters;

describe('an ordered subsequence', () => {
  it.each([
    [[s, r], 'spagvr'],
    [[p, p], 'spapr'],
    [[[g, v]], 'svgr'],
    [[s, [g, v], r], 'svagr'],
    [[[a, a], r], 'spaar'],
    [[s, { not: a }, r], 'spgr'],
    [[{ not: a }, g], 'spga'],
    [[g, { not: a }], 'sagvr'],
    // The first p would do, but then an a comes between: another p has to be taken.
    [[p, { not: a }, g], 'papg'],
    [[p, { not: a }, [g, v]], 'pappvg'],
    // What is forbidden is forbidden before a group, not inside of it.
    [[p, { not: a }, [g, v], r], 'pgavr'],
    // One event stands for one element, whichever way they have to be shared.
    [[[p, { type: p, status: 'ok' }]], 'pp'],
  ])('%j in %s', (value, text) => {
    expect(said(value, text)).toEqual([]);
  });

  it.each([
    [[r, s], 'spr'],
    [[p, p], 'spr'],
    [[[g, v]], 'sgr'],
    [[[a, a]], 'spar'],
    [[[p, { type: p, status: 'ok' }]], 'sp'],
    [[s, { not: a }, r], 'spagr'],
    [[{ not: a }, g], 'sapg'],
    [[g, { not: a }], 'sgar'],
    [[p, { not: a }, [g, v]], 'pavg'],
    [[{ type: p, status: 'fail' }], 'p'],
    [[s], ''],
    // Every p is tried as the first, second and third; none leads to a g.
    [[p, { not: a }, p, { not: a }, p, { not: a }, g], 'pppppp'],
    [[[g, v], p], 'gpv'],
  ])('%j not in %s', (value, text) => {
    expect(holds(value, text)).toBe(false);
  });

  it('names the first element that is missing, and where it looked', () => {
    expect(said([s, v, r], 'spgr')).toEqual([
      'events.1: expected verification.completed after run.started (#1), got none; the log has run.started, plan.updated, git.diff.checked, run.completed',
    ]);
  });

  it('names the one of a group that is missing', () => {
    expect(said([s, [g, v]], 'sgr')[0]).toMatch(/^events\.1: expected verification\.completed after git\.diff\.checked \(#2\)/);
  });

  it('says that it came too early', () => {
    expect(said([p, s], 'spr')).toEqual(['events.1: expected run.started after plan.updated (#2), got none; it occurred earlier at #1']);
    expect(said([g, p], 'spgr')).toEqual([
      'events.1: expected plan.updated after git.diff.checked (#3), got none; it occurred earlier at #2',
    ]);
  });

  it('says what came between', () => {
    expect(said([s, { not: a }, g], 'spagr')).toEqual([
      'events.2: expected git.diff.checked after run.started (#1), got patch.applied at #3 first, which must not come between',
    ]);
  });

  it('answers for a long log', () => {
    const start = performance.now();
    expect(holds([p, { not: a }, p, [a, g], r], `${'pa'.repeat(3000)}s`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('type, status and data of an event', () => {
  const events = [anEvent('run.completed', 'fail', { blockers: ['no_diff'], n: 1 })];

  it.each([
    [{ type: 'run.completed' }, true],
    [{ type: 'run.completed', status: 'fail' }, true],
    [{ type: 'run.completed', status: { $oneOf: ['fail', 'blocked'] }, data: { blockers: ['no_diff'] } }, true],
    [{ type: 'run.completed', status: 'pass' }, false],
    [{ type: 'run.completed', data: { blockers: [] } }, false],
    [{ type: 'run.started', status: 'fail' }, false],
  ])('%j: %s', (element, expected) => {
    expect(judgeEvents(spec([element]), events, []).length === 0).toBe(expected);
  });
});

describe('a map of rules, all of which hold', () => {
  it.each([
    [{ exact: [s, p, r] }, 'spr'],
    [{ exact: [] }, ''],
    [{ count: { [p!]: 2, [a!]: 0 } }, 'sppr'],
    [{ count: { [p!]: { $gte: 1 } } }, 'sppr'],
    [{ never: [a, { type: g, status: 'fail' }] }, 'spgr'],
    [{ in_order: [s, r], never: [a], count: { [p!]: 1 } }, 'spr'],
  ])('%j in %s', (value, text) => {
    expect(said(value, text)).toEqual([]);
  });

  it.each([
    [{ exact: [s, p] }, 'spr', 'events.exact: expected the end of the log at #3, got {"type":"run.completed","status":"ok"}'],
    [{ exact: [s, p, r] }, 'sp', 'events.exact.2: expected run.completed at #3, got the end of the log'],
    [{ exact: [s, r] }, 'sr', undefined],
    [{ exact: [r, s] }, 'sr', 'events.exact.0: expected run.completed at #1, got {"type":"run.started","status":"ok"}'],
    [{ count: { [p!]: 2 } }, 'spr', 'events.count.plan.updated: expected 2, got 1 of plan.updated'],
    [{ never: [g, p] }, 'spr', 'events.never.1: expected no plan.updated, got one at #2'],
    [{ in_order: [s], never: [s] }, 's', 'events.never.0: expected no run.started, got one at #1'],
    [{ in_order: [r], never: [a] }, 's', 'events.in_order.0: expected run.completed from the start, got none; the log has run.started'],
  ])('%j in %s: %s', (value, text, message) => {
    expect(said(value, text)).toEqual(message === undefined ? [] : [message]);
  });
});

describe('a rule that says nothing is refused', () => {
  it.each([
    [[]],
    [{}],
    [{ never: [] }],
    [{ in_order: [] }],
    [{ count: {} }],
    [[[]]],
    [['run.strted']],
    [{ never: ['run.strted'] }],
    [{ count: { 'run.strted': 1 } }],
    [[{ not: 'run.strted' }]],
    [[{ not: 'run.started', between: 'x' }]],
    [[{ type: 'run.started', stats: 'ok' }]],
    [[{ type: 'run.started', status: 'okay' }]],
    [[{ type: 'run.started', data: {} }]],
    [[{ status: 'fail' }]],
    [{ exactly: ['run.started'] }],
  ])('%j', value => {
    expect(EventsSpec.safeParse(value).success).toBe(false);
  });
});
