import { createHash } from 'node:crypto';
import { pids, processOf, readProc } from './proc.ts';

/** Name of the environment variable that every process of a supervised tree carries. */
export const MARKER = 'PROOFGATE_RUN_ID';

/** How the processes of a run are recognised, whatever became of their parents. Both marks are inherited by what they start. */
export interface Marks {
  runId: string;
  /**
   * The hard limit of RLIMIT_LOCKS. Linux has not enforced it since 2.4, anybody may read it, and only root can raise it; so
   * it is still there when a daemon has cleaned its environment.
   */
  number: number;
}

export const marksOf = (runId: string): Marks => ({ runId, number: createHash('sha256').update(runId).digest().readUIntBE(0, 6) });

/**
 * Processes that carry a mark, oneself and the dead excepted. Linux; elsewhere none are seen.
 *
 * @param since when the first of the run was born: who is older has no mark, and need not be looked at
 */
export function markedProcesses({ runId, number }: Marks, since = 0): number[] {
  const variable = `\0${MARKER}=${runId}\0`;
  const limit = new RegExp(`^Max file locks .* ${number} `, 'm');
  return pids().filter(pid => {
    if (pid === process.pid) return false;
    const found = since > 0 ? processOf(pid) : undefined;
    if (found && found.born < since) return false;
    if (`\0${readProc(`${pid}/environ`)}`.includes(variable)) return true;
    return limit.test(readProc(`${pid}/limits`)) && processOf(pid)?.zombie === false;
  });
}
