import { describe, expect, it } from 'vitest';
import { defaultFakeScript } from '../model/fake.ts';
import { type Played, sameChange, scriptOf } from './record-script.ts';

const line = (type: string, data: Record<string, unknown> = {}) => JSON.stringify({ type, data });
const change = (to: string) => `diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+${to}\n`;
const limits = { backend_ms: 2000, run_ms: 1, output_bytes: 1, processes: 1 };

/** What is made of a run that printed these lines; a test names only what is not ordinary about it. */
const made = (lines: string[], over: Partial<Played> = {}) =>
  scriptOf(
    {
      stdout: lines.join('\n'),
      patch: '',
      oracle: change('two'),
      exitCode: 0,
      timedOut: false,
      limits,
      saidForIt: { plan: null, edit: false },
      ...over,
    },
    'made.patch',
  );
const plan = line('plan.updated', { plan: ['think'] });
const edited = line('patch.applied', { files: ['x'] });
const claim = line('claim', { result: 'completed' });

describe('a script that has the same effect', () => {
  it('says what was said, in order', () => {
    const review = { verdict: 'reject', reason: 'no' };
    const ask = { scope: 'all', mutation_mode: 'copy' };
    expect(
      made([plan, 'hello', '', line('review.completed', review), line('approval.requested', ask), line('run.completed', { a: 1 }), claim]),
    ).toEqual({
      script: [
        { plan: ['think'] },
        { print: 'hello' },
        { review },
        { ask_approval: ask },
        { emit: { type: 'run.completed', data: { a: 1 } } },
        { claim: 'completed' },
      ],
      patch: null,
    });
  });

  it('makes the whole change at the first edit, and says the others', () => {
    const { script, patch } = made([plan, edited, edited, claim], { patch: change('three') });
    expect(script).toEqual([{ plan: ['think'] }, { patch: 'made.patch' }, { emit: { type: 'patch.applied' } }, { claim: 'completed' }]);
    expect(patch).toBe(change('three'));
  });

  it('applies the known good answer where that was the change, however git wrote it', () => {
    const same = change('two').replace('index 1..2 100644\n', '').replace('@@ -1 +1 @@', '@@ -1,1 +1,1 @@ x');
    expect(made([plan, edited, claim], { patch: same })).toEqual({
      script: [{ plan: ['think'] }, { oracle: true }, { claim: 'completed' }],
      patch: null,
    });
  });

  it('makes a change that nobody announced without a word, before the claim', () => {
    const { script } = made([plan, claim], { patch: change('three') });
    expect(script.map(action => Object.keys(action)[0])).toEqual(['plan', 'run', 'claim']);
    expect(JSON.stringify(script[1])).toContain('+three');
  });

  it('says what the harness said for a backend that does not speak', () => {
    const { script } = made(['done'], { patch: change('three'), saidForIt: { plan: ['change x'], edit: true } });
    expect(script).toEqual([{ plan: ['change x'] }, { print: 'done' }, { patch: 'made.patch' }]);
  });

  it.each([
    ['an exit code', 3, false, { exit: 3 }],
    ['a signal', 137, false, { signal: 'SIGKILL' }],
    ['its time', 124, true, { sleep: '62s' }],
  ])('ends by %s', (_title, exitCode, timedOut, end) => {
    expect(made([plan], { exitCode, timedOut }).script.at(-1)).toEqual(end);
  });

  it('is the ordinary one where nothing was started', () => {
    expect(made([], { exitCode: null }).script).toEqual(defaultFakeScript);
  });

  it('does not repeat the whole output of a program, nor take broken JSON for an event', () => {
    expect(made(Array.from({ length: 100 }, (_, i) => `line ${i}`)).script).toHaveLength(20);
    expect(made(['{"type": 1}', '{"type"', '{}']).script).toEqual([{ print: '{"type": 1}' }, { print: '{"type"' }, { print: '{}' }]);
  });
});

it.each([
  ['another line', change('two'), change('three'), false],
  ['no change at all', '', '', false],
  ['the same lines', change('two'), change('two'), true],
])('two patches with %s', (_title, one, other, same) => {
  expect(sameChange(one, other)).toBe(same);
});
