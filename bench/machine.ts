import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What figures were taken on: without it they mean nothing. */
export interface Machine {
  cpu: string;
  /** Processors that this process may use. */
  cores: number;
  memoryBytes: number;
  kernel: string;
  node: string;
  /** One minute's mean of runnable processes, before anything was measured. */
  loadBefore: number;
}

export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  kernel: `Linux ${release()}`,
  node: process.version,
  loadBefore: load(),
});

export const load = (): number => loadavg()[0] ?? NaN;

/** @throws where the clocks that everything here reads are not to be had */
export function requireLinux(): void {
  try {
    readFileSync('/proc/self/smaps_rollup');
  } catch (cause) {
    throw new Error('the bench reads processor time and memory from /proc of Linux 4.14 or later, which is not here', { cause });
  }
}
