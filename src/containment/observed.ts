import { join } from 'node:path';
import type { BoundaryFacts } from '../model/facts.ts';
import type { Entry, Ports } from '../ports.ts';

/** What is looked at before the backend starts and after its last process is dead. */
export interface Watch {
  /** Protected roots: folders or single files that must not change. */
  protectedRoots: readonly string[];
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
  /** Compares; call it when every process of the backend is dead. */
  end(): Promise<BoundaryFacts>;
}

/** The agent's own folder of the bundle, and the raw logs that grow while it runs. */
const GROWING = new Set(['backend/stdout.log', 'backend/stderr.log', 'backend/events.jsonl']);
const AGENT = 'backend/agent';

export async function observe(watch: Watch, ports: Ports): Promise<Observation> {
  const before = await snapshotRoots(watch.protectedRoots, ports);
  const bundleBefore = await bundleEntries(watch, ports);

  return {
    async end() {
      const after = await snapshotRoots(watch.protectedRoots, ports);
      const guarded = [...new Set([...before.keys(), ...after.keys()])].filter(path => before.get(path) !== after.get(path));
      return {
        outside: [...(await strangers(watch, ports)), ...(await changedInBundle(watch, bundleBefore, ports))],
        protected: guarded.sort(),
      };
    },
  };
}

/** Absolute path → what stands there. Files are hashed, whatever their size says. */
async function snapshotRoots(roots: readonly string[], { files }: Ports): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  for (const root of roots) {
    const stat = await files.stat(root);
    if (!stat) continue;
    if (stat.kind === 'file') seen.set(root, (await files.digest(root)).sha256);
    else if (stat.kind === 'dir') for (const entry of await files.walk(root)) seen.set(join(root, entry.path), fingerprint(entry));
    else seen.set(root, stat.kind);
  }
  return seen;
}

const fingerprint = (entry: Entry) => `${entry.kind} ${entry.mode} ${entry.kind === 'dir' ? '' : entry.bytes} ${entry.digest}`;

async function strangers({ workspaceParent }: Watch, { files }: Ports): Promise<string[]> {
  const names = await files.list(workspaceParent);
  const gone = names.includes('workspace') ? [] : [`${join(workspaceParent, 'workspace')} (removed)`];
  return [...names.filter(name => name !== 'workspace').map(name => join(workspaceParent, name)), ...gone];
}

async function bundleEntries({ bundleDir }: Watch, { files }: Ports): Promise<Map<string, string>> {
  const entries = await files.walk(bundleDir, { skip: [AGENT] });
  return new Map(entries.map(entry => [entry.path, fingerprint(entry)]));
}

/** What stands in the bundle and is not the engine's own writing. */
async function changedInBundle(watch: Watch, before: Map<string, string>, ports: Ports): Promise<string[]> {
  const logs = watch.expected();
  const changed: string[] = [];
  const now = await bundleEntries(watch, ports);
  for (const [path, seen] of now) {
    if (GROWING.has(path) || logs.has(path) || path === 'backend') continue;
    if (before.get(path) !== seen) changed.push(`bundle: ${path}`);
  }
  for (const path of before.keys()) if (!now.has(path)) changed.push(`bundle: ${path} (removed)`);
  for (const [path, expected] of logs) {
    const actual = now.has(path) ? await ports.files.readText(join(watch.bundleDir, path)).catch(() => null) : null;
    if (actual !== expected) changed.push(`bundle: ${path}`);
  }
  return changed;
}
