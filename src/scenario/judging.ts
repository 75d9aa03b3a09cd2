import type { Evidence } from '../expect/evidence.ts';
import { judgeEvidence } from '../expect/expectation.ts';
import type { Mismatch } from '../expect/match.ts';
import { showPath } from '../model/json.ts';
import type { ScenarioSpec } from './schema.ts';

/**
 * Every way in which the evidence is not as a scenario and the invariants of its folders expect. Paths are those of the
 * resolved scenario: they start with `expect`, or with `invariants` and a name.
 */
export async function judgeScenario(spec: Pick<ScenarioSpec, 'expect' | 'invariants' | 'waive'>, evidence: Evidence): Promise<Mismatch[]> {
  return [...(await judgeEvidence(spec.expect, evidence)), ...(await judgeInvariants(spec, evidence))];
}

/** The same of the invariants alone; those that are waived are not asked. */
export async function judgeInvariants(spec: Pick<ScenarioSpec, 'invariants' | 'waive'>, evidence: Evidence): Promise<Mismatch[]> {
  const found: Mismatch[] = [];
  for (const [name, invariant] of Object.entries(spec.invariants ?? {})) {
    if (spec.waive?.[name] === undefined) found.push(...(await judgeEvidence(invariant, evidence, ['invariants', name])));
  }
  return found;
}

/** What `fails` of a scenario makes of its mismatches. */
export interface KnownFailure {
  /** Mismatches that nobody announced. */
  others: Mismatch[];
  /** Announced, and they hold. */
  held: string[];
}

/** Compares what was announced to fail with what fails. */
export function knownFailure(fails: string | readonly string[], mismatches: readonly Mismatch[]): KnownFailure {
  const announced = [fails].flat();
  return {
    others: mismatches.filter(({ path }) => !announced.some(one => isBelow(showPath(path), one))),
    held: announced.filter(one => !mismatches.some(({ path }) => isBelow(showPath(path), one))),
  };
}

/** True where a shown path is `wanted` or stands below it; `expect.` may be left out. */
export function isBelow(shown: string, wanted: string): boolean {
  return [wanted, `expect.${wanted}`].some(path => shown === path || shown.startsWith(`${path}.`));
}
