import { isDeepStrictEqual } from 'node:util';
import { backends, termsOfBackend } from '../backends/index.ts';
import type { Contract } from '../model/contract.ts';
import type { TaskSpec } from '../model/task.ts';
import { termsOf } from '../model/task-terms.ts';

/**
 * The first term of a contract that is not what the task of the protected base and the backend of that name make it; undefined: each is.
 * The digest of a task is only what a contract says of it, and whoever judges by other terms under the same digest judges something else.
 */
export function otherTerm(contract: Contract, spec: TaskSpec): string | undefined {
  const { task, verification, required_events: events } = termsOf(spec);
  const kind = backends.find(({ id }) => id === contract.backend.id);
  if (!kind) return 'backend.id';
  const wanted: [where: string, terms: object, is: object][] = [
    ['task', task, contract.task],
    ['verification', verification, contract.verification],
    ['backend', termsOfBackend(kind), contract.backend],
    ['', { required_events: events }, contract],
  ];
  for (const [where, terms, is] of wanted)
    for (const [name, term] of Object.entries(terms))
      if (!isDeepStrictEqual((is as Record<string, unknown>)[name], term)) return where === '' ? name : `${where}.${name}`;
  return undefined;
}
