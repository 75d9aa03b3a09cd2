import { readdirSync, readFileSync } from 'node:fs';

/** One line of the table of processes. */
interface Process {
  pid: number;
  parent: number;
  group: number;
  session: number;
}

/** Name of the environment variable that every process of a supervised tree carries. */
export const MARKER = 'PROOFGATE_RUN_ID';

/** Processes that carry a run's marker, oneself excepted. Linux; elsewhere none are seen. */
export function markedProcesses(runId: string): number[] {
  const marker = `\0${MARKER}=${runId}\0`;
  return pids().filter(pid => pid !== process.pid && `\0${read(`/proc/${pid}/environ`)}`.includes(marker));
}

/** Processes below `root`, and those that left it for a new parent but kept its group or session. Linux. */
export function descendants(root: number): number[] {
  const table = pids().flatMap(pid => parseStat(pid, read(`/proc/${pid}/stat`)) ?? []);
  const found = new Set([root]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const { pid, parent, group, session } of table) {
      if (found.has(parent) || group === root || session === root) found.add(pid);
    }
  }
  found.delete(root);
  return [...found];
}

/** Direct children of a process. Linux. */
export const childrenOf = (pid: number): number[] => read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

/** SIGKILL; what is gone already, or not ours, is no mistake. A negative number is a process group. */
export function sigkill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone
  }
}

/** The command's name may hold spaces and parentheses, so the fields are counted from the last parenthesis. */
function parseStat(pid: number, stat: string): Process | undefined {
  const [, parent, group, session] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return parent === undefined || group === undefined || session === undefined ? undefined : { pid, parent, group, session };
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Text of a file in /proc, empty when the process is gone or belongs to somebody else. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
