import type { Program } from '../model/contract.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import type { PreflightCheck } from './index.ts';

/** Git, and the program that the test command starts, must be there before anything else is spent. */
export const dependenciesPresent: PreflightCheck = async ({ contract }, ports) => {
  if (!(await ports.host.which('git')))
    return { code: 'provider_unavailable', cause: 'binary_missing', detail: 'git is not on PATH; install git 2.30 or later' };
  const { command, program, report } = contract.verification;
  if (!command) return undefined;
  if (!program)
    return {
      code: 'provider_unavailable',
      cause: 'binary_missing',
      detail: `${command[0]}, which the test command starts, is not on PATH`,
    };
  if (report === 'pytest' && !(await imports('pytest', program.path, ports))) {
    return {
      code: 'provider_unavailable',
      cause: 'binary_missing',
      detail: `${program.path} cannot import pytest; install it for this interpreter`,
    };
  }
  return undefined;
};

const TOOL_TIMEOUT_MS = 20_000;

async function imports(module: string, python: string, { exec, host }: Ports): Promise<boolean> {
  if (!/python[0-9.]*$/.test(python)) return true;
  const { code } = await exec([python, '-I', '-c', `import ${module}`], {
    cwd: '/',
    env: { PATH: host.env['PATH'] ?? '' },
    timeoutMs: TOOL_TIMEOUT_MS,
  });
  return code === 0;
}

/**
 * What the first word of the test command is on this host, resolved once on the harness's PATH.
 * `node` is the Node that runs the engine. Of Python the interpreter itself is named, never a shim in front of it.
 *
 * @param known programs of this suite, asked once each.
 */
export function resolveProgram(
  plan: Pick<Plan, 'task'>,
  known: Map<string, Promise<Program | null>>,
  ports: Ports,
): Promise<Program | null> {
  const name = plan.task.spec.verification.command?.[0];
  if (!name) return Promise.resolve(null);
  const found = known.get(name) ?? findProgram(name, ports);
  known.set(name, found);
  return found;
}

/** What a program is on this host; null: it is not there. */
export async function findProgram(name: string, { exec, host }: Ports): Promise<Program | null> {
  if (name === 'node') return { name, path: host.nodePath, version: host.nodeVersion };
  const path = await host.which(name);
  if (!path) return null;
  const options = { cwd: '/', env: { PATH: host.env['PATH'] ?? '', HOME: host.env['HOME'] ?? '/nonexistent' }, timeoutMs: TOOL_TIMEOUT_MS };
  if (/^python[0-9.]*$/.test(name)) {
    const { code, stdout } = await exec([path, '-I', '-c', 'import sys; print(sys.executable); print(sys.version.split()[0])'], options);
    const [executable, version = null] = stdout.split('\n');
    return code === 0 && executable ? { name, path: executable, version } : null;
  }
  const { code, stdout } = await exec([path, '--version'], options);
  return { name, path, version: code === 0 ? (stdout.split('\n')[0]?.trim() ?? null) : null };
}
