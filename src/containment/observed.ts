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
   * Compares; call it when every process of the backend is dead. What does not belong into the bundle is removed from it.
   * @param logs SHA-256 of the raw logs as the engine wrote them
   */
  end(logs: Readonly<Record<string, string>>): Promise<BoundaryFacts>;
}

/** The agent's own folder of the bundle. */
const AGENT = 'backend/agent';

export async function observe(watch: Watch, ports: Ports): Promise<Observation> {
  const before = await snapshotRoots(watch, ports);
  const bundleBefore = await bundleEntries(watch, ports);

  return {
    async end(logs) {
      const after = await snapshotRoots(watch, ports);
      const guarded = [...new Set([...before.keys(), ...after.keys()])].filter(path => before.get(path) !== after.get(path));
      return {
        outside: [...(await strangers(watch, ports)), ...(await changedInBundle(watch, bundleBefore, logs, ports))],
        protected: guarded.sort(),
      };
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

async function strangers({ workspaceParent }: Watch, ports: Ports): Promise<string[]> {
  if (!(await unlockFolder(workspaceParent, ports))) return [`${workspaceParent} (removed)`];
  const names = await ports.files.list(workspaceParent);
  const kind = (await ports.files.stat(join(workspaceParent, 'workspace')))?.kind;
  const gone = kind === 'dir' ? [] : [`${join(workspaceParent, 'workspace')} (${kind ? `is a ${kind}` : 'removed'})`];
  return [...names.filter(name => name !== 'workspace').map(name => join(workspaceParent, name)), ...gone];
}

async function bundleEntries({ bundleDir }: Watch, ports: Ports): Promise<Map<string, string>> {
  const entries = await walkUnlocked(bundleDir, { skip: [AGENT] }, ports);
  return new Map(entries.map(entry => [entry.path, fingerprint(entry)]));
}

/** What stands in the bundle and is not the engine's own writing. */
async function changedInBundle(
  watch: Watch,
  before: Map<string, string>,
  logs: Readonly<Record<string, string>>,
  ports: Ports,
): Promise<string[]> {
  const { bundleDir } = watch;
  const { files } = ports;
  const own = watch.expected();
  const now = await bundleEntries(watch, ports);
  const isOurs = (path: string) => before.has(path) || own.has(path) || path in logs;
  const strangers = [...now.keys()].filter(path => !isOurs(path));
  const changed = [...before].filter(([path, seen]) => !own.has(path) && now.get(path) !== seen).map(([path]) => path);
  for (const [path, expected] of own) {
    const actual = now.has(path) ? await files.readText(join(bundleDir, path)).catch(() => null) : null;
    if (actual !== expected) changed.push(path);
  }
  for (const [path, expected] of Object.entries(logs)) {
    const actual = now.has(path) ? await files.digest(join(bundleDir, path)).catch(() => null) : null;
    if (actual?.sha256 !== expected) changed.push(path);
  }
  for (const path of strangers) await files.remove(join(bundleDir, path));
  return [...changed, ...strangers].map(path => `bundle: ${path}${now.has(path) ? '' : ' (removed)'}`);
}
