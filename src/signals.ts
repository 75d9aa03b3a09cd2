import { setImmediate } from 'node:timers/promises';
import { exitCodes } from './model/exit.ts';

/** What SIGINT and SIGTERM do to a process of ours: the same for the command line and for an engine that somebody else started. */

const codes = { SIGINT: exitCodes.sigint, SIGTERM: exitCodes.sigterm } as const;
type Name = keyof typeof codes;

/**
 * The first signal ends the run in good order: children gone, bundle sealed. A second one ends at once. The handlers stay
 * until then: libraries that clean up after children end the process themselves where they see nobody else listening.
 *
 * @returns aborted with the name of the signal; its owner may abort it for another reason
 */
export function stopOnSignals(): AbortController {
  const controller = new AbortController();
  for (const name of Object.keys(codes) as Name[]) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(codes[name]);
      controller.abort(name);
    });
  }
  return controller;
}

/** What a process ends with whose work ended with `code`. A pass that was sealed before the signal could do anything is one. */
export async function exitAfter(code: number, signal: AbortSignal): Promise<number> {
  // a signal that came while the last files were written is heard in the turn of the loop after this one
  await setImmediate();
  await setImmediate();
  const isSignal = (name: unknown): name is Name => name === 'SIGINT' || name === 'SIGTERM';
  return code !== exitCodes.pass && isSignal(signal.reason) ? codes[signal.reason] : code;
}
