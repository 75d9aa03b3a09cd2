import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { childrenCpuMs } from './clocks.ts';
import { start } from './start.ts';

/** What `vitest run` of a project took, every process of it included. */
export interface SuiteCost {
  wallMs: number;
  /** User and system. */
  cpuMs: number;
  /** Largest sum of the proportional set sizes (PSS) of its processes, in bytes, sampled; null where it was not asked for. */
  peakBytes: number | null;
}

/** The command line of Vitest. */
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
/** How often memory is looked at. */
const SAMPLE_MS = 50;

/**
 * Runs the tests of a project as its user would.
 *
 * @param tests how many tests must have been seen, so that nobody measures an empty suite
 * @param memory sampled only on demand: looking costs the one that is looked at
 */
export async function runSuite(dir: string, tests: number, { memory = false } = {}): Promise<SuiteCost> {
  const [began, cpu] = [performance.now(), childrenCpuMs()];
  const env = { PATH: process.env['PATH'], HOME: dir, TMPDIR: process.env['TMPDIR'], NO_COLOR: '1' };
  const child = start(dir, [process.execPath, VITEST, 'run'], env);
  let peak = 0;
  const sampler = memory && setInterval(() => (peak = Math.max(peak, pssOf(child.pid!))), SAMPLE_MS);
  const { all, exitCode } = await child;
  if (sampler) clearInterval(sampler);
  if (exitCode !== 0 || !new RegExp(`Tests .*\\(${tests}\\)`).test(all)) {
    throw new Error(`vitest run in ${dir} ended with ${exitCode}, and not with ${tests} tests:\n${all.slice(-2000)}`);
  }
  return { wallMs: performance.now() - began, cpuMs: childrenCpuMs() - cpu, peakBytes: memory ? peak : null };
}

/** Proportional set size of a process and all below it: what they share is counted once, as a sum of RSS would not. */
function pssOf(root: number): number {
  const parents = new Map(readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? [[Number(name), parentOf(name)]] : [])));
  const isOurs = (pid: number | undefined): boolean => pid !== undefined && (pid === root || isOurs(parents.get(pid)));
  const kilobytes = [...parents.keys()]
    .filter(isOurs)
    .map(pid => Number(/^Pss:\s+(\d+) kB/m.exec(readProc(`${pid}/smaps_rollup`))?.[1] ?? 0));
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024;
}

function parentOf(pid: string): number | undefined {
  const stat = readProc(`${pid}/stat`);
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return ''; // gone meanwhile
  }
}
