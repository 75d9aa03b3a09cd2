import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const honesty = (...args: string[]): Promise<{ code: number; stderr: string }> =>
  new Promise(done => {
    execFile(process.execPath, [join(import.meta.dirname, 'honesty.ts'), ...args], (error, _stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stderr }),
    );
  });

it.each<[string, string[], string]>([
  ['an option that it does not have', ['--every'], '--every'],
  ['a sample that is no number', ['--sample', 'some'], '"some" is no whole number from 1 on'],
  ['a sample of none', ['--sample', '0'], '"0" is no whole number from 1 on'],
  ['a suite that is not there', ['--suite', 'no/such/folder'], 'is not there'],
])(
  '%s is a mistake of the user',
  async (_title, args, words) => {
    const { code, stderr } = await honesty(...args);
    expect(code).toBe(64);
    expect(stderr).toContain(words);
    expect(stderr).toContain('hint: ');
  },
  60_000,
);
