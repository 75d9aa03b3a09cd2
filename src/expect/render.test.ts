import { describe, expect, it } from 'vitest';
import { renderMismatch } from './render.ts';

const mismatch = (expected: unknown, got: unknown) =>
  renderMismatch({ path: ['expect', 'x'], expected, got, message: 'expected …, got …' });

describe('a mismatch is said', () => {
  it('in one line where it is about one value', () => {
    expect(mismatch('fail', 'pass')).toBe('expect.x: expected …, got …');
    expect(mismatch(['a'], undefined)).toBe('expect.x: expected …, got …');
  });

  it('with the difference where both sides are lists or maps', () => {
    expect(mismatch(['a', 'b'], ['a', 'c'])).toBe(
      ['expect.x: expected …, got …', '     [', '       ...', '    -  "b"', '    +  "c"', '     ]'].join('\n'),
    );
  });
});
