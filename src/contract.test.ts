import { expect, it } from 'vitest';
import { protectedByDefault } from './contract.ts';
import type { Plan } from './model/plan.ts';

it("the task, the admissions, and what the project's git says and runs are protected without being named", () => {
  const plan = { project: '/p', task: { dir: '/p/fixtures/t' }, given: { target: '/target', protected: ['/more'] } } as unknown as Plan;
  expect(protectedByDefault(plan)).toEqual([
    '/p/fixtures/t',
    '/p/admissions',
    '/p/.git/HEAD',
    '/p/.git/index',
    '/p/.git/config',
    '/p/.git/hooks',
    '/target',
    '/more',
  ]);
});
