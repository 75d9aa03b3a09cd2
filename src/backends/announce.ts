import type { Bundle } from '../evidence/bundle.ts';
import type { Contract } from '../model/contract.ts';
import type { EventType } from '../model/event.ts';
import type { Backend } from './backend.ts';

/** Announces a difference that the agent did not announce, for a backend that is known not to: the source says who spoke. */
export function announce({ statesPlan, reportsEdits }: Backend, contract: Contract, bundle: Bundle, files: readonly string[]): void {
  const wasAnnounced = (type: EventType) => bundle.events.list.some(event => event.type === type);
  if (!statesPlan && !wasAnnounced('plan.updated')) stateHarnessPlan(contract, bundle);
  if (!reportsEdits && !wasAnnounced('patch.applied')) bundle.events.emit({ type: 'patch.applied', data: { files, source: 'harness' } });
}

/** The plan of an agent that states none: what the contract itself asks for. */
export function stateHarnessPlan(contract: Contract, bundle: Bundle): void {
  const steps = [
    `change ${contract.task.allowed_paths.join(', ')}`,
    ...(contract.verification.command ? [`pass ${contract.verification.command.join(' ')}`] : []),
  ];
  bundle.events.emit({ type: 'plan.updated', data: { plan: steps, source: 'harness' } });
}
