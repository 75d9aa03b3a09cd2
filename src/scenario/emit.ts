import type { Problem } from '../errors.ts';
import type { Place } from './frame.ts';
import { limitsOf } from './plan.ts';
import type { Scenario } from './scenario.ts';

/** A test module made from a scenario file, with the map back to its lines. */
export interface TestModule {
  code: string;
  map: { version: 3; sources: string[]; sourcesContent: string[]; names: string[]; mappings: string };
}

export interface Emission {
  /** Absolute path of the scenario file. */
  file: string;
  /** Its text. */
  source: string;
  /** What the module imports its runtime from. */
  runtime: string;
}

/** Vitest's own limit only catches what the engine's did not: the run and its baseline, then sealing. */
const GRACE_MS = 30_000;

/**
 * One line a scenario: names, options and tags are literals, so that a list needs no run and a line has a place.
 * @param strict what is left out is a failure (CI=true), which only a test that runs can be
 */
export function emitTests(scenarios: readonly Scenario[], { file, source, runtime }: Emission, { strict = false } = {}): TestModule {
  const lines: Line[] = [
    { code: `import { describe, test } from 'vitest'` },
    { code: `import { openFile } from ${JSON.stringify(runtime)}` },
    { code: `const run = openFile(${JSON.stringify(file)})` },
  ];
  const [first] = scenarios;
  const matrix = first?.matrix;
  if (first && matrix) lines.push({ code: `describe(${quoted(matrix)}, { concurrent: true }, () => {`, place: placeOf(first, ['matrix']) });
  for (const [i, scenario] of scenarios.entries()) {
    const { spec, name, path } = scenario;
    const { tags, retry, only, todo, skip } = spec;
    const isLeft = todo !== undefined && !strict;
    // a test that is left for later never runs, and cannot say why
    const meta = isLeft && typeof todo === 'string' ? { proof: { notProven: todo } } : undefined;
    const options = { timeout: limitsOf(spec).runMs + GRACE_MS, concurrent: true, tags, retry, only, todo: isLeft, meta };
    // a reason to skip travels along: nothing has to be loaded to say it
    const call = skip === undefined ? `run(ctx, ${i})` : `run(ctx, ${i}, ${quoted(skip)})`;
    lines.push({ code: `test(${quoted(name)}, ${literal(options)}, ctx => ${call})`, place: placeOf(scenario, path) });
  }
  if (first && matrix) lines.push({ code: '})' });
  return moduleOf(lines, file, source);
}

/** A module that cannot be collected: every problem of the file is an error of its own, at its place. */
export function emitProblems(problems: readonly Problem[], { file, source, runtime }: Emission): TestModule {
  const lines = [
    { code: `import { refuse } from ${JSON.stringify(runtime)}` },
    { code: `refuse(${JSON.stringify(file)}, ${JSON.stringify(problems)})`, place: { line: 1, col: 1 } },
  ];
  return moduleOf(lines, file, source);
}

interface Line {
  code: string;
  place?: Place;
}

const placeOf = ({ origin }: Scenario, path: Scenario['path']): Place => origin([]).yaml.place(path, 'key');

/** A name without quotes and backslashes reads the same in the module and in a list (the schema sees to that). */
const quoted = (text: string) => JSON.stringify(text);

/** An object literal with identifier keys: what lists tests without running them reads no other. */
const literal = (options: Record<string, unknown>) =>
  `{ ${Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(', ')} }`;

function moduleOf(lines: readonly Line[], file: string, source: string): TestModule {
  return {
    code: `${lines.map(({ code }) => code).join('\n')}\n`,
    map: { version: 3, sources: [file], sourcesContent: [source], names: [], mappings: mappingsOf(lines) },
  };
}

/** One segment at column 0 of every line that has a place (source map revision 3). */
function mappingsOf(lines: readonly Line[]): string {
  let before = { line: 1, col: 1 };
  return lines
    .map(({ place }) => {
      if (!place) return '';
      const segment = [0, 0, place.line - before.line, place.col - before.col].map(vlq).join('');
      before = place;
      return segment;
    })
    .join(';');
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A base 64 variable length quantity. */
function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
