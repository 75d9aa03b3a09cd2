import type { Calibration } from '../checks/calibrate.ts';
import type { Problem } from '../errors.ts';
import type { EventType } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';

/** What parent and child say to each other: one JSON document a line, both ways. A plan is plain data and survives that. */

/** On the child's standard input: first what to do, later perhaps a reason to stop. Its end is the end of the parent. */
export type Order = { run: Plan; calibrated: Calibrated } | { look: Plan } | { stop: string };

/** Calibrations that the suite has already, as the engine keys them. */
export type Calibrated = readonly [key: string, calibration: Calibration][];

/** On the child's standard output, each line handed to the system before the child goes on. */
export type News =
  /** Absolute folder of the bundle: it is reserved. */
  | { bundle: string }
  /** Mark of processes that are about to be started. */
  | { mark: string }
  /** The event is written, and the signal comes now. */
  | { interrupted: EventType }
  /** A mistake that somebody else can fix ended the run. */
  | { refused: readonly [Problem, ...Problem[]] }
  /** What this user can not do, each as it stands after `can`. */
  | { lacks: string[] };

export const toLine = (message: Order | News): string => `${JSON.stringify(message)}\n`;
