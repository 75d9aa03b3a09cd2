import type { Backend } from '../backends/index.ts';
import type { Exam } from '../checks/index.ts';
import type { Engine } from '../engine.ts';
import type { Bundle } from '../evidence/index.ts';
import type { Destination } from '../handover/index.ts';
import type { Contract } from '../model/contract.ts';
import type { Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import type { ReadStage } from '../model/stage.ts';
import type { Admitted } from '../preflight/index.ts';
import type { Source } from '../sources/index.ts';
import type { Ports } from '../ports.ts';

/** One run while it goes on. */
export interface Run {
  readonly plan: Plan;
  readonly backend: Backend;
  /** The record of the stage of this run. */
  readonly stage: ReadStage;
  readonly contract: Contract;
  readonly bundle: Bundle;
  readonly engine: Engine;
  readonly ports: Ports;
  readonly signal: AbortSignal;
  /** Holds the workspace and nothing else. */
  readonly workspaceParent: string;
  /** The harness's own room; no path of it is given to a backend. */
  readonly scratch: string;
  readonly seedDir: string;
  readonly exam: Exam;
  /** Where the seed came from; null: the task has files of its own. */
  readonly source: Source | null;
  /** Where a proven change goes; null where the stage has no such place. */
  readonly destination: Destination | null;
  /** What preflight found the records to allow. */
  readonly admitted: Admitted;
  /** What the agent gets in the place of a key: worth nothing outside of this run. */
  readonly token: string;
  /** What is known so far. */
  readonly facts: Facts;
  /** SHA-256 of artifacts that are finished; null where one could not be written. */
  readonly digests: Record<string, string | null>;
}
