import { join } from 'node:path';
import type { BoundaryFacts } from '../model/facts.ts';
import type { Entry, Ports } from '../ports.ts';
import { unlockFolder, walkUnlocked } from '../workspace/unlock.ts';

/** What is looked at before the backend starts and after its last process is dead. */
export interface Watch {
  /** Protected roots: folders or single files that must not change. */
  protectedRoots: readonly string[];
  /** Single files that are too large to be hashed for every run: their times tell. */
  programs: readonly string[];
  /** Folder that holds the workspace and nothing else. */
  workspaceParent: string;
  /** The engine's own folder of this run: what a backend puts there is taken out before the engine works on in it. */
  scratch: string;
  bundleDir: string;
  /** Text that the engine itself wrote to a log of the bundle. */
  expected(): ReadonlyMap<string, string>;
}

/**
 * Level `observed`: nothing is prevented; protected roots, the parent of the workspace and the bundle are compared.
 * It claims nothing about reads and nothing about folders that it does not watch.
 */
export interface Observation {
  /**
   * Compares; call it when every process of the backend is dead. What does not belong into the bundle, or into the engine's
   * own folder, is removed from it.
   * @param logs SHA-256 of the raw logs as the engine wrote them
   */
  end(logs: Written): Promise<BoundaryFacts>;
  /**
   * Compares once more; call it when every process of the tests is dead: they ran code of the backend's.
   * @param written what the engine wrote since, the raw logs among it
   * @returns what was found by then, `found` included
   */
  endOfTests(found: BoundaryFacts, written: Written): Promise<BoundaryFacts>;
}

/** Path in the bundle to the SHA-256 that stands there; null where the engine could not write all of it. */
type Written = Readonly<Record<string, string | null>>;

/** The agent's own folder of the bundle. */
const AGENT = 'backend/agent';

export async function observe(watch: Watch, ports: Ports): Promise<Observation> {
  const { files } = ports;
  const before = await snapshotRoots(watch, ports);
  const bundleBefore = await bundleEntries(watch, ports, () => false);
  const scratchBefore = await files.list(watch.scratch);

  const look = async (written: Written): Promise<BoundaryFacts> => {
    const after = await snapshotRoots(watch, ports);
    const guarded = [...new Set([...before.keys(), ...after.keys()])].filter(path => before.get(path) !== after.get(path));
    return {
      outside: [...(await strangers(watch, ports)), ...(await changedInBundle(watch, bundleBefore, written, ports))],
      protected: guarded.sort(),
    };
  };
  return {
    async end(logs) {
      const planted = await clearScratch(watch.scratch, scratchBefore, ports);
      const found = await look(logs);
      return { ...found, outside: [...planted, ...found.outside] };
    },
    async endOfTests(found, written) {
      const more = await look(written);
      const both = (key: keyof BoundaryFacts) => [...new Set([...found[key], ...more[key]])];
      return { outside: both('outside'), protected: both('protected').sort() };
    },
  };
}

/** Absolute path → what stands there. Files are hashed, whatever their size says. */
async function snapshotRoots({ protectedRoots, programs }: Watch, { files }: Ports): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  for (const program of programs) {
    const stat = await files.stat(program);
    seen.set(program, stat ? `${stat.kind} ${stat.mode} ${stat.bytes} ${stat.modified} ${stat.changed}` : 'absent');
  }
  for (const root of protectedRoots) {
    const stat = await files.stat(root);
    if (!stat) continue;
    if (stat.kind === 'file') seen.set(root, (await files.digest(root)).sha256);
    else if (stat.kind === 'dir') for (const entry of await files.walk(root)) seen.set(join(root, entry.path), fingerprint(entry));
    else seen.set(root, stat.kind);
  }
  return seen;
}

const fingerprint = (entry: Entry) => `${entry.kind} ${entry.mode} ${entry.kind === 'dir' ? '' : entry.bytes} ${entry.digest}`;
/** Of a file that was there and could not be read. */
const isUnread = (print: string | undefined) => print !== undefined && /^file .* null$/.test(print);

async function strangers({ workspaceParent }: Watch, ports: Ports): Promise<string[]> {
  if (!(await unlockFolder(workspaceParent, ports))) return [`${workspaceParent} (removed)`];
  const names = await ports.files.list(workspaceParent);
  const kind = (await ports.files.stat(join(workspaceParent, 'workspace')))?.kind;
  const gone = kind === 'dir' ? [] : [`${join(workspaceParent, 'workspace')} (${kind ? `is a ${kind}` : 'removed'})`];
  return [...names.filter(name => name !== 'workspace').map(name => join(workspaceParent, name)), ...gone];
}

/** Takes out of the engine's own folder what was not there before; a folder that is none any more is made again, empty. */
async function clearScratch(scratch: string, before: readonly string[], { files }: Ports): Promise<string[]> {
  const kind = (await files.stat(scratch))?.kind;
  if (kind !== 'dir') {
    await files.remove(scratch);
    await files.makeDir(scratch);
    return [`${scratch} (${kind ? `is a ${kind}` : 'removed'})`];
  }
  await unlockFolder(scratch, { files });
  const planted = (await files.list(scratch)).filter(name => !before.includes(name)).map(name => join(scratch, name));
  for (const path of planted) await files.remove(path);
  return planted;
}

/** @param mayUnlock which paths the backend can have locked */
async function bundleEntries({ bundleDir }: Watch, ports: Ports, mayUnlock: (path: string) => boolean): Promise<Map<string, string>> {
  const entries = await walkUnlocked(bundleDir, { skip: [AGENT] }, ports, mayUnlock);
  return new Map(entries.map(entry => [entry.path, fingerprint(entry)]));
}

/** What stands in the bundle and is not the engine's own writing. */
async function changedInBundle(watch: Watch, before: Map<string, string>, written: Written, ports: Ports): Promise<string[]> {
  const { bundleDir } = watch;
  const { files } = ports;
  const own = watch.expected();
  // what was unreadable before the backend started is so because a scenario wants it
  const now = await bundleEntries(watch, ports, path => !isUnread(before.get(path)));
  const isNamed = (path: string) => own.has(path) || path in written;
  const named = [...own.keys(), ...Object.keys(written)];
  // a folder is the engine's where something of the engine's stands in it
  const isOwnFolder = (path: string) => now.get(path)?.startsWith('dir ') === true && named.some(name => name.startsWith(`${path}/`));
  const strangers = [...now.keys()].filter(path => !before.has(path) && !isNamed(path) && !isOwnFolder(path));
  const changed = [...before].filter(([path, seen]) => !isNamed(path) && now.get(path) !== seen).map(([path]) => path);
  for (const [path, expected] of own) {
    const actual = now.has(path) ? await files.readText(join(bundleDir, path)).catch(() => null) : null;
    if (actual !== expected) changed.push(path);
  }
  for (const [path, expected] of Object.entries(written)) {
    if (expected === null) continue;
    const actual = now.has(path) ? await files.digest(join(bundleDir, path)).catch(() => null) : null;
    if (actual?.sha256 !== expected) changed.push(path);
  }
  const agent = (await files.stat(join(bundleDir, AGENT)))?.kind ?? 'dir';
  if (agent !== 'dir') strangers.push(AGENT);
  for (const path of strangers) await files.remove(join(bundleDir, path));
  return [...changed, ...strangers].map(path => `bundle: ${path}${now.has(path) || path === AGENT ? '' : ' (removed)'}`);
}
