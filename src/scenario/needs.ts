import { join } from 'node:path';
import type { Exec, Files } from '../ports.ts';
import { CODEX_BIN } from '../model/places.ts';
import { type Need, needs } from './keys.ts';
import { remembered } from './memory.ts';
import { agentEnv } from './provider.ts';

const PROBE_MS = 20_000;

/**
 * Prerequisites that this host does not have, each tried by what it does rather than by its name on the PATH.
 * @param env what `needsEnv` makes of the environment of the suite
 * @param known what was found out before: a suite asks once
 */
export async function missingNeeds(
  wanted: readonly Need[],
  exec: Exec,
  env: Readonly<Record<string, string | undefined>>,
  known: Map<string, Promise<boolean>> = new Map(),
): Promise<Need[]> {
  const has = await Promise.all(wanted.map(need => remembered(known, need, () => works(need, exec, env))));
  return wanted.filter((_, i) => !has[i]);
}

/** Where a run would find what it needs: the Case of the project, and the programs that npm has put into it. */
export async function needsEnv(outside: Readonly<Record<string, string | undefined>>, project: string, files: Files) {
  const PATH = [outside['PATH'], join(project, 'node_modules', '.bin'), join(project, CODEX_BIN)].filter(Boolean).join(':');
  return { ...outside, ...(await agentEnv(outside, project, files)), PATH };
}

async function works(
  need: Need,
  exec: Exec,
  { PATH = '', HOME = '', CTO_HARNESS_CASE_BIN: ca, CTO_HARNESS_CODEX_BIN: codex }: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  // a run starts what the variable names, and never a ca of the PATH
  if (need === 'ca' && !ca) return false;
  const argv = need === 'ca' && ca ? ([ca, '--help'] as const) : needs[need];
  const { code } = await exec(argv, { cwd: '/', env: { PATH, HOME, ...(codex && { CTO_HARNESS_CODEX_BIN: codex }) }, timeoutMs: PROBE_MS });
  return code === 0;
}

/** Why a scenario is not run here. */
export interface Gap {
  /** The key that says so. */
  key: 'skip' | 'todo' | 'needs';
  reason: string;
  /** With CI=true a gap is red (SPEC section 2), unless it was announced. */
  fails: boolean;
  hint: string;
}

/** The first reason not to run a scenario, or undefined. */
export function gapOf(
  { skip, todo, missing = [] }: { skip?: string | undefined; todo?: string | true | undefined; missing?: readonly string[] },
  env: Readonly<Record<string, string | undefined>>,
): Gap | undefined {
  const strict = env['CI'] === 'true';
  if (skip !== undefined) return { key: 'skip', reason: skip, fails: strict, hint: 'with CI=true nothing may be skipped' };
  if (todo !== undefined) {
    return { key: 'todo', reason: todo === true ? 'todo' : todo, fails: strict, hint: 'with CI=true nothing may be left for later' };
  }
  if (missing.length === 0) return undefined;
  const mayLack = (env['PROOFGATE_MAY_LACK'] ?? '').split(',').map(name => name.trim());
  return {
    key: 'needs',
    reason: `needs ${missing.join(', ')}`,
    fails: strict && missing.some(need => !mayLack.includes(need)),
    hint: `install it, or say PROOFGATE_MAY_LACK=${missing.join(',')}`,
  };
}
