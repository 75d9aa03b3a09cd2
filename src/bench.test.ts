import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const bench = join(import.meta.dirname, '..', 'bench', 'index.ts');
const run = (...args: string[]) => execa(process.execPath, [bench, ...args], { reject: false });

it('the bench measures all four parts, and says on what machine', { timeout: 300_000 }, async () => {
  const { stdout, stderr, exitCode } = await run('--tiny', '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const ratio = expect.any(Number) as number;
  expect(JSON.parse(stdout)).toMatchObject({
    machine: { cores: ratio, loadBefore: ratio, loadAfter: ratio, node: process.version },
    a: { ratio: { wall: ratio, cpu: ratio }, ratioWithHolds: { wall: ratio, cpu: ratio } },
    b: { shapes: [{ ratio }] },
    c: { shapes: [{ ratio }] },
    d: { shapes: [{ ratio }] },
  });
});

it('a part that does not exist is refused before anything is measured', { timeout: 60_000 }, async () => {
  const { exitCode, stderr } = await run('--only', 'e');
  expect(exitCode).toBe(64);
  expect(stderr).toBe('--only is one of a, b, c, d');
});
