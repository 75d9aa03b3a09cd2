import { join } from 'node:path';
import { pathsOf, type BundleMutant, type Family } from './bundle-mutant.ts';

/** Files removed, added, renamed and exchanged, and what is no file in the place of one. */
export const fileFamily: Family = function* (specimen) {
  const paths = pathsOf(specimen);
  for (const path of paths) {
    yield { kind: 'file removed', what: path, names: [path], change: room => room.remove(path) };
    yield {
      kind: 'file renamed',
      what: `${path} → ${path}~`,
      // without a manifest nobody knows what belongs into the folder
      names: path === 'manifest.json' ? [path] : [path, `${path}~`],
      async change(room) {
        const bytes = await room.bytes(path);
        await room.remove(path);
        await room.write(`${path}~`, bytes);
      },
    };
    yield* inPlaceOf(path);
  }
  yield* added(specimen.folders.concat([...new Set(paths.map(path => path.replace(/[^/]*$/, '')))]));
  for (const [i, path] of paths.entries()) {
    for (const other of paths.slice(i + 1)) {
      const [a, b] = [specimen.files.get(path)!, specimen.files.get(other)!];
      if (Buffer.compare(a, b) === 0) continue;
      const names = [path, other].includes('manifest.json') ? ['manifest.json'] : [path, other];
      yield {
        kind: 'files exchanged',
        what: `${path} and ${other}`,
        names,
        async change(room) {
          await room.write(path, b);
          await room.write(other, a);
        },
      };
    }
  }
};

function* added(folders: readonly string[]): Generator<BundleMutant> {
  for (const folder of folders) {
    for (const name of ['notes.txt', '.hidden', 'report.json.bak']) {
      const path = join(folder, name);
      yield { kind: 'file added', what: path, names: [path], change: room => room.write(path, 'x') };
    }
    const path = join(folder, 'empty');
    yield { kind: 'file added', what: `${path}, empty`, names: [path], change: room => room.write(path, '') };
  }
}

/** A link to the very same bytes is still no file of this bundle. */
function* inPlaceOf(path: string): Generator<BundleMutant> {
  const replaced = (kind: string, what: string, make: (place: string, bytes: Uint8Array) => BundleMutant['change']): BundleMutant => ({
    kind,
    what: `${path}: ${what}`,
    names: [path],
    onDisk: true,
    async change(room) {
      const bytes = await room.bytes(path);
      await room.remove(path);
      await make(join(room.dir, path), bytes)(room);
    },
  });
  yield replaced('link in the place of a file', 'a link to its copy outside', (place, bytes) => async ({ dir, files }) => {
    const copy = join(dir, '..', 'outside');
    await files.write(copy, bytes);
    await files.link(copy, place);
  });
  yield replaced(
    'link in the place of a file',
    'a link to nothing',
    place =>
      ({ files }) =>
        files.link('no-such-file', place),
  );
  yield replaced(
    'folder in the place of a file',
    'a folder',
    place =>
      ({ files }) =>
        files.makeDir(place),
  );
}
