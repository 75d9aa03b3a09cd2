import { expect, it } from 'vitest';
import { listenToPrinted } from './printed.ts';

/** What was heard of lines that came in chunks of so many bytes. */
function heard(lines: readonly string[], size = 7) {
  const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''));
  const { push, printed } = listenToPrinted();
  for (let from = 0; from < bytes.length; from += size) push(bytes.subarray(from, from + size));
  return printed();
}
const clean = [
  '[unattended] [implement] starting implementer...',
  '[unattended]   ... still running (0s)',
  '[unattended] [implement] implementer done (5s)',
  '[unattended] [verify] starting verifier...',
  '[unattended] [verify] verifier done (10m 0s)',
];

it('what ca prints is heard, however it is cut', () => {
  for (const size of [1, 7, 1000])
    expect(heard([...clean, '[unattended] Pipeline completed successfully.'], size)).toEqual({
      verdict: 'completed',
      exhausted: false,
      done: ['implementer', 'verifier'],
    });
});

it('an agent that was started again, or failed, is not done', () => {
  expect(heard([...clean, '[unattended] [implement] starting implementer...']).done).toEqual(['verifier']);
  expect(heard([...clean, '[unattended] [verify] starting verifier...', '[unattended] [verify] verifier FAILED (1s)']).done).toEqual([
    'implementer',
  ]);
});

it('a failure and warnings are not unsaid by what comes later', () => {
  const told = heard([
    '[unattended] Revision budget exhausted after cycle 2. reviewer found issues but no revision cycles remain. Proceeding with warnings.',
    '[unattended] Pipeline failed at reviewer phase.',
    '[unattended] Pipeline completed successfully.',
  ]);
  expect(told).toEqual({ verdict: 'reviewer', exhausted: true, done: [] });
});

it('what only stands in a line is not said, and a line without an end is not held', () => {
  expect(heard(['he said: Pipeline completed successfully.', 'Pipeline completed successfully. Really.']).verdict).toBeNull();
  const { push, printed } = listenToPrinted();
  for (let i = 0; i < 1000; i++) push(Buffer.alloc(64 * 1024, 'x'));
  push(Buffer.from('\n[unattended] Pipeline failed at closer phase.\n'));
  expect(printed().verdict).toBe('closer');
});
