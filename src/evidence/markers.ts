import { join } from 'node:path';
import { blockers as table, type Blocker } from '../model/blocker.ts';
import { causeMarkers } from '../model/built.ts';
import type { Facts } from '../model/facts.ts';
import type { Ports } from '../ports.ts';
import type { Bundle } from './bundle.ts';

/** Writes the marker of each blocker. One that cannot be written changes nothing: the report has the classification. */
export async function writeMarkers(bundle: Bundle, blockers: readonly Blocker[], facts: Facts, { files }: Ports): Promise<void> {
  for (const { code, detail, cause, hint } of blockers) {
    const ofVerification = code === 'timeout' && !facts.backend?.timed_out;
    const { marker } = table[code];
    // a provider that was refused before the start is said under the general name, too
    const general = marker !== null && facts.refusal?.code === code ? table.provider_unavailable.marker : null;
    const names = new Set([ofVerification ? null : marker, general, cause && causeMarkers[cause]]);
    for (const name of names) {
      if (!name) continue;
      const text = bundle.redactor.text(`${code}${cause ? ` (${cause})` : ''}: ${detail}\nnext: ${hint}\n`);
      await files
        .write(join(bundle.dir, 'backend', name), text)
        .catch(error => bundle.trace.note('scan', { marker: name, error: String(error) }));
    }
  }
}
