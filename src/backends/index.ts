import { distance } from 'fastest-levenshtein';
import { UserError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import type { Backend } from './backend.ts';
import { caseBackend } from './case.ts';
import { codex } from './codex.ts';
import { command } from './command.ts';
import { fake } from './fake.ts';
import { pi } from './pi.ts';

export type { Backend } from './backend.ts';
export { termsOfBackend } from './terms.ts';
export { answerApproval, type Approver } from './approval.ts';
export { announce } from './announce.ts';
export { type Allowed } from './access.ts';
export { runBackend } from './run-backend.ts';

/** Adding a backend is one file and one line here. */
export const backends: readonly Backend[] = [fake, command, caseBackend, pi, codex];

/** Whether a run would find its program here; asks no more than that. */
export const isInstalled = async (id: string, plan: Plan, ports: Ports): Promise<boolean> =>
  !('code' in (await findBackend(id).probe(plan, ports)));

/** @throws UserError with the nearest known name. */
export function findBackend(id: string, at?: string): Backend {
  const found = backends.find(backend => backend.id === id);
  if (found) return found;
  const known = backends.map(backend => backend.id);
  const nearest = known.find(name => distance(name, id) <= 2);
  throw new UserError({
    at,
    message: `no backend is called "${id}"`,
    hint: nearest ? `did you mean ${nearest}?` : `known backends: ${known.join(', ')}`,
  });
}
