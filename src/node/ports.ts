import { randomBytes } from 'node:crypto';
import type { Ports } from '../ports.ts';
import { exec } from './exec.ts';
import { files } from './files.ts';
import { bestEffort, pidNamespace, type Hold } from './holds.ts';
import { makeHost } from './host.ts';
import { makeHttp } from './http.ts';
import { openNetwork } from './network.ts';
import { start } from './start.ts';
import { supervisor } from './supervise.ts';

export { removeStaleScratch } from './scratch.ts';

/** The real world. `never` is for tests of what happens where there is no such namespace. */
export function nodePorts(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { pidNamespace: wanted = 'probe', network = 'probe' }: { pidNamespace?: 'probe' | 'never'; network?: 'probe' | 'never' } = {},
): Ports {
  const host = makeHost(env);
  let hold: Hold | undefined;
  const findHold = () => (hold ??= (wanted === 'probe' ? pidNamespace(host.uid) : undefined) ?? bestEffort);
  /** Known after the first try; one that fails later is tried again the next time. */
  let hasNetworks = network === 'probe' ? undefined : false;
  const findNetwork = async () => {
    if (hasNetworks === false) return undefined;
    const found = await openNetwork(host.uid, findHold());
    hasNetworks ||= found !== undefined;
    return found;
  };
  return {
    files,
    supervise: supervisor(findHold),
    exec,
    start,
    http: makeHttp(findNetwork),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    host,
    randomHex: bytes => randomBytes(bytes).toString('hex'),
  };
}
