import { setImmediate } from 'node:timers/promises';

/**
 * Where a run may still be cut off. Between processes the steps hardly ever wait for anything, and a signal is heard only by who does:
 * this waits for one whole turn of the event loop.
 * @throws the reason of a stop that came by now
 */
export async function throwIfStopped(signal: AbortSignal): Promise<void> {
  await setImmediate();
  await setImmediate();
  signal.throwIfAborted();
}
