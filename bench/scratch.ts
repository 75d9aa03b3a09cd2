import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for everything that a bench makes; it is gone afterwards, also when somebody lost patience. */
export function makeScratch(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'proofgate-bench-'));
  // children are ended by execa when we exit, and may still write until then
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(128 + constants.signals[signal]));
  process.once('exit', remove);
  return { path, [Symbol.dispose]: remove };
}
