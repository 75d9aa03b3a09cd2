import { expect, it } from 'vitest';
import { showMs } from './duration.ts';

it.each([
  [349.6, '350 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [4160, '4.2 s'],
])('%d milliseconds are rounded before their unit is chosen: %s', (ms, shown) => {
  expect(showMs(ms)).toBe(shown);
});
