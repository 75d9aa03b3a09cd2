import { expect, it } from 'vitest';
import { idleFilters } from './filters.ts';

const selected = { project: '/p', scenarios: '/p/scenarios', files: ['/p/scenarios/stage2/fake.yaml', '/p/src/a.test.ts'] };

it.each([
  ['a folder', 'scenarios/stage2'],
  ['the beginning of a name', 'scenarios/stage2/fa'],
  ['a line', 'scenarios/stage2/fake.yaml:3'],
  ['an absolute path', '/p/scenarios/stage2/fake.yaml'],
  ['another case', 'scenarios/Stage2'],
  ['all scenarios', './scenarios/'],
])('a filter that chose a file is in use: %s', (_what, filter) => {
  expect(idleFilters([filter], selected)).toEqual([]);
});

it('a filter that chose no scenario is named, however many others chose one', () => {
  expect(idleFilters(['scenarios/stage2', 'scenarios/stge3', 'scenarios/stage2/fake.yml:7'], selected)).toEqual([
    'scenarios/stge3',
    'scenarios/stage2/fake.yml:7',
  ]);
});

it('what lies outside of the scenarios is not ours to judge', () => {
  expect(idleFilters(['src/nope', 'nope', '../elsewhere'], selected)).toEqual([]);
});
