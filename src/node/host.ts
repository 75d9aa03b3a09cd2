import { hostname } from 'node:os';
import type { Host } from '../ports.ts';
import { which } from './programs.ts';

/** The machine the engine runs on. */
export const makeHost = (env: Readonly<Record<string, string | undefined>>, known = new Map<string, string>()): Host => ({
  platform: process.platform,
  hostname: hostname(),
  pid: process.pid,
  uid: process.getuid?.() ?? -1,
  env,
  nodePath: process.execPath,
  nodeVersion: process.version,
  alive,
  // looked up once: what appears on the PATH later is not what was there when the engine began
  async which(program) {
    const path = known.get(program) ?? (await which(program, env['PATH']));
    if (path) known.set(program, path);
    return path;
  },
});

/** A process that belongs to somebody else is alive too. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
