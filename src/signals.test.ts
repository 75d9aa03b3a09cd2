import { expect, it } from 'vitest';
import { exitAfter } from './signals.ts';

it.each([
  ['a fail that nobody interrupted', 1, undefined, 1],
  ['a fail by SIGINT', 1, 'SIGINT', 130],
  ['a fail by SIGTERM', 1, 'SIGTERM', 143],
  ['a refusal that was sealed as the signal came', 2, 'SIGTERM', 143],
  ['a pass that was sealed before the signal could do anything', 0, 'SIGINT', 0],
  ['a fail for a reason that is no signal', 1, 'cancellation of the suite', 1],
])('%s ends as the shell expects it', async (_what, code, reason, exit) => {
  const controller = new AbortController();
  if (reason !== undefined) controller.abort(reason);
  expect(await exitAfter(code, controller.signal)).toBe(exit);
});
