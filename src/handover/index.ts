import type { Plan } from '../model/plan.ts';
import type { HandoverKind } from '../model/handover.ts';
import type { Ports } from '../ports.ts';
import type { Source } from '../sources/index.ts';
import type { Destination } from './destination.ts';
import { openOwned } from './owned.ts';
import { openSandbox } from './sandbox.ts';

export type { Destination } from './destination.ts';
export { handOver } from './hand-over.ts';

/** What becomes of a proven change at each stage. A baseline hands nothing over: it has no bundle name of its own. */
export function handoverOf({ stage, bundleName }: Pick<Plan, 'stage' | 'bundleName'>): HandoverKind | null {
  if (bundleName !== null) return null;
  return stage === 4 ? 'sandbox_branch' : stage === 5 ? 'owned_branch' : null;
}

/** Makes the destination ready before a backend starts, so that it is watched like everything protected. Null where the stage has none. */
export async function openDestination(plan: Plan, source: Source | null, scratch: string, ports: Ports): Promise<Destination | null> {
  if (!source?.gitDir || source.facts.commit === null) return null;
  const parts = { gitDir: source.gitDir, base: source.facts.commit, task: plan.task.spec.id, scratch };
  switch (handoverOf(plan)) {
    case 'sandbox_branch':
      return await openSandbox(parts, ports);
    case 'owned_branch':
      return (
        source.owned && openOwned({ ...parts, ...source.owned, id: source.facts.id, disposable: plan.given.repository !== null }, ports)
      );
    default:
      return null;
  }
}
