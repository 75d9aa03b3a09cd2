import { join } from 'node:path';
import { scratchPrefixes, type Engine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import type { Ports, Started } from '../ports.ts';
import { converse, obituary, saidOf, type Tenant } from './converse.ts';
import { needsChild, NOBODY } from './needs-child.ts';
import { openRoom, takeOver } from './room.ts';
import { type Calibrated, type Order, toLine } from './wire.ts';

/** What a run in a child process leaves, read as anybody would read it. */
export interface ChildEvidence {
  /** Absolute folder of the bundle, in `plan.out`. */
  dir: string;
  /** As it stands on disk: the reserved one where the engine was killed. */
  report: Report;
  /** What the command line would have ended with; 137 where it was killed. */
  exit: number;
}

/** A child that was asked to stop and has not ended its run by then is killed. */
const GRACE_MS = 15_000;

/** What an engine can end with that has made a bundle. Anything else is a bug, and has said so. */
const verdicts: readonly (number | null)[] = [
  exitCodes.pass,
  exitCodes.fail,
  exitCodes.blocked,
  exitCodes.sigint,
  exitCodes.sigkill,
  exitCodes.sigterm,
];

/**
 * Runs a plan in an engine of its own process, as the command line would, hit by the signal of `given.interrupt` or without the rights
 * of root where `needsChild` says so. When this resolves, every process of the run is dead.
 *
 * @param stop ends the run in good order; its reason is what the evidence says
 * @param known calibrations that the suite has, so that the child need not do them again
 * @throws {UserError} what the engine would throw, and where the event of an interrupt never came: then nothing was interrupted
 */
export async function runInChild(
  plan: Plan,
  ports: Ports,
  stop: AbortSignal,
  known: Engine['calibrations'] = new Map(),
): Promise<ChildEvidence> {
  const calibrated = await calibratedFor(plan, known);
  if (needsChild(plan, ports.host) !== 'unprivileged') {
    return evidenceOf(await runAs(undefined, { run: plan, calibrated }, ports, stop), plan, ports, stop);
  }
  await using room = await openRoom(NOBODY, ports);
  const left = await runAs({ user: NOBODY, room }, { run: { ...plan, out: room.out }, calibrated }, ports, stop);
  return evidenceOf({ ...left, dir: await takeOver(left.dir, plan.out, ports) }, plan, ports, stop);
}

type RunOrder = Extract<Order, { run: Plan }>;

/** Those of this task. One that goes on is waited for; one that failed is for whoever asked for it to tell. */
async function calibratedFor({ task }: Plan, known: Engine['calibrations']): Promise<Calibrated> {
  const own = [...known].filter(([key]) => key.includes(task.digest));
  const settled = await Promise.allSettled(own.map(async ([key, calibration]) => [key, await calibration] as const));
  return settled.flatMap(one => (one.status === 'fulfilled' ? [[...one.value]] : []));
}

/** What a child left that had something to show. */
interface Left {
  dir: string;
  exit: number;
  wasInterrupted: boolean;
}

async function runAs(tenant: Tenant | undefined, order: RunOrder, ports: Ports, stop: AbortSignal): Promise<Left> {
  const { child, done } = converse(order, order.run.project, tenant, ports);
  using _stopping = passOn(stop, child);
  const end = await done;
  // what a killed engine leaves; the next one would remove it as well
  for (const prefix of Object.values(scratchPrefixes)) await ports.files.removeStaleScratch(prefix);

  const refused = saidOf(end, 'refused')?.refused;
  if (refused) throw new UserError(refused);
  const dir = saidOf(end, 'bundle')?.bundle;
  if (!dir || end.code === null || !verdicts.includes(end.code)) throw new Error(obituary(end));
  if (end.survivors > 0) throw new Error(`${end.survivors} processes of the run in ${dir} cannot be ended`);
  return { dir, exit: end.code, wasInterrupted: saidOf(end, 'interrupted') !== undefined };
}

async function evidenceOf(
  { dir, exit, wasInterrupted }: Left,
  { given }: Plan,
  { files }: Ports,
  stop: AbortSignal,
): Promise<ChildEvidence> {
  if (given.interrupt && !wasInterrupted && !stop.aborted) throw neverCame(given.interrupt.at, dir);
  return { dir, exit, report: JSON.parse(await files.readText(join(dir, 'report.json'))) as Report };
}

/** Passes a wish to stop on, and does not wait for ever. */
function passOn(stop: AbortSignal, child: Started): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const ask = () => {
    child.write(toLine({ stop: String(stop.reason) }));
    timer = setTimeout(() => child.kill(), GRACE_MS);
  };
  if (stop.aborted) ask();
  else stop.addEventListener('abort', ask, { once: true });
  return {
    [Symbol.dispose]() {
      stop.removeEventListener('abort', ask);
      clearTimeout(timer);
    },
  };
}

const neverCame = (at: string, dir: string) =>
  new UserError({
    message: `given.interrupt: the run ended without ${at}, so that it was never interrupted; its bundle is ${dir}`,
    hint: 'name an event that this run comes to: its events.normalized.jsonl has them in order',
  });
