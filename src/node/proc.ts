import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** More than most files in /proc have. */
const CHUNK = 4096;

/** One line of the table of processes. */
export interface Process {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** When it started, in ticks since the system did: no clock that anybody can set. */
  born: number;
  /** Dead, but not buried by its parent yet. */
  zombie: boolean;
}

/** Every process id there is. Linux; elsewhere none are seen. */
export const pids = (): number[] =>
  entriesOf('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);

/** Text of a file in /proc, empty when it is gone or belongs to somebody else. Bytes are kept apart (latin1). */
export function readProc(path: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${path}`, 'r');
    const chunk = Buffer.allocUnsafe(CHUNK);
    let text = '';
    for (let count = 0; (count = readSync(fd, chunk)) > 0;) text += chunk.toString('latin1', 0, count);
    return text;
  } catch {
    return '';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Names in a folder of /proc. */
export function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

export function processOf(pid: number): Process | undefined {
  const stat = readProc(`${pid}/stat`);
  // the command's name may hold spaces and parentheses: the fields are counted from the last one
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 20) return undefined;
  const [state, parent, group, session] = fields;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    born: Number(fields[19]),
    zombie: state === 'Z' || state === 'X',
  };
}

/** Processes below `root`, and those that were given a new parent but kept its group or session. */
export function descendants(root: number): number[] {
  const table = pids().flatMap(pid => processOf(pid) ?? []);
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

/** Direct children of a process. */
export const childrenOf = (pid: number): number[] => readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

/** SIGKILL; what is gone already, or not ours, is no mistake. A negative number is a process group. */
export function sigkill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone
  }
}
