import { join } from 'node:path';
import type { Entry, Ports } from '../ports.ts';
import type { Bundle } from './bundle.ts';

/** What one agent may leave in its own folder of the bundle; the rest is named in the trace and removed. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;
const AGENT_FOLDER = 'backend/agent/';

/** Keeps in the bundle only what evidence can hold: plain files, and of the agent's own folder a bounded amount. */
export async function sanitizeBundle(bundle: Bundle, { files }: Ports): Promise<void> {
  const removed: string[] = [];
  let total = 0;
  const fits = ({ path, bytes }: Entry) => {
    if (!path.startsWith(AGENT_FOLDER)) return true;
    total += bytes;
    return bytes <= MAX_FILE_BYTES && total <= MAX_TOTAL_BYTES;
  };
  for (const entry of await files.walk(bundle.dir, { maxFileBytes: 0 })) {
    if (entry.kind === 'dir' || (entry.kind === 'file' && entry.oddity !== 'name_not_utf8' && entry.oddity !== 'unreadable' && fits(entry)))
      continue;
    removed.push(entry.path);
    // a name that is no text cannot be named to the system: the agent's whole folder goes
    await files.remove(entry.oddity === 'name_not_utf8' ? join(bundle.dir, AGENT_FOLDER) : join(bundle.dir, entry.path));
  }
  if (removed.length > 0) bundle.trace.note('seal', { removed_from_bundle: removed.slice(0, 100), count: removed.length });
}
