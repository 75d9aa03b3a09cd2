import type { Status } from '../model/blocker.ts';
import type { Cell } from '../model/comparison.ts';
import type { Stage } from '../model/units.ts';

/** One bundle, as it was derived again. */
export interface Derived {
  stage: Stage;
  backend: string;
  task: string;
  runId: string;
  /** Null: it is invalid, and counts as nothing else. */
  status: Status | null;
  manifest: string;
  /** Relative to the project. */
  bundle: string;
}

/** Bundles that a cell names; its counts have them all. */
const MAX_NAMED = 5;

const stages: readonly Stage[] = [1, 2, 3, 4, 5, 6];

/** A table of all stages × backends. What has no evidence says so; nothing is left out. */
export function cellsOf(derived: readonly Derived[], backends: readonly string[], notApplicable: Readonly<Record<string, string>>): Cell[] {
  return stages.flatMap(stage => backends.map(backend => cellOf(stage, backend, derived, notApplicable[backend])));
}

function cellOf(stage: Stage, backend: string, derived: readonly Derived[], reason: string | undefined): Cell {
  const own = derived.filter(one => one.stage === stage && one.backend === backend);
  const count = (status: Status | null) => own.filter(one => one.status === status).length;
  const counts = { pass: count('pass'), fail: count('fail'), blocked: count('blocked'), invalid: count(null) };
  const evidence = own
    .flatMap(({ status, runId: run_id, task, manifest, bundle }) => (status === null ? [] : [{ run_id, task, status, manifest, bundle }]))
    .toSorted((a, b) => Number(b.status === 'pass') - Number(a.status === 'pass') || (a.run_id < b.run_id ? 1 : -1))
    .slice(0, MAX_NAMED);
  const state = counts.pass > 0 ? 'proven' : own.length > 0 ? 'not_proven' : reason === undefined ? 'no_evidence' : 'not_applicable';
  return { stage, backend, state, reason: state === 'not_applicable' ? (reason ?? null) : null, counts, evidence };
}
