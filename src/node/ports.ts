import { randomBytes } from 'node:crypto';
import type { Ports } from '../ports.ts';
import { exec } from './exec.ts';
import { files } from './files.ts';
import { bestEffort, pidNamespace, type Hold } from './holds.ts';
import { makeHost } from './host.ts';
import { start } from './start.ts';
import { supervisor } from './supervise.ts';

export { removeStaleScratch } from './scratch.ts';

/** The real world. `pidNamespace: 'never'` is for tests of what happens where there is none. */
export function nodePorts(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { pidNamespace: wanted = 'probe' }: { pidNamespace?: 'probe' | 'never' } = {},
): Ports {
  const host = makeHost(env);
  let hold: Hold | undefined;
  const findHold = () => (hold ??= (wanted === 'probe' ? pidNamespace(host.uid) : undefined) ?? bestEffort);
  return {
    files,
    supervise: supervisor(findHold),
    exec,
    start,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    host,
    randomHex: bytes => randomBytes(bytes).toString('hex'),
  };
}
