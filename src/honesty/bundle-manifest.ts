import { sha256 } from '../model/digest.ts';
import { serialize } from '../evidence/seal.ts';
import { Manifest } from '../model/report.ts';
import type { Loose } from '../testing/forger.ts';
import { pathsOf, type BundleMutant, type Family } from './bundle-mutant.ts';
import { changesOf } from './schema-changes.ts';
import type { Room } from './room.ts';

interface ManifestFile {
  path: string;
  bytes: number;
  sha256: string;
}

interface Edit {
  kind: string;
  what: string;
  /** What gives it away when the report was made to fit. */
  names: readonly string[];
  to: unknown;
}

/**
 * Every change of the manifest: as it is, so that the report has another digest of it; and with a report that was made to fit, so
 * that only the files themselves give it away.
 */
export const manifestFamily: Family = function* (specimen) {
  const manifest = JSON.parse(Buffer.from(specimen.files.get('manifest.json')!).toString('utf8')) as { files: ManifestFile[] };
  for (const { to, what } of changesOf(Manifest, manifest))
    yield { kind: 'manifest field', what, names: ['manifest.json'], change: room => room.write('manifest.json', serialize(to)) };
  for (const { kind, what, names, to } of edits(manifest)) {
    yield { kind, what, names: ['manifest.json'], change: room => room.write('manifest.json', serialize(to)) };
    yield { kind: `${kind}, report made to fit`, what, names, change: room => fit(room, to) };
  }
  if (pathsOf(specimen).includes('baseline/manifest.json')) yield baselineManifest;
};

function* edits(manifest: { files: ManifestFile[] }): Generator<Edit> {
  const { files } = manifest;
  const put = (list: unknown[]) => ({ ...manifest, files: list });
  for (const [i, file] of files.entries()) {
    const { path } = file;
    yield { kind: 'manifest entry dropped', what: path, names: [path], to: put(files.toSpliced(i, 1)) };
    yield { kind: 'manifest entry doubled', what: path, names: ['manifest.json'], to: put(files.toSpliced(i, 0, file)) };
    const next = files[i + 1];
    if (next)
      yield { kind: 'manifest entries exchanged', what: path, names: ['manifest.json'], to: put(files.with(i, next).with(i + 1, file)) };
    const upper = file.sha256.toUpperCase();
    if (upper !== file.sha256)
      yield {
        kind: 'manifest digest in capitals',
        what: path,
        names: ['manifest.json'],
        to: put(files.with(i, { ...file, sha256: upper })),
      };
    yield { kind: 'manifest size', what: path, names: [path], to: put(files.with(i, { ...file, bytes: file.bytes + 1 })) };
    yield { kind: 'manifest digest', what: path, names: [path], to: put(files.with(i, { ...file, sha256: '0'.repeat(64) })) };
  }
  for (const path of ['no-such-file', '../outside', 'report.json', 'manifest.json']) {
    const more = [...files, { path, bytes: 0, sha256: '0'.repeat(64) }].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const isOwn = path.endsWith('.json');
    yield { kind: 'manifest entry added', what: path, names: [isOwn ? 'manifest.json' : path], to: put(more) };
  }
}

/** Writes a manifest and makes the report repeat it. */
async function fit(room: Room, to: unknown): Promise<void> {
  const { files } = to as { files: ManifestFile[] };
  const text = serialize(to);
  await room.write('manifest.json', text);
  await room.resign((report: Loose) => {
    const modified = new Map((report.artifacts as { path: string; modified: string }[]).map(one => [one.path, one.modified]));
    report.artifacts = files.map(({ path, bytes }) => ({ path, bytes, modified: modified.get(path) ?? report.run_end }));
    report.artifact_digests = {
      ...Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256])),
      'manifest.json': sha256(text),
    };
  });
}

const baselineManifest: BundleMutant = {
  kind: 'manifest entry dropped',
  what: 'of the baseline, the outer bundle sealed again',
  names: ['baseline/manifest.json'],
  async change(room) {
    await room.baseline.json('manifest.json', (manifest: Loose) => manifest.files.pop());
    await room.reseal();
  },
};
