import { resolve } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Files } from '../ports.ts';

/** Names the executable. */
const BIN = 'CTO_HARNESS_CASE_BIN';
/** Bounds one run of it, in seconds (CTO-WORK-017). */
const TIMEOUT = 'CTO_HARNESS_CASE_TIMEOUT_SECONDS';

/** Absolute path of the executable with every link followed, or what is wrong with the variable that names it. */
export async function findBinary({ env, project }: Plan, files: Files): Promise<{ path: string } | { problem: string }> {
  const named = env[BIN];
  if (!named) return { problem: `${BIN} is not set; it names the executable ca of WorkOS Case` };
  try {
    const path = await files.realPath(resolve(project, named));
    const stat = await files.stat(path);
    if (stat?.kind !== 'file') return { problem: `${BIN} names ${named}, which is a ${stat?.kind ?? 'gone'} and no file` };
    return stat.mode & 0o111 ? { path } : { problem: `${BIN} names ${named}, which is not executable` };
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    return { problem: `${BIN} names ${named}, which cannot be reached (${code})` };
  }
}

/** Milliseconds that one run may take: the smaller of the limit of every backend and of the one for Case; or what is wrong with the latter. */
export function limitOf({ env, limits }: Plan): { ms: number } | { problem: string } {
  const text = env[TIMEOUT]?.trim();
  if (text === undefined) return { ms: limits.backendMs };
  // no hexadecimal, no exponent, and nothing empty: a limit that was misread is no limit
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0) return { problem: `${TIMEOUT} is "${text}", and not a positive number of seconds` };
  return { ms: Math.min(limits.backendMs, seconds * 1000) };
}
