import type { Engine } from '../engine.ts';
import type { Evidence } from '../expect/evidence.ts';
import { judgeEvidence } from '../expect/expectation.ts';
import type { Mismatch } from '../expect/match.ts';
import type { Ports } from '../ports.ts';
import { judgeInvariants } from '../scenario/judging.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import type { SuiteContext } from './context.ts';

/** What came of a scenario, as its expectations look at it. */
export interface Proof {
  /** What `expect` is judged on. */
  evidence: Evidence;
  /** What invariants are judged on: the evidence of the run; none of a command line. */
  ofRun: Evidence | undefined;
  /** Absolute folder of the bundle; none of a command line. */
  bundle: string | undefined;
  exit: number;
  /** How it ended, in one line. */
  ended: string;
}

export interface World {
  suite: SuiteContext;
  engine: Engine;
  /** Calibrations of the gates of this suite, which never count what a run found; absent: each tries by itself. */
  gated?: Engine['calibrations'];
  ports: Ports;
  signal: AbortSignal;
}

/** What brings a scenario about. */
export type Prove = (scenario: Scenario, world: World) => Promise<Proof>;

/** Every way in which the evidence of a scenario is not as it expects. */
export const mismatchesOf = async (spec: ScenarioSpec, { evidence, ofRun }: Proof): Promise<Mismatch[]> => [
  ...(await judgeEvidence(spec.expect, evidence)),
  ...(ofRun ? await judgeInvariants(spec, ofRun) : []),
];

/** This host cannot bring about what the scenario is about; `message` says what it lacks. */
export class NotHere extends Error {
  /** What somebody may allow a host to lack, by name. */
  readonly missing: readonly string[];

  constructor(message: string, missing: readonly string[] = ['unprivileged_user']) {
    super(message);
    this.missing = missing;
  }
}
