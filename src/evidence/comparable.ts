import type { Contract } from '../model/contract.ts';

/** What differs between two runs that must not, when one is to be the baseline of the other. */
export function differences(a: Contract, b: Contract): string[] {
  const pairs: Record<string, [unknown, unknown]> = {
    task: [a.task.digest, b.task.digest],
    nonce: [a.nonce, b.nonce],
    containment: [a.containment.offered, b.containment.offered],
    host: [a.host, b.host],
    engine: [a.engine_digest, b.engine_digest],
  };
  return Object.entries(pairs)
    .filter(([, [one, other]]) => one !== other)
    .map(([what]) => what);
}
