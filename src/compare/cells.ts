import type { Status } from '../model/blocker.ts';
import { type Cell, MAX_NAMED, stateOf } from '../model/comparison.ts';
import type { Stage } from '../model/units.ts';

/** One bundle, as it was derived again. */
export interface Derived {
  stage: Stage;
  backend: string;
  task: string;
  runId: string;
  /** Null: it is invalid, and counts as nothing else. */
  status: Status | null;
  /** What of its world was not ordinary, by the contract; a scripted model is. */
  given: readonly string[];
  manifest: string;
  /** Relative to the project. */
  bundle: string;
}

const stages: readonly Stage[] = [1, 2, 3, 4, 5, 6];

/** A table of all stages × backends. What has no evidence says so; nothing is left out. */
export function cellsOf(derived: readonly Derived[], backends: readonly string[], notApplicable: Readonly<Record<string, string>>): Cell[] {
  return stages.flatMap(stage => backends.map(backend => cellOf(stage, backend, derived, notApplicable[backend])));
}

function cellOf(stage: Stage, backend: string, derived: readonly Derived[], reason: string | undefined): Cell {
  const own = once(derived.filter(one => one.stage === stage && one.backend === backend));
  const count = (kind: keyof Cell['counts']) => own.filter(one => kindOf(one) === kind).length;
  const counts = {
    pass: count('pass'),
    rehearsed: count('rehearsed'),
    fail: count('fail'),
    blocked: count('blocked'),
    invalid: count('invalid'),
  };
  const evidence = own
    .toSorted(inOrder)
    .flatMap(({ status, runId: run_id, task, given, manifest, bundle }) =>
      status === null ? [] : [{ run_id, task, status, given: [...given].toSorted(), manifest, bundle }],
    )
    .slice(0, MAX_NAMED);
  const state = stateOf(counts, reason === undefined ? 'no_evidence' : 'not_applicable');
  return { stage, backend, state, reason: state === 'not_applicable' ? (reason ?? null) : null, counts, bundles: own.length, evidence };
}

const kindOf = ({ status, given }: Derived): keyof Cell['counts'] =>
  status === null ? 'invalid' : status === 'pass' && given.length > 0 ? 'rehearsed' : status;

/** The same bundle in two places is one; of invalid ones nothing is known that could be the same. */
function once(derived: readonly Derived[]): Derived[] {
  const seen = new Map<string, Derived>();
  for (const one of derived.toSorted((a, b) => byText(a.bundle, b.bundle))) {
    const key = one.status === null ? `at ${one.bundle}` : one.manifest;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

const ranks: Record<keyof Cell['counts'], number> = { pass: 0, rehearsed: 1, fail: 2, blocked: 2, invalid: 2 };

/** The same five, in whatever order the folders were read: the best first, then the newest. */
const inOrder = (a: Derived, b: Derived): number =>
  ranks[kindOf(a)] - ranks[kindOf(b)] || byText(b.runId, a.runId) || byText(a.manifest, b.manifest);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
