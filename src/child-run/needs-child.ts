import type { Plan } from '../model/plan.ts';
import type { Host, User } from '../ports.ts';

/** `nobody`, who owns nothing (Linux also gives this id to every user that it cannot name). */
export const NOBODY: User = { uid: 65_534, gid: 65_534 };

/**
 * Whether the engine of this run has to be a process of its own, and why: a signal is to hit it, or a permission is to be missing,
 * which root would not notice. Where both hold, the harder one is told.
 */
export function needsChild({ given }: Plan, { uid }: Pick<Host, 'uid'>): 'interrupt' | 'unprivileged' | undefined {
  if (uid === 0 && Object.values(given.artifact_fault).includes('no_permission')) return 'unprivileged';
  return given.interrupt ? 'interrupt' : undefined;
}
