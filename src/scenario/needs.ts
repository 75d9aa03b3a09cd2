import type { Exec } from '../ports.ts';
import { type Need, needs } from './keys.ts';

const PROBE_MS = 20_000;

/** Prerequisites that this host does not have, each tried by what it does rather than by its name on the PATH. */
export async function missingNeeds(
  wanted: readonly Need[],
  exec: Exec,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Need[]> {
  const has = await Promise.all(wanted.map(need => works(need, exec, env)));
  return wanted.filter((_, i) => !has[i]);
}

async function works(need: Need, exec: Exec, { PATH = '', HOME = '' }: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const { code } = await exec(needs[need], { cwd: '/', env: { PATH, HOME }, timeoutMs: PROBE_MS });
  return code === 0;
}

/** Why a scenario is not run here, and whether that is a failure (SPEC section 2: with CI=true a gap is red). */
export function gapOf(
  { skip, missing }: { skip: string | undefined; missing: readonly string[] },
  env: Readonly<Record<string, string | undefined>>,
): { reason: string; fails: boolean; hint: string } | undefined {
  const strict = env['CI'] === 'true';
  if (skip !== undefined) return { reason: skip, fails: strict, hint: 'with CI=true nothing may be skipped' };
  if (missing.length === 0) return undefined;
  const mayLack = (env['PROOFGATE_MAY_LACK'] ?? '').split(',').map(name => name.trim());
  return {
    reason: `needs ${missing.join(', ')}`,
    fails: strict && missing.some(need => !mayLack.includes(need)),
    hint: `install it, or say PROOFGATE_MAY_LACK=${missing.join(',')}`,
  };
}
