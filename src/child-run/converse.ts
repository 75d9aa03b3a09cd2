import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ports, Started, StartedExit, User } from '../ports.ts';
import type { Room } from './room.ts';
import { type News, type Order, toLine } from './wire.ts';

/** The program, beside this folder: TypeScript in a checkout, JavaScript in the package. */
export const PROGRAM = fileURLToPath(new URL(`../engine-child${extname(import.meta.url)}`, import.meta.url));

/** Everything that a child said, and how it ended. */
export interface Conversation extends StartedExit {
  news: News[];
}

/** Whom the child runs as, and where that user can work. Nobody in particular: like us, and where we do. */
export interface Tenant {
  user: User;
  room: Room;
}

/** Starts an engine and gives it an order; `done` when it is dead with everything that it started. */
export function converse(
  order: Order,
  project: string,
  tenant: Tenant | undefined,
  { start, host }: Ports,
): { child: Started; done: Promise<Conversation> } {
  const heard: Uint8Array[] = [];
  /** Whole lines; the last one is cut off where the child was killed. */
  const news = () =>
    Buffer.concat(heard)
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as News);
  const child = start([host.nodePath, PROGRAM], {
    cwd: tenant ? tenant.room.home : project,
    env: environment(host.env, tenant),
    user: tenant?.user,
    onStdout: chunk => void heard.push(chunk),
    runIds: () => news().flatMap(item => ('mark' in item ? [item.mark] : [])),
  });
  child.write(toLine(order));
  return { child, done: child.exit.then(exit => ({ ...exit, news: news() })) };
}

/** Ours, but for the folders that another user could not write. */
function environment(env: Ports['host']['env'], tenant: Tenant | undefined): Record<string, string> {
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(known), ...(tenant ? { HOME: tenant.room.home, TMPDIR: tenant.room.tmp } : {}) };
}

/** The one message of a kind that a child says at most once. */
export function saidOf<K extends string>({ news }: Conversation, key: K): Extract<News, Record<K, unknown>> | undefined {
  return news.find((item): item is Extract<News, Record<K, unknown>> => key in item);
}

/** How a child ended that had nothing to show. */
export function obituary({ code, spawnError, stderr }: Conversation): string {
  const how = spawnError ? `could not be started (${spawnError})` : `ended with exit ${code} and without a verdict`;
  return `the engine in a process of its own ${how}\n${stderr}`.trimEnd();
}
