import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** After so many bytes of output the buffers that carried them are collected. */
const EVERY_BYTES = 16 * 1024 * 1024;

/**
 * Keeps memory flat while a program floods its output. The buffers are garbage as soon as they were handled, but V8 counts
 * memory outside of its heap coarsely: left alone it lets about 64 MB of them pile up, on top of what the engine needs.
 *
 * @returns call it with the size of every chunk
 */
export function makeFloodGuard(): (bytes: number) => void {
  let since = 0;
  let collect: ((options: { type: 'minor' }) => void) | undefined;
  return bytes => {
    since += bytes;
    if (since < EVERY_BYTES) return;
    since = 0;
    collect ??= minorCollector();
    collect({ type: 'minor' });
  };
}

/** The collector of V8, which Node gives out only by a flag: https://nodejs.org/api/cli.html#--expose-gc */
function minorCollector(): (options: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options: { type: 'minor' }) => void;
}
