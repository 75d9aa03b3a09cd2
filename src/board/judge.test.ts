import { describe, expect, it } from 'vitest';
import type { Workboard } from '../scenario/board.ts';
import { countStates, judgeBoard, type Proof } from './judge.ts';
import { boardLine, boardMarkdown } from './markdown.ts';

const board: Workboard = {
  workboard: 1,
  core_promotion_status: 'not-promoted',
  notice: 'n',
  items: [{ id: 'A', title: 'an item', criteria: [{ id: 'one', text: 'It holds | always.' }] }],
};
const proof = (over: Partial<Proof> = {}): Proof => ({
  id: 'scenarios/a.yaml#a',
  state: 'green',
  bundle: 'reports/runs/x',
  stale: [],
  reason: null,
  ...over,
});
const judged = (...proofs: Proof[]) => judgeBoard(board, new Map([['A/one', proofs]]))[0]!.criteria[0]!;

describe('a criterion', () => {
  it.each<[string, Proof[], string, string[]]>([
    ['proven by one green scenario', [proof()], 'proven', []],
    ['unproven without any', [], 'unproven', ['no scenario proves it']],
    ['red as soon as one is red', [proof(), proof({ id: 'b', state: 'red' })], 'red', ['b is red']],
    ['unproven where one was not run', [proof(), proof({ id: 'b', state: 'missing' })], 'unproven', ['b has no result in this suite']],
    [
      'unproven by one that was skipped, and says why',
      [proof({ id: 'b', state: 'skipped', reason: 'no pytest' })],
      'unproven',
      ['b is skipped: no pytest'],
    ],
    ['unproven by one that was repeated to green', [proof({ id: 'b', state: 'flaky' })], 'unproven', ['b is flaky']],
    [
      'unproven by a green one that is of yesterday',
      [proof({ id: 'b', stale: ['was changed since'] })],
      'unproven',
      ['b was changed since'],
    ],
  ])('is %s', (_title, proofs, state, why) => {
    expect(judged(...proofs)).toMatchObject({ state, why });
  });

  it('that nothing can run is shown apart, and a scenario wins over the word', () => {
    const planned = structuredClone(board);
    planned.items[0]!.criteria[0]!.proven_by = { planning: 'it is a decision' };
    expect(countStates(judgeBoard(planned, new Map()))).toEqual({ proven: 0, red: 0, unproven: 0, planning: 1 });
    expect(countStates(judgeBoard(planned, new Map([['A/one', [proof()]]])))).toMatchObject({ proven: 1, planning: 0 });
    expect(countStates(judgeBoard(planned, new Map([['A/one', [proof({ state: 'red' })]]])))).toMatchObject({ red: 1 });
  });

  it('stands in a cell of its table, whatever its text is', () => {
    const items = judgeBoard(board, new Map([['A/one', [proof({ state: 'red' })]]]));
    expect(boardLine(items)).toBe('0 proven, 1 red, 0 unproven, 0 planning');
    expect(boardMarkdown(items, 'Suite x.')).toContain(
      '| It holds &#124; always. | red | `scenarios/a.yaml#a` | scenarios/a.yaml#a is red |',
    );
  });
});
