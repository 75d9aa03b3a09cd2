import { dirname, join } from 'node:path';
import type { ChangedFile } from '../model/facts.ts';
import type { Ports } from '../ports.ts';
import { git } from './git.ts';
import type { Reading } from './reading.ts';
import type { Workspace } from './open.ts';

/** Starts a line of patch.diff that names what a patch cannot show; the path follows as a JSON string. */
export const NOT_REPRESENTABLE = '# proofgate: not representable: ';

/**
 * Step 7, second half: patch.diff, -p1, against the baseline. Git compares two folders of the harness's own that hold
 * only what changed; it never sees the workspace.
 */
export async function renderPatch(workspace: Workspace, reading: Reading, scratch: string, ports: Ports): Promise<Uint8Array> {
  const shown = reading.files.filter(isShown);
  const notes = reading.files.filter(file => !isShown(file)).map(file => noteOf(file, file.oddity ?? file.kind));
  if (shown.length === 0) return Buffer.from(notes.join(''));

  const room = join(scratch, 'diff');
  await ports.files.makeDir(join(room, 'a'));
  await ports.files.makeDir(join(room, 'b'));
  const before = new Map(workspace.baseline.map(entry => [entry.path, entry]));
  for (const file of shown) {
    const was = before.get(file.path);
    if (was) await place(was, workspace.seedDir, join(room, 'a'), ports);
    if (file.change !== 'deleted') await place(file, reading.snapshotDir, join(room, 'b'), ports);
  }
  const out = join(scratch, 'patch.raw');
  await git(['diff', '--no-index', ...SHOW, 'a', 'b'], { cwd: room, okCodes: [0, 1], stdoutFile: out }, ports);
  return Buffer.concat([Buffer.from(notes.join('')), nameBothSides(await ports.files.readBytes(out))]);
}

const noteOf = ({ path }: ChangedFile, why: string) => `${NOT_REPRESENTABLE}${JSON.stringify(path)} (${why})\n`;

const SHOW = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-prefix', '--binary', '--full-index'];

/** Of a file that stands on one side only, git names that side twice; a patch of `-p1` has `a/` and `b/`. */
function nameBothSides(patch: Uint8Array): Uint8Array {
  const text = Buffer.from(patch).toString('latin1');
  const named = text.replace(/(?<=^|\n)diff --git ([^\n]+)/g, (line, names: string) => {
    const half = (names.length - 1) / 2;
    const [first, second] = [names.slice(0, half), names.slice(half + 1)];
    return first === second ? `diff --git ${first.replace(/^("?)[ab]\//, '$1a/')} ${second.replace(/^("?)[ab]\//, '$1b/')}` : line;
  });
  return Buffer.from(named, 'latin1');
}

/** A patch can carry plain files and links whose names are text. */
const isShown = ({ kind, oddity, change }: ChangedFile) =>
  (change === 'deleted' || oddity === null || oddity === 'hard_link' || oddity === 'setuid') && (kind === 'file' || kind === 'link');

interface Placed {
  path: string;
  kind: string;
  mode: number;
  target?: string | null;
}

async function place({ path, kind, mode, target }: Placed, from: string, to: string, { files }: Ports): Promise<void> {
  const copy = join(to, path);
  await files.makeDir(dirname(copy));
  if (kind === 'link') await files.link(target ?? '', copy);
  else if (kind === 'file') await files.write(copy, await files.readBytes(join(from, path)), { mode: mode & 0o111 ? 0o755 : 0o644 });
}
