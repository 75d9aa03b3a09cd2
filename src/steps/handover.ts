import { named, serialize } from '../evidence/index.ts';
import { handOver as deliver } from '../handover/index.ts';
import { judge } from '../verdict.ts';
import type { Reading } from '../workspace/index.ts';
import { ask } from './approver.ts';
import type { Run } from './run.ts';

/** After step 11, at stages 4 and 5: what is proven so far is handed over as a branch, if somebody agrees. Anything less is not. */
export async function handOver(run: Run, reading: Reading): Promise<void> {
  const { contract, destination, bundle, facts, plan, digests, ports, signal } = run;
  if (!destination || judge({ ...contract, handover: null }, facts).status !== 'pass') return;
  bundle.trace.start('handover');
  const job = {
    destination,
    runId: bundle.runId,
    task: contract.task.id,
    path: contract.task.source?.path ?? '.',
    reading,
    mainMoves: plan.given.remote?.main === 'moved',
    async approve(question: { scope: string; mutation_mode: string }) {
      const { denied, actor } = await ask(run, question);
      facts.approval_denied = denied;
      return denied === null ? actor : null;
    },
  };
  const { facts: found, patch } = await deliver(job, ports);
  if (patch !== null) digests['handover.patch'] = await bundle.write('handover.patch', patch);
  facts.handover = { ...found, patch: digests['handover.patch'] ?? null };
  digests['handover.json'] = await bundle.write('handover.json', serialize(facts.handover));
  if (found.commit) {
    const { branch, commit, main } = found;
    bundle.events.emit({
      type: 'handover.completed',
      data: { branch, commit: commit.id, main, ...named(digests, 'handover.patch', 'handover.json') },
    });
  }
  bundle.trace.end('handover', found.commit ? 'ok' : 'refused', { handover: facts.handover, approval_denied: facts.approval_denied });
  signal.throwIfAborted();
}
