import { parseArgs } from 'node:util';
import type { Shape } from './projects.ts';

export const parts = ['a', 'b', 'c', 'd'] as const;
export type Part = (typeof parts)[number];

/** What is measured, how often, and how large. */
export interface Options {
  parts: readonly Part[];
  json: boolean;
  rounds: Record<Part, number>;
  /** Runs of (a) before anything counts. */
  warmUp: number;
  /** Suites of (b). */
  idle: readonly Shape[];
  /** Suites of (c). */
  passing: readonly Shape[];
  /** Suites of (d): a small and a large one each. */
  growing: readonly (readonly [Shape, Shape])[];
}

type Size = Omit<Options, 'parts' | 'json'>;

const suite = (files: number, rows: number): Shape => ({ files, rows });

/** What the issue asks for. */
const full: Size = {
  rounds: { a: 40, b: 5, c: 2, d: 3 },
  warmUp: 10,
  idle: [suite(1000, 1), suite(1, 10_000)],
  passing: [suite(1, 200), suite(20, 10)],
  growing: [
    [suite(1000, 1), suite(10_000, 1)],
    [suite(1, 1000), suite(1, 10_000)],
  ],
};

/** Only shows that everything works. */
const tiny: Size = {
  rounds: { a: 1, b: 1, c: 1, d: 1 },
  warmUp: 1,
  idle: [suite(2, 2)],
  passing: [suite(1, 2)],
  growing: [[suite(1, 2), suite(2, 2)]],
};

/** @returns what is wrong with the command line, as a text */
export function readOptions(args: string[]): Options | string {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      tiny: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { only, rounds, json } = values;
  const chosen = parts.filter(part => only === undefined || part === only);
  if (chosen.length === 0) return `--only is one of ${parts.join(', ')}`;
  if (rounds !== undefined && !/^[1-9]\d{0,3}$/.test(rounds)) return '--rounds is a number from 1 to 9999';
  const size = values.tiny ? tiny : full;
  const count = Number(rounds);
  return { ...size, rounds: rounds === undefined ? size.rounds : { a: count, b: count, c: count, d: count }, parts: chosen, json };
}
