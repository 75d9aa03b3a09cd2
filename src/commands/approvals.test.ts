import { describe, expect, it } from 'vitest';
import { answerApproval } from '../backends/index.ts';
import type { Bundle } from '../evidence/index.ts';
import type { NewEvent } from '../model/event.ts';
import type { ApprovalAnswer } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { approvalOf, approverOf } from './approvals.ts';

const ports = nodePorts();
const request = { scope: 'push one branch', mutation_mode: 'one branch' };
const nobody: ApprovalAnswer = { answer: 'nobody', actor: 'nobody' };

/** What was asked and answered, and what came of it. */
async function ask(approval: ApprovalAnswer, words?: string[], backend = 'case') {
  const events: NewEvent[] = [];
  const bundle = { events: { emit: (event: NewEvent) => (events.push(event), event) } } as unknown as Bundle;
  const approver = words && approverOf({ ask: async () => words.shift() ?? '', note: () => undefined });
  const { denied } = await answerApproval(request, { approval, backend, approver, signal: new AbortController().signal }, bundle, ports);
  return { types: events.map(({ type }) => type), actor: events.at(-1)?.data?.['actor'], denied };
}
const granted = ['approval.requested', 'approval.granted'];
const denied = ['approval.requested', 'approval.denied'];

describe('a file answers', () => {
  const one = { ...request, actor: 'jp', decision: 'granted', expires_at: '2099-01-01T00:00:00Z' };
  const read = async (...approvals: object[]) => {
    await using project = await aProject({ 'a.json': JSON.stringify({ schema: 'proofgate/approvals/1', approvals }) });
    return await approvalOf({ approvals: 'a.json' }, name => `${project.root}/${name}`, ports.files);
  };

  it.each<[string, object[], string[], string, string | null]>([
    ['with what is granted', [one], granted, 'jp', null],
    ['with what is denied', [{ ...one, decision: 'denied' }], denied, 'jp', 'denied by jp: push one branch (one branch)'],
    [
      'with the first that fits and has not expired',
      [{ ...one, expires_at: '2026-01-01T00:00:00Z', actor: 'eve' }, one],
      granted,
      'jp',
      null,
    ],
    [
      'not about something else',
      [{ ...one, scope: 'push two' }],
      denied,
      'nobody',
      'no approval of the file is about this: push one branch (one branch)',
    ],
    [
      'not about another way',
      [{ ...one, mutation_mode: 'merge' }],
      denied,
      'nobody',
      'no approval of the file is about this: push one branch (one branch)',
    ],
    [
      'not when it has expired',
      [{ ...one, expires_at: '2026-01-01T00:00:00Z' }],
      denied,
      'nobody',
      'the approval of jp expired on 2026-01-01T00:00:00Z: push one branch (one branch)',
    ],
    [
      'not as the backend',
      [{ ...one, actor: 'Case' }],
      denied,
      'Case',
      'Case is no person and cannot approve: push one branch (one branch)',
    ],
  ])('%s', async (_what, approvals, types, actor, why) => {
    expect(await ask(await read(...approvals))).toEqual({ types, actor, denied: why });
  });

  it('and what is no such file is a mistake with a place', async () => {
    expect(await problemsOf(read({ ...one, decision: 'maybe' }))).toEqual([expect.stringContaining('a.json:1:')]);
    expect(await problemsOf(approvalOf({ approve: 'jp', approvals: 'a.json' }, name => name, ports.files))).toEqual([
      '--approvals and --approve both answer',
    ]);
  });
});

describe('a person at the terminal answers', () => {
  it.each<[string, string[], string[], string]>([
    ['with a name and a yes', ['jp', 'yes'], granted, 'jp'],
    ['with a name and anything else', ['jp', 'y'], denied, 'jp'],
    ['with no name', [''], denied, 'nobody'],
    ['in the name of a reviewer', ['case: Reviewer', 'yes'], denied, 'case: Reviewer'],
  ])('%s', async (_what, words, types, actor) => {
    expect(await ask(nobody, words)).toMatchObject({ types, actor });
  });

  it('and nobody there is a denial', async () => {
    expect(await ask(nobody)).toEqual({ types: denied, actor: 'nobody', denied: 'nobody could answer: push one branch (one branch)' });
  });
});

it.each(['fake', 'PI', 'pi/reviewer', 'Case Reviewer', 'ｃａｓｅ', 'my-agent', 'nobody', ' - '])('%j is no person', async actor => {
  expect((await ask({ answer: 'granted', actor }, undefined, 'my-agent')).denied).toContain('is no person');
});
it.each(['jp', 'Case Smith', 'Ada'])('%j may be one', async actor => {
  expect((await ask({ answer: 'granted', actor })).denied).toBeNull();
});
