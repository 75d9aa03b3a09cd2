import { isDeepStrictEqual } from 'node:util';
import { delimited, type Mismatch } from '../expect/match.ts';
import { exitClasses } from '../model/exit.ts';
import { type Json, type Path, showPath, valueAt } from '../model/json.ts';
import type { Origin } from '../scenario/layers.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { exitWord } from './exit-word.ts';

/** A literal that gives way to what the evidence has. */
export interface Change {
  /** Relative to the project. */
  file: string;
  /** From the root of the file. */
  path: Path;
  to: Json;
  /** The mismatch that it settles. */
  mismatch: Mismatch;
}

/** A mismatch that stays, and why. */
export interface Left {
  mismatch: Mismatch;
  why: string;
}

/** Keys that say how a run ends, or what must not be: only who asks twice may have them follow the evidence. */
const GUARDED = new Set(['status', 'blocker', 'blockers', 'exit', 'outcome', 'lifecycle', 'never']);

/** What can be blessed of the mismatches of a scenario: literals and digests that it wrote itself, and no matcher ever. */
export function blessing(
  scenario: Scenario,
  mismatches: readonly Mismatch[],
  { really }: { really: boolean },
): { changes: Change[]; left: Left[] } {
  const changes: Change[] = [];
  const left: Left[] = [];
  for (const mismatch of mismatches) {
    const origin = scenario.origin(placeOf(mismatch.path));
    const guard = really ? undefined : guardOf(scenario, mismatch.path, origin);
    const found =
      guard === undefined ? replacement(mismatch, valueAt(origin.yaml.value, origin.path)) : { why: `only with --really: ${guard}` };
    if ('why' in found) left.push({ mismatch, why: found.why });
    else changes.push({ file: origin.yaml.file, path: origin.path, to: found.to, mismatch });
  }
  return withoutDisputes(changes, left);
}

/** Where the literal stands: of a whole log it is the list, whichever event of it differs first. */
function placeOf(path: Path): Path {
  const exact = path[1] === 'events' || path[2] === 'events' ? path.indexOf('exact') : -1;
  return exact < 0 ? path : path.slice(0, exact + 1);
}

/** Why somebody has to insist, or undefined. */
function guardOf(scenario: Scenario, path: Path, { yaml, path: inFile }: Origin): string | undefined {
  const [top, ...below] = path;
  if (top === 'invariants') return 'it is an invariant';
  const word = below.flatMap(step => (typeof step === 'string' ? [step, ...step.split('/')] : [])).find(step => GUARDED.has(step));
  if (word === 'never') return 'it says what must not happen';
  if (word !== undefined) return `${word} says how the run ends`;
  if (yaml.file !== scenario.file) return `it stands in ${yaml.file}, for every scenario below`;
  return inFile[0] === 'each' ? 'it stands in each, for every row' : undefined;
}

/** What takes the place of the written value, or why nothing can. */
function replacement({ path, expected, got }: Mismatch, written: unknown): { to: Json } | { why: string } {
  const [, key, ...rest] = path[0] === 'invariants' ? path.slice(1) : path;
  if (path.some(step => typeof step === 'string' && step.startsWith('$'))) return { why: 'a matcher stays a matcher' };
  if (got === undefined) return { why: 'nothing is there that could be written' };
  if (key === 'exit') return exitReplacement(written, got);
  if (key === 'events') return eventsReplacement(rest, written, got);
  if (key === 'artifacts' || key === 'stdout' || key === 'stderr') {
    const why = contentReason(key === 'artifacts' ? rest.slice(1) : rest, written, got, key === 'artifacts');
    if (why) return { why };
  }
  if (!isDeepStrictEqual(written, expected)) return { why: 'what is written there is not a literal' };
  return literal(written, got);
}

/** A plain value for a plain value, a list of them for a list of them. */
function literal(written: unknown, got: unknown): { to: Json } | { why: string } {
  if (isPlain(written) && isPlain(got)) return { to: got };
  if (Array.isArray(written) && Array.isArray(got)) {
    if (!written.every(isPlain)) return { why: 'the list has another length, and not every element of it is a literal' };
    return got.every(isPlain) ? { to: got } : { why: 'the list would have more than plain values' };
  }
  return { why: 'it is of another kind; write it by hand' };
}

const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** A class gives way to the class of the new code; a list of codes stays. */
function exitReplacement(written: unknown, got: unknown): { to: Json } | { why: string } {
  if (Array.isArray(written) || typeof got !== 'number') return { why: 'a list of codes stays as it is' };
  const codes: readonly number[] =
    typeof written === 'string' && Object.hasOwn(exitClasses, written)
      ? exitClasses[written as keyof typeof exitClasses]
      : [Number(written)];
  if (codes.includes(got)) return { why: 'the report was never sealed' };
  return { to: typeof written === 'string' ? exitWord(got) : got };
}

/** Counts are literals, and so is the whole log where it is written as a list of types. */
function eventsReplacement([part]: Path, written: unknown, got: unknown): { to: Json } | { why: string } {
  if (part === 'count' || part === 'exact') return literal(written, got);
  return { why: 'an order of events has no literal that could follow; write it by hand' };
}

/** Why what is expected of the content of a file or stream is no literal, or undefined. */
function contentReason([clause]: Path, written: unknown, got: unknown, isFile: boolean): string | undefined {
  if (clause === undefined)
    return isFile || written === 'empty' || got === 'empty' ? `${showPath([String(written)])} is not a literal` : undefined;
  if (clause === 'matches' || clause === 'not_matches') return 'text that is looked for is not a literal';
  if (clause === 'same_as') return 'the other file is the literal: copy the new one over it';
  const isPattern = (value: unknown) => typeof value === 'string' && delimited(value) !== undefined;
  const all = [written, got].flat();
  return clause === 'lines' && all.some(isPattern) ? 'a line between slashes is a regular expression' : undefined;
}

/** Two runs that ask for different values in one place leave it as it is. */
export function withoutDisputes(changes: readonly Change[], left: readonly Left[]): { changes: Change[]; left: Left[] } {
  const key = ({ file, path }: Change) => JSON.stringify([file, path]);
  const disputed = [...Map.groupBy(changes, key).values()]
    .filter(same => same.some(({ to }) => !isDeepStrictEqual(to, same[0]?.to)))
    .flat();
  return {
    changes: changes.filter((one, i) => !disputed.includes(one) && changes.findIndex(other => key(other) === key(one)) === i),
    left: [...left, ...disputed.map(({ mismatch }) => ({ mismatch, why: 'the evidence has more than one value for it' }))],
  };
}
