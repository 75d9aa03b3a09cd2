import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { markedProcesses, type Marks } from './marks.ts';
import { sigkill } from './proc.ts';

/** How long we listen for something that a stray, or a process the kernel cannot kill just now, may keep from coming. */
const PATIENCE_MS = 1000;
/** How long strays are hunted before they are counted as survivors. */
const HUNT_MS = 2000;
const HUNT_PAUSE_MS = 5;

/** Lets every stream read what the kernel holds for it at this moment: one whole turn of the event loop. */
export async function bufferedBytes(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/**
 * Kills everything that carries a mark until nothing is found `quietScans` times in a row (a process is not seen
 * while it execs). Answers how many are left when time is up.
 * @param since see `markedProcesses`
 */
export async function hunt(marks: Marks, quietScans: number, since?: number): Promise<number> {
  const deadline = performance.now() + HUNT_MS;
  for (let quiet = 0; ;) {
    const left = markedProcesses(marks, since);
    quiet = left.length === 0 ? quiet + 1 : 0;
    if (quiet >= quietScans || performance.now() > deadline) return left.length;
    left.forEach(sigkill);
    await (quiet > 0 ? setImmediate() : sleep(HUNT_PAUSE_MS));
  }
}

/** Waits for what should come at once, but not for ever. */
export const soon = <T>(event: Promise<T>): Promise<T | undefined> => Promise.race([event, sleep(PATIENCE_MS, undefined, { ref: false })]);

/** Hears the outputs to their end, but not for ever, and closes them. */
export async function heardOut(streams: readonly Readable[]): Promise<void> {
  await soon(Promise.allSettled(streams.map(stream => finished(stream))));
  await bufferedBytes(); // the time may be up only because we were busy ourselves
  for (const stream of streams) stream.destroy();
}
