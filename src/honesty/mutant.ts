import type { Matcher } from '../expect/matcher.ts';
import type { Path } from '../model/json.ts';

/** An expectation that was made false: the evidence stays as it is, and the scenario must turn red at `at`. */
export interface Flip {
  does: 'flip';
  /** Row of the kill table. */
  kind: string;
  /** The assertion: where a mismatch is expected. */
  at: Path;
  /** What is written there instead; the place is `at` or a list or map around it. */
  edit: { at: Path; to: unknown };
  /** In words, for a person. */
  what: string;
}

/** Evidence without what an assertion asks for: the scenario must turn red at `at`, and nothing but `without` may be to blame. */
export interface Spoil<T = unknown> {
  does: 'spoil';
  kind: string;
  at: Path;
  /** The part of the scenario without which the spoilt evidence has no mismatch at `at`. */
  without: Path;
  /** The spoilt value. */
  to: T;
  what: string;
}

/** A place that is left out, by a rule that is printed and counted. */
export interface LeftOut {
  does: 'leave out';
  at: Path;
  rule: Rule;
}

/** An assertion for which no change is known: the same as a survivor, for nobody checks that it asserts anything. */
export interface Unknown {
  does: 'know nothing';
  at: Path;
  what: string;
}

/** Why a place is no assertion of its own. */
export const rules = {
  'one with what forbids it':
    'what stands below $not, in {not: …} or in an element of never: changed alone it forbids something else, which is not there either; the whole is flipped and spoilt instead',
  'an alternative not taken':
    'a member of $oneOf, or of a list of exit codes, where another one holds as well or this one does not: the rest holds without it; the whole is flipped and spoilt instead',
  'a pattern without an example':
    'a regular expression that is forbidden and uses more than literals, classes, groups and repetitions: no text can be made up that it matches, so it cannot be put into the evidence',
  'a gap with nothing in it':
    'two events follow each other in every reading of the log: there is no event between them that could be forbidden',
  'a command': 'the output of do: cli and do: verify is in no bundle: nothing is stored that it could be judged against',
} as const;
export type Rule = keyof typeof rules;

export type Flipped = Flip | LeftOut | Unknown;
export type Spoilt<T = unknown> = Spoil<T> | LeftOut | Unknown;

export const leaveOut = (rule: Rule, at: Path = []): LeftOut => ({ does: 'leave out', at, rule });

/** What was found for a part, as it stands in the whole. */
export function* flippedBelow(prefix: Path, found: Iterable<Flipped>): Generator<Flipped> {
  for (const one of found) {
    const at = [...prefix, ...one.at];
    yield one.does === 'flip' ? { ...one, at, edit: { ...one.edit, at: [...prefix, ...one.edit.at] } } : { ...one, at };
  }
}

/** The same for spoilt values. @param put places the value of the part in the whole; undefined where it cannot stand there */
export function* spoiltBelow<A, B>(
  prefix: Path,
  found: Iterable<Spoilt<A>>,
  put: (part: A) => B | undefined,
  without?: Path,
): Generator<Spoilt<B>> {
  for (const one of found) {
    const at = [...prefix, ...one.at];
    if (one.does !== 'spoil') {
      yield { ...one, at };
      continue;
    }
    const to = put(one.to);
    if (to !== undefined) yield { ...one, at, without: without ?? [...prefix, ...one.without], to };
  }
}

/** A matcher or a value with something else at a path; `undefined` removes it, and what is empty without it. */
export function withAt<T>(root: T, path: Path, to: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return to as T;
  if (Array.isArray(root)) {
    const one: unknown = rest.length > 0 ? emptied(withAt(root[Number(step)] as unknown, rest, to), to) : to;
    return (one === undefined ? root.toSpliced(Number(step), 1) : root.with(Number(step), one)) as T;
  }
  const { [step]: before, ...others } = root as Record<string, unknown>;
  const one: unknown = rest.length > 0 ? emptied(withAt(before, rest, to), to) : to;
  return (one === undefined ? others : { ...(root as object), [step]: one }) as T;
}

/** A list or map from which the last part was removed asserts nothing and goes with it. */
const emptied = (part: unknown, to: unknown): unknown =>
  to === undefined && typeof part === 'object' && part !== null && Object.keys(part).length === 0 ? undefined : part;

/** A matcher that is made of operators, or undefined. */
export const operatorsIn = (matcher: Matcher): { [operator: string]: Matcher } | undefined =>
  typeof matcher === 'object' && matcher !== null && !Array.isArray(matcher) && Object.keys(matcher).some(key => key.startsWith('$'))
    ? matcher
    : undefined;
