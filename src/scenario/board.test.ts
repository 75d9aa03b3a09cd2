import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { criteriaOf, readBoard } from './board.ts';

const ports = nodePorts();
const board = `workboard: 1
core_promotion_status: not-promoted
notice: none
items:
  - {id: X-1, title: x, criteria: [{id: a, text: t}, {id: b, text: t}]}
  - {id: X-2, title: x, criteria: [{id: a, text: t}]}
`;

async function said(text: string) {
  await using project = await aProject({ 'admissions/workboard.yaml': text });
  return await problemsOf(readBoard(project.root, ports));
}

describe('a board', () => {
  it('has items with criteria; an id may stand below two items', async () => {
    expect(await said(board)).toEqual([]);
  });

  it.each([
    ['an unknown key', `${board}note: x\n`, '7:1 note: unknown key'],
    ['an unknown key of an item', board.replace('title: x, ', 'title: x, owner: me, '), '5:25 items.0.owner: unknown key'],
    ['an unknown key of a criterion', board.replace('{id: b,', '{id: b, done: true,'), '5:62 items.0.criteria.1.done: unknown key'],
    ['another status', board.replace('not-promoted', 'promoted'), '2:24 core_promotion_status: expected not-promoted, got "promoted"'],
    ['an item that stands twice', board.replace('X-2', 'X-1'), '6:10 the item X-1 stands twice'],
    ['a criterion that stands twice', board.replace('{id: b', '{id: a'), '5:59 the criterion X-1/a stands twice'],
    ['an item without criteria', board.replace('[{id: a, text: t}]', '[]'), '6:35 items.1.criteria: is empty'],
  ])('cannot have %s', async (_title, text, message) => {
    expect(await said(text)).toEqual([`admissions/workboard.yaml:${message}`]);
  });

  it('of a project adds its criteria to those of proofgate', async () => {
    await using project = await aProject({ 'admissions/workboard.yaml': board });
    const all = await criteriaOf(project.root, ports);
    expect(all.slice(0, 3)).toEqual(['X-1/a', 'X-1/b', 'X-2/a']);
    expect(all).toContain('CTO-WORK-007/no-diff');
    expect(await criteriaOf(join(project.root, 'nothing'), ports)).toEqual(all.slice(3));
  });
});
