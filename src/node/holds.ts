import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Exit } from '../ports.ts';
import { markedProcesses, type Marks } from './marks.ts';
import type { Network } from './network.ts';
import { childrenOf, descendants, sigkill } from './proc.ts';
import { lookup } from './programs.ts';

/** How a tree of processes is held together, so that all of it can be ended. */
export interface Hold {
  kind: Exit['tree'];
  /** What is written before the shell that runs in it. */
  around: readonly string[];
  /** Processes in the tree whose outermost process is `pid`, two of ours among them. Linux; elsewhere none are seen. */
  members(pid: number, marks: Marks): number[];
  /** Ends the tree whose outermost process is `pid`; that process ends soon after. */
  kill(pid: number): void;
}

/** Processes of `members` that are ours: unshare or the shell, and its watcher. */
export const WRAPPERS = 2;

/** Run by /bin/sh inside every hold; see the comments there. */
const lifeline = fileURLToPath(new URL('../children/lifeline.sh', import.meta.url));

/** A shell in a hold, and in a network where there is one. */
export const within = (network: Pick<Network, 'enter' | 'stay'> | undefined, hold: Hold): [string, ...string[]] => {
  const [first = '/bin/sh', ...words] = [...(network?.enter ?? []), ...hold.around, ...(network?.stay ?? []), '/bin/sh'];
  return [first, ...words];
};

/** What is written before the program. */
export const prefixOf = (hold: Hold, network?: Network): [string, ...string[]] => [...within(network, hold), lifeline];

/** A process group of its own, the lifeline, and the marker in every environment. Works on every Unix. */
export const bestEffort: Hold = {
  kind: 'best_effort',
  around: [],
  members: (pid, marks) => [...new Set([...descendants(pid), ...markedProcesses(marks)])],
  kill: pid => sigkill(-pid),
};

/**
 * A pid namespace: the kernel ends everything in it with its first process.
 * Found by trying it (util-linux, about 5 ms), because a program that exists may still be forbidden.
 */
export function pidNamespace(uid: number): Hold | undefined {
  const [setpriv, unshare] = ['setpriv', 'unshare'].map(name => lookup(name, '/usr/bin:/bin:/usr/sbin:/sbin', '/'));
  if (!setpriv || !unshare || 'error' in setpriv || 'error' in unshare) return undefined;

  const identity = uid === 0 ? [] : ['--user', '--map-current-user'];
  const namespace = [unshare.path, ...identity, '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
  const words = ['--pdeathsig', 'KILL', ...namespace];
  const probe = spawnSync(setpriv.path, [...words, '/bin/sh', '-c', 'test $$ = 1 && test -r /proc/1/stat'], {
    stdio: 'ignore',
    timeout: 5000,
    env: {},
  });
  if (probe.status !== 0) return undefined;
  return {
    kind: 'pid_namespace',
    around: [setpriv.path, ...words],
    members: pid => descendants(pid),
    kill: killNamespace,
  };
}

/**
 * Kills process 1 of the namespace rather than unshare(1): unshare then ends only when the kernel has emptied the namespace,
 * so nothing is alive when we hear of it.
 */
function killNamespace(pid: number): void {
  const inner = childrenOf(pid);
  for (const target of inner.length > 0 ? inner : [pid]) sigkill(target);
}
