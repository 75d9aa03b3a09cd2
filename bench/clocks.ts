import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** USER_HZ of Linux: what /proc counts processor time in, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Milliseconds of processor (user and system) of every child of this process that ended and was waited for, and of their children.
 * It comes in steps of 10 ms. The count only ever grows, so a difference is wrong by less than one step, and the mean of many is not.
 *
 * @throws where there is no Linux /proc: then nothing can be measured
 */
export function childrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // the command's name may hold spaces and parentheses: the fields are counted from the last one
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [cutime, cstime] = [fields[13], fields[14]].map(Number);
  return (((cutime ?? NaN) + (cstime ?? NaN)) * 1000) / TICKS_PER_SECOND;
}

/** Processor time of this process itself, all of its threads, in milliseconds. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Bash's `times`: user and system of the shell, then of its children, in milliseconds. */
export const parseTimes = (text: string): number[] =>
  [...text.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000);

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** A program that was run under timed.sh. */
export interface Timed {
  /** Milliseconds since the epoch. */
  began: number;
  ended: number;
  /** Processor time of the program, in milliseconds. */
  cpuMs: number;
  /** The same of the shell around it. */
  shellMs: number;
}

/** `times` cuts off what is below a millisecond: that much is missing from a figure on average, unless there is nothing to cut off. */
const CUT_OFF_MS = 0.5;

/** What programs under timed.sh left here, in the order in which they began. They are forgotten afterwards. */
export function takeMarks(dir: string): Timed[] {
  const names = readdirSync(dir).toSorted();
  return names.map(name => {
    const [began = '', ended = '', ...times] = readFileSync(join(dir, name), 'utf8').split('\n');
    rmSync(join(dir, name));
    const figures = parseTimes(times.join('\n')).map(figure => (figure > 0 ? figure + CUT_OFF_MS : 0));
    return { began: Number(began) * 1000, ended: Number(ended) * 1000, cpuMs: sum(figures.slice(2)), shellMs: sum(figures.slice(0, 2)) };
  });
}

/** How long at least one of them went on, in milliseconds. */
export function unionMs(spans: readonly { began: number; ended: number }[]): number {
  let total = 0;
  let until = -Infinity;
  for (const { began, ended } of spans.toSorted((a, b) => a.began - b.began)) {
    total += Math.max(0, ended - Math.max(began, until));
    until = Math.max(until, ended);
  }
  return total;
}
