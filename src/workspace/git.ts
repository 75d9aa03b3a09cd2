import { UserError } from '../errors.ts';
import { IDENTITY } from '../model/handover.ts';
import type { ExecResult, Ports } from '../ports.ts';

/** With the author and the committer fixed, too: one commit id for one seed. */
export const COMMITTED_AT = '2026-01-01T00:00:00Z';

/**
 * Git as the harness runs it: no configuration, attributes, hooks, filters, pager or prompt but its own.
 * Sources: research on hostile workspaces; every plant tried there stayed dead with a git directory outside of the workspace.
 */
const SAFE_ENV = {
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  // nothing is ever fetched: a promisor remote would run a program of the agent's
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  LC_ALL: 'C',
  GIT_AUTHOR_NAME: IDENTITY.name,
  GIT_AUTHOR_EMAIL: IDENTITY.email,
  GIT_COMMITTER_NAME: IDENTITY.name,
  GIT_COMMITTER_EMAIL: IDENTITY.email,
  GIT_AUTHOR_DATE: COMMITTED_AT,
  GIT_COMMITTER_DATE: COMMITTED_AT,
} as const;

const SAFE_CONFIG = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.attributesFile=/dev/null',
  '-c',
  'core.excludesFile=/dev/null',
  '-c',
  'core.autocrlf=false',
  '-c',
  'core.pager=cat',
  '-c',
  'core.quotePath=true',
  '-c',
  'diff.external=',
  '-c',
  'submodule.recurse=false',
  '-c',
  'protocol.allow=never',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'commit.gpgSign=false',
  '-c',
  'init.defaultBranch=main',
] as const;

export interface GitOptions {
  cwd: string;
  env?: Record<string, string>;
  input?: string | Uint8Array;
  /** Exit codes that are answers. */
  okCodes?: readonly number[];
  stdoutFile?: string;
}

/**
 * Runs git hardened. Never with an agent's own git directory as its repository.
 *
 * @throws UserError when git is not installed; Error with git's own words for any other exit code.
 */
export async function git(
  args: readonly string[],
  { cwd, env = {}, input, okCodes = [0], stdoutFile }: GitOptions,
  { exec, host }: Ports,
): Promise<ExecResult> {
  const program = await host.which('git');
  const result = await exec([program ?? 'git', ...SAFE_CONFIG, ...args], {
    cwd,
    env: { PATH: host.env['PATH'] ?? '/usr/bin:/bin', ...SAFE_ENV, GIT_CEILING_DIRECTORIES: cwd, ...env },
    timeoutMs: 120_000,
    ...(input === undefined ? {} : { input }),
    ...(stdoutFile === undefined ? {} : { stdoutFile }),
  });
  if (result.spawnError) {
    throw new UserError({ message: `git cannot be run (${result.spawnError})`, hint: 'install git 2.30 or later and put it on PATH' });
  }
  if (result.code === null || !okCodes.includes(result.code)) {
    throw new Error(`git ${args.join(' ')} ended with ${result.code ?? 'a time-out'}: ${result.stderr.trim()}`);
  }
  return result;
}
