import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from './node/ports.ts';
import { goldenOf } from './testing/golden.ts';
import { casesIn, refusalOf } from './testing/selftest.ts';

const ports = nodePorts();
const root = join(import.meta.dirname, '..', 'scenarios', 'selftest', 'must-fail');
const cases = await casesIn(root, ports);

/** A file as a whole: it was never read, or not to its end. */
const wholeFile = /^(the file has \d+ bytes|lists or maps are nested too deeply|is a \w+, not a file)/;

describe('a scenario that must not load says so in these words', () => {
  it.each(cases)('$name', async ({ dir, scenario, golden }) => {
    expect(scenario, 'a case has one _scenario.yaml').toBeDefined();
    const refusal = await refusalOf(scenario!, dir, ports);
    const text = refusal ? `${refusal.message}\n` : 'it loads\n';
    expect(refusal, 'a case of must-fail loads').toBeDefined();
    expect(text).toBe(await goldenOf(golden, text, { files: ports.files, env: process.env }));
  });

  it.each(cases)('$name: each problem has its place, the lines around it and a next step', async ({ dir, scenario }) => {
    const refusal = await refusalOf(scenario!, dir, ports);
    for (const { at, frame, hint, message } of refusal!.problems) {
      expect(hint).not.toBe('');
      if (!wholeFile.test(message))
        expect([at, frame]).toEqual([expect.stringMatching(/^\S+\.yaml:\d+:\d+$/), expect.stringMatching(/\^$/)]);
    }
  });

  it('and there are such scenarios', () => {
    expect(cases.length).toBeGreaterThan(100);
  });
});
