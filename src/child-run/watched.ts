import { join } from 'node:path';
import { EVENTS } from '../evidence/bundle.ts';
import type { Interrupt, Plan } from '../model/plan.ts';
import type { Ports, Sink } from '../ports.ts';
import type { News } from './wire.ts';

/**
 * The ports of an engine in a child process: its parent hears of the bundle and of every mark before anything can go wrong
 * with them, and the signal comes right after the bytes of its event were handed to the system.
 */
export function watched(ports: Ports, { given }: Plan, tell: (news: News) => void, hit: (signal: Interrupt['signal']) => void): Ports {
  const { files, supervise } = ports;
  let bundle: string | undefined;

  const interrupting = (sink: Sink, { at, signal }: Interrupt): Sink => {
    let isDue = true;
    return {
      ...sink,
      write(bytes) {
        sink.write(bytes);
        if (!isDue || typeOf(bytes) !== at) return;
        isDue = false;
        tell({ interrupted: at });
        hit(signal);
      },
    };
  };

  return {
    ...ports,
    supervise(argv, options) {
      tell({ mark: options.runId });
      return supervise(argv, options);
    },
    files: {
      ...files,
      async publishDir(from, to) {
        await files.publishDir(from, to);
        // the one of the baseline comes later, and inside
        if (bundle === undefined) tell({ bundle: (bundle = to) });
      },
      openSink(path) {
        const sink = files.openSink(path);
        return given.interrupt && bundle !== undefined && path === join(bundle, EVENTS) ? interrupting(sink, given.interrupt) : sink;
      },
    },
  };
}

/** The log of events gets one whole line at a time. */
const typeOf = (line: string | Uint8Array): unknown => (JSON.parse(line.toString()) as { type?: unknown }).type;
