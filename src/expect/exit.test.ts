import { describe, expect, it } from 'vitest';
import { ExitSpec, judgeExit } from './exit.ts';

const holds = (spec: ExitSpec, exit: number, sealed = true) => judgeExit(spec, exit, sealed, ['exit']).length === 0;

describe('exit', () => {
  const codes = [0, 1, 2, 3, 4, 64, 70, 130, 137, 143];

  it.each<[ExitSpec, number[]]>([
    ['zero', [0]],
    ['nonzero', [1, 2]],
    ['fail', [1]],
    ['blocked', [2]],
    ['refused', [3]],
    ['invalid', [4]],
    ['usage', [64]],
    ['interrupted', [130, 137, 143]],
    [2, [2]],
    [
      [0, 3],
      [0, 3],
    ],
  ])('%j is exactly %j', (spec, expected) => {
    expect(codes.filter(code => holds(spec, code))).toEqual(expected);
  });

  it('a class asks for a sealed report: a run that was killed early failed in no way that counts', () => {
    expect(holds('nonzero', 1, false)).toBe(false);
    expect(holds('fail', 1, false)).toBe(false);
    expect(holds('zero', 0, false)).toBe(false);
  });

  it('but for an interruption, and for a number', () => {
    expect(holds('interrupted', 137, false)).toBe(true);
    expect(holds(1, 1, false)).toBe(true);
    expect(holds([1, 137], 137, false)).toBe(true);
  });

  it.each([['failed'], [256], [-1], [1.5], [[]], [['zero']], [true]])('cannot be written as %j', spec => {
    expect(ExitSpec.safeParse(spec).success).toBe(false);
  });

  it('says what the class means', () => {
    expect(judgeExit('nonzero', 0, true, [])[0]?.message).toBe('expected "nonzero" (1, 2), got 0');
    expect(judgeExit('nonzero', 1, false, [])[0]?.message).toBe(
      'expected "nonzero" with a sealed report, got 1 and a report that was never sealed',
    );
  });
});
