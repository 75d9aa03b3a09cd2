import type { Need } from '../scenario/keys.ts';
import type { VerificationSpec } from '../model/task.ts';

/** What a test command needs of the host, as far as a scenario can ask for it. */
export function needsOf({
  command,
  report,
}: {
  command?: readonly string[] | null | undefined;
  report: VerificationSpec['report'];
}): Need[] {
  if (command?.[0] !== 'python3') return [];
  return report === 'pytest' ? ['python3', 'pytest'] : ['python3'];
}
