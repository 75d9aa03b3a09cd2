import { announce, runBackend } from '../backends/index.ts';
import { openWorkspace, readTree, renderPatch, type Reading, type Workspace } from '../workspace/index.ts';
import { allowedOf, placeBinary } from './provide.ts';
import type { Run } from './run.ts';
import { throwIfStopped } from './stopped.ts';

/** Step 5. */
export async function open({ bundle, contract, seedDir, workspaceParent, ports, signal }: Run): Promise<Workspace> {
  bundle.trace.start('workspace');
  // what a check starts later is what was on the PATH before a backend could put something there
  await ports.host.which('python3');
  const workspace = await openWorkspace(seedDir, workspaceParent, contract.backend.own_state, ports);
  bundle.trace.end('workspace', 'ok');
  await throwIfStopped(signal);
  return workspace;
}

/** What must not change while the backend runs: also the engine's own code, and what it keeps of the seed. */
export const watchOf = ({ contract, bundle, engine, ports, seedDir, scratch, workspaceParent }: Run) => ({
  protectedRoots: [...contract.protected_roots, seedDir],
  programs: [...engine.ownFiles, ports.host.nodePath, contract.verification.program?.path].filter(path => path !== undefined),
  workspaceParent,
  scratch,
  bundleDir: bundle.dir,
  expected: bundle.expected,
});

/** Step 6. */
export async function work(run: Run, workspace: Workspace): Promise<Record<string, string>> {
  const { backend, plan, contract, bundle, engine, facts, ports, signal } = run;
  bundle.trace.start('backend');
  await using binary = await placeBinary(run);
  const seat = {
    backend,
    plan,
    contract,
    bundle,
    signal,
    workspaceDir: workspace.dir,
    allowed: allowedOf(run),
    binary: binary.path,
    approver: engine.approver,
  };
  const result = await runBackend(seat, ports);
  facts.backend = result.backend;
  facts.gateway = result.gateway;
  facts.review = result.review;
  facts.approval_denied = result.approvalDenied;
  bundle.trace.end('backend', result.backend.timed_out ? 'timed out' : `exit ${result.backend.exit_code}`, {
    backend: facts.backend,
    gateway: facts.gateway,
    review: facts.review,
    approval_denied: facts.approval_denied,
  });
  signal.throwIfAborted();
  return result.logs;
}

/** Step 7: the tree is read once, when the last process is dead. */
export async function read(run: Run, workspace: Workspace): Promise<Reading> {
  const { backend, contract, bundle, facts, digests, ports, scratch } = run;
  bundle.trace.start('diff');
  await keepSeed(run);
  const reading = await readTree(workspace, scratch, ports);
  facts.changes = { files: reading.files, commits: reading.commits };
  digests['patch.diff'] = await bundle.write('patch.diff', await renderPatch(workspace, reading, scratch, ports));
  if (reading.files.length > 0)
    announce(
      backend,
      contract,
      bundle,
      reading.files.map(file => file.path),
    );
  bundle.trace.end('diff', `${reading.files.length} changed`, { changes: facts.changes });
  return reading;
}

/** A backend that reached the engine's copy of the seed is named for it; the patch is still made against the seed as it was. */
async function keepSeed({ facts, plan, seedDir, ports: { files } }: Run): Promise<void> {
  if (!facts.boundary?.protected.some(path => path.startsWith(`${seedDir}/`))) return;
  await files.remove(seedDir);
  await files.copyTree(plan.task.repoDir, seedDir);
}
