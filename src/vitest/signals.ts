import type { Vitest } from 'vitest/node';

/**
 * Vitest would leave at once on a signal, and what its workers started would live on. Instead every run is cancelled,
 * its children end and its bundle is sealed, and then the process ends as a shell expects it. A second signal ends it now.
 */
export function endOnSignals(vitest: Vitest): void {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, async () => {
      if (isEnding) process.exit(codes[signal]);
      isEnding = true;
      await vitest.cancelCurrentRun('keyboard-input').catch(() => undefined);
      await vitest.close().catch(() => undefined);
      process.exit(codes[signal]);
    });
  }
}
