import type { Limit } from './limits.ts';
import { pathsOf, type BundleMutant, type Family } from './bundle-mutant.ts';

/** The two files that sealing makes anew. */
const sealers = ['report.json', 'manifest.json'];

/** Whole files changed, removed and added, and the bundle sealed again: what is left to find is what others say of the file. */
export const sealedFamily: Family = function* (specimen) {
  for (const path of pathsOf(specimen).filter(one => !sealers.includes(one))) {
    yield {
      kind: 'file changed, sealed again',
      what: `${path}: one line more`,
      names: [path],
      ...tag(path),
      async change(room) {
        await room.write(path, Buffer.concat([await room.bytes(path), Buffer.from('x\n')]));
        await room.reseal();
      },
    };
    yield {
      kind: 'file removed, sealed again',
      what: path,
      names: [path],
      ...tag(path),
      async change(room) {
        await room.remove(path);
        await room.reseal();
      },
    };
  }
  for (const path of ['notes.txt', 'backend/notes.txt', 'backend/agent/notes.txt', 'backend/provider-timeout.txt', 'baseline/report.json'])
    if (!specimen.files.has(path)) yield added(path);
};

/** Files that the manifest alone tells of. */
function tag(path: string): { limit?: Limit } {
  if (/^(baseline\/)?backend\/agent\//.test(path)) return { limit: 'agent' };
  return /^backend\/[^/]*\.txt$/.test(path) ? { limit: 'stranger' } : {};
}

const added = (path: string): BundleMutant => ({
  kind: 'file added, sealed again',
  what: path,
  names: [path.startsWith('baseline/') ? 'baseline' : path],
  limit: path.startsWith('backend/agent/') ? 'agent' : 'stranger',
  async change(room) {
    await room.write(path, 'x\n');
    await room.reseal();
  },
});
