import { type Calibration, calibrateOnce } from '../checks/calibrate.ts';
import { resolveProgram } from '../preflight/index.ts';
import type { Contract } from '../model/contract.ts';
import type { Task } from '../model/task.ts';
import type { Ports } from '../ports.ts';
import type { GateInput } from './input.ts';

/** A pass, and the task of the protected base behind it. */
export interface Behind {
  contract: Contract;
  task: Task;
}

interface Setting {
  /** Absolute folder that only this uses. */
  scratch: string;
  /** What this gate found already. */
  calibrations: Map<string, Promise<Calibration>>;
  signal: AbortSignal;
}

/**
 * Tries seed and oracle of every task behind a pass again, here and now: a pass against a fixture that is green to begin with, or that
 * is green now and then, proves nothing. What the suite found counts for nothing.
 */
export async function calibrateAfresh(
  passes: readonly Behind[],
  times: number,
  { scratch, calibrations, signal }: Setting,
  ports: Ports,
): Promise<GateInput['calibrations']> {
  const programs = new Map();
  const tried = new Map<string, string[]>();
  await ports.files.makeDir(scratch);
  for (const { contract, task } of passes) {
    // the program is that of this host; the run may be of another
    const program = await resolveProgram({ task }, programs, ports);
    const own: Contract = { ...contract, verification: { ...contract.verification, program } };
    const { problems } = await calibrateOnce(calibrations, { contract: own, task, times, scratch, signal }, ports);
    tried.set(task.spec.id, [...new Set([...(tried.get(task.spec.id) ?? []), ...problems])]);
  }
  return [...tried].map(([task, problems]) => ({ task, problems }));
}
