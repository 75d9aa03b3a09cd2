import type { Contract } from '../model/contract.ts';
import type { EventType } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import { judge } from '../verdict.ts';
import type { Bundle } from './bundle.ts';

/** Digests for an event, so that whoever exchanges an artifact has to chain the log again, too. */
export const named = (digests: Readonly<Record<string, string | null>>, ...paths: string[]): { digests: Record<string, string> } => ({
  digests: Object.fromEntries(paths.flatMap(path => (digests[path] ? [[path, digests[path]]] : []))),
});

/** Emits an event that carries the blockers that the table gives to its type. */
export function emitChecked(
  { bundle, contract, facts }: { bundle: Bundle; contract: Contract; facts: Facts },
  type: EventType,
  data: Record<string, unknown>,
): void {
  const carried = judge(contract, facts).blockers.filter(blocker => blocker.event === type);
  bundle.events.emit({ type, status: carried[0]?.status ?? 'ok', data: { ...data, blockers: carried.map(blocker => blocker.code) } });
}
