import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { within, type Hold } from './holds.ts';
import { lookup } from './programs.ts';

/** A network namespace that holds one listening socket and nothing else. It is gone with the engine, or when the last process in it has ended. */
export interface Network {
  /** The socket that listens on its loopback. */
  listening: Server;
  port: number;
  /** What is written before a program, its hold included, that is to live in it. */
  enter: readonly string[];
  /** What is written before the program inside its hold: takes away what root could leave with. */
  stay: readonly string[];
  /** Lets go of the namespace; the socket is closed by whoever serves on it. */
  release(): void;
}

const holder = fileURLToPath(new URL('../children/network-holder.js', import.meta.url));
/** A Node starts in a fraction of it, on a machine that is busy, too. */
const PATIENCE_MS = 10_000;
const FOLDERS = '/usr/bin:/bin:/usr/sbin:/sbin';
/**
 * What root keeps out of here: with the first two it could uncover the /proc of the host and go to a namespace, or take over a process,
 * that it finds there; with the others read the memory of the engine, or the disk beneath every folder, or change the kernel itself.
 */
const WAYS_OUT = ['sys_admin', 'sys_ptrace', 'sys_rawio', 'mknod', 'sys_module'];
/** Not the namespace of the engine, and no way out of it: /proc/net/route is its heading and nothing else. */
const ALONE = 'test "$(readlink /proc/self/ns/net)" != "$0" && read -r _ && ! read -r _';

/**
 * Makes one (util-linux and iproute2, about 50 ms), or undefined where this host does not let us, or lets no tree held by `hold` into it.
 * Found by trying it, because a program that exists may still be forbidden.
 */
export async function openNetwork(uid: number, hold: Hold): Promise<Network | undefined> {
  const [setpriv, unshare, nsenter, ip] = ['setpriv', 'unshare', 'nsenter', 'ip'].map(name => {
    const found = lookup(name, FOLDERS, '/');
    return 'path' in found ? found.path : undefined;
  });
  if (!setpriv || !unshare || !nsenter || !ip) return undefined;

  // who is not root keeps, for as long as the holder lives, the right to raise the loopback of a namespace of their own
  const identity = uid === 0 ? [] : ['--user', '--map-current-user', '--keep-caps'];
  const words = ['--pdeathsig', 'KILL', unshare, ...identity, '--net', '--', '/bin/sh', '-c', '"$0" link set lo up && exec "$@"', ip];
  const child = spawn(setpriv, [...words, process.execPath, holder, `${process.pid}`], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
    detached: true,
  });
  const descriptors: number[] = [];
  const release = () => {
    for (const fd of descriptors.splice(0)) closeSync(fd);
  };
  try {
    const { port, listening } = await firstWord(child);
    // every step up to the holder was an exec: it still is the process that was spawned
    const [userNamespace, networkNamespace] = ['user', 'net'].map(kind => {
      const fd = openSync(`/proc/${child.pid}/ns/${kind}`, 'r');
      descriptors.push(fd);
      return `/proc/${process.pid}/fd/${fd}`;
    });
    const joined = uid === 0 ? [] : [`--user=${userNamespace}`, '--preserve-credentials'];
    const enter = [nsenter, ...joined, `--net=${networkNamespace}`, '--'];
    const stay = uid === 0 ? [setpriv, `--bounding-set=${WAYS_OUT.map(name => `-${name}`).join(',')}`, '--'] : [];
    const network = { listening, port, enter, stay, release };
    if (isAlone(network, hold)) return network;
    listening.close();
    release();
    return undefined;
  } catch {
    release();
    return undefined;
  } finally {
    child.kill('SIGKILL');
  }
}

/** What the holder hands over. @throws when it ends without a word, or takes too long */
function firstWord(child: ReturnType<typeof spawn>): Promise<{ port: number; listening: Server }> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('no network namespace'));
    const timer = setTimeout(fail, PATIENCE_MS);
    child.once('error', fail);
    child.once('exit', fail);
    child.once('message', (message, handle) => {
      clearTimeout(timer);
      resolve({ port: (message as { port: number }).port, listening: handle as Server });
    });
  });
}

function isAlone(network: Network, hold: Hold): boolean {
  const [file = '', ...words] = within(network, hold);
  const script = `exec </proc/net/route; ${ALONE}`;
  const probe = spawnSync(file, [...words, '-c', script, readlinkSync('/proc/self/ns/net')], {
    cwd: '/',
    stdio: 'ignore',
    timeout: 5000,
    env: { PATH: FOLDERS },
  });
  return probe.status === 0;
}
