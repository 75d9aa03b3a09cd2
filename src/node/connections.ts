import { readlinkSync } from 'node:fs';
import { entriesOf, readProc } from './proc.ts';

/** One line of /proc/net/tcp: ends as `address:port`. */
interface Connection {
  local: string;
  remote: string;
  listens: boolean;
  /** Of the socket; 0 when no process has it any more. */
  inode: string;
}

/** Remembers to whom a tree of processes was connected. */
export interface ConnectionWatch {
  /** Looks once; what came and went in between is not seen. Linux; elsewhere nothing is. */
  look(members: readonly number[]): void;
  /** `address:port` of remote ends, in the order in which they were seen. */
  seen(): string[];
}

const LISTEN = '0A';

/** @param allowed `address:port` that is no news. Neither is what the tree listens on itself. */
export function watchConnections(allowed: string): ConnectionWatch {
  const remotes = new Set<string>();
  const ownPorts = new Set<string>();
  return {
    look(members) {
      const sockets = new Set(members.flatMap(socketsOf));
      if (sockets.size === 0) return;
      const own = ['tcp', 'tcp6'].flatMap(file => parseTcp(readProc(`net/${file}`))).filter(({ inode }) => sockets.has(inode));
      for (const { local, listens } of own) if (listens) ownPorts.add(portOf(local));
      for (const { local, remote, listens } of own) {
        if (listens || remote === allowed || ownPorts.has(portOf(local))) continue;
        if (isLoopback(remote) && ownPorts.has(portOf(remote))) continue;
        remotes.add(remote);
      }
    },
    seen: () => [...remotes],
  };
}

/** Inodes of the sockets that a process holds. */
function socketsOf(pid: number): string[] {
  return entriesOf(`/proc/${pid}/fd`).flatMap(fd => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

const portOf = (end: string) => end.slice(end.lastIndexOf(':') + 1);
const isLoopback = (end: string) => end.startsWith('127.') || end.startsWith('[::1]');

/** Lines of /proc/net/tcp and /proc/net/tcp6: number, ends in hex, state, six fields more, inode. */
export function parseTcp(table: string): Connection[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/ +/);
      if (!local || !remote || !inode) return [];
      return { local: showEnd(local), remote: showEnd(remote), listens: state === LISTEN, inode };
    });
}

/** `0100007F:1F90` is `127.0.0.1:8080`: words of 32 bits, each as the processor keeps it (here: little-endian). */
function showEnd(end: string): string {
  const [address = '', port = ''] = end.split(':');
  const words = address.match(/.{8}/g) ?? [];
  const bytes = words.flatMap(word => [...Buffer.from(word, 'hex')].toReversed());
  const mapped = bytes.length === 16 && bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 0xff));
  const four = bytes.length === 4 ? bytes : mapped ? bytes.slice(12) : undefined;
  return `${four ? four.join('.') : sixth(bytes)}:${Number.parseInt(port, 16)}`;
}

/** As a URL writes it: shortest form, in brackets. */
function sixth(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname;
}
