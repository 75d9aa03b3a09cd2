import { systemCode } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { type Conversation, converse, obituary, PROGRAM, saidOf } from './converse.ts';
import { lacksOf } from './lacks.ts';
import { needsChild, NOBODY } from './needs-child.ts';
import { openRoom } from './room.ts';

/**
 * Why this run cannot take place here: it needs a user without rights who can do what the run does. Found by letting that user try.
 * What we cannot do ourselves is no gap but what the run is about.
 *
 * @returns a reason such as `needs an unprivileged user that can read /root/project/task.yaml`; undefined where it can
 */
export async function gapForChild(plan: Plan, ports: Ports): Promise<string | undefined> {
  if (needsChild(plan, ports.host) !== 'unprivileged') return undefined;
  const end = await look(plan, ports);
  if (typeof end === 'string') return `needs an unprivileged user, and this host gives us none (${end})`;
  const ours = await lacksOf(plan, ports);
  const lacks = theirsOf(end, ports).filter(lack => !ours.includes(lack));
  if (lacks.length === 0) return undefined;
  const more = lacks.length === 1 ? '' : ` (and ${lacks.length - 1} more)`;
  return `needs an unprivileged user that can ${lacks[0]}${more}`;
}

/** Lets the user try. Where root is not allowed to give anything away, there is no such user: the system's word for that. */
async function look(plan: Plan, ports: Ports): Promise<Conversation | string> {
  try {
    await using room = await openRoom(NOBODY, ports);
    return await converse({ look: { ...plan, out: room.out } }, plan.project, { user: NOBODY, room }, ports).done;
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EPERM' && code !== 'EINVAL') throw error;
    return code;
  }
}

/** What the child said, or what its silence says: it could not even be loaded. */
function theirsOf(end: Conversation, { host }: Ports): string[] {
  const said = saidOf(end, 'lacks');
  if (said) return said.lacks;
  if (end.spawnError) return [`run ${host.nodePath} (${end.spawnError})`];
  if (end.code !== exitCodes.bug && /EACCES|EPERM|ERR_MODULE_NOT_FOUND|Cannot find module/.test(end.stderr))
    return [`read ${PROGRAM} and what it loads`];
  throw new Error(obituary(end));
}
