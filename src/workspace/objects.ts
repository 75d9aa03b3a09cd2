import { dirname, join } from 'node:path';
import type { Ports } from '../ports.ts';
import { git } from './git.ts';

/** More than this is no source of a task. */
const MAX_FILES = 20_000;

/** A file or link of a commit, as git lists it. */
interface Blob {
  mode: string;
  id: string;
  path: string;
}

/**
 * Takes a git bundle into a bare repository of the harness's own. Nothing is fetched: no transport, hook or configuration has a part in it.
 *
 * @throws Error with git's own words where the file is no bundle, or needs what it does not have
 */
export async function unbundle(bundle: string, gitDir: string, ports: Ports): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', gitDir], { cwd: dirname(gitDir) }, ports);
  await git(['bundle', 'unbundle', bundle], { cwd: gitDir, env: { GIT_DIR: gitDir } }, ports);
}

/**
 * Writes the files of a commit, or of one of its folders, byte by byte as they were committed: no attribute changes them on the way out.
 *
 * @returns why it cannot be done, or undefined when it was
 */
export async function checkOut(
  { gitDir, commit, path }: { gitDir: string; commit: string; path: string },
  into: string,
  ports: Ports,
): Promise<string | undefined> {
  const { files } = ports;
  const options = { cwd: gitDir, env: { GIT_DIR: gitDir } };
  const kind = await git(['cat-file', '-t', commit], { ...options, okCodes: [0, 128] }, ports);
  if (kind.stdout.trim() !== 'commit') return `it has no commit ${commit}`;
  const listed = await git(
    ['ls-tree', '-r', '-z', '--full-tree', path === '.' ? commit : `${commit}:${path}`],
    { ...options, okCodes: [0, 128] },
    ports,
  );
  if (listed.code !== 0) return `its commit ${commit} has no folder ${path}`;
  const blobs = listed.stdout.split('\0').filter(Boolean).map(readRow);
  const odd = blobs.find(blob => !isPlain(blob));
  if (odd) return `${odd.path} can be no part of a workspace (mode ${odd.mode})`;
  if (blobs.length === 0 || blobs.length > MAX_FILES) return `it has ${blobs.length} files; a workspace has 1 to ${MAX_FILES}`;

  const contents = `${into}.blobs`;
  await git(['cat-file', '--batch'], { ...options, input: `${blobs.map(({ id }) => id).join('\n')}\n`, stdoutFile: contents }, ports);
  const bytes = await files.readBytes(contents);
  await files.remove(contents);
  await files.makeDir(into);
  let at = 0;
  for (const { mode, path: name } of blobs) {
    const head = bytes.indexOf(0x0a, at);
    const size = Number(Buffer.from(bytes.subarray(at, head)).toString('latin1').split(' ')[2]);
    const content = bytes.subarray(head + 1, head + 1 + size);
    at = head + 1 + size + 1;
    if (mode === '120000') {
      await files.makeDir(dirname(join(into, name)));
      await files.link(Buffer.from(content).toString(), join(into, name));
    } else await files.write(join(into, name), content, { mode: mode === '100755' ? 0o755 : 0o644 });
  }
  return undefined;
}

/** `<mode> <type> <id>\t<path>` */
function readRow(row: string): Blob {
  const tab = row.indexOf('\t');
  const [mode = '', , id = ''] = row.slice(0, tab).split(' ');
  return { mode, id, path: row.slice(tab + 1) };
}

/** Nothing of a source leads out of the workspace, is a repository of its own, or has a name that is no text. */
const isPlain = ({ mode, path }: Blob): boolean =>
  ['100644', '100755', '120000'].includes(mode) &&
  !path.includes('\uFFFD') &&
  path.split('/').every(name => name !== '' && name !== '.' && name !== '..' && name.toLowerCase() !== '.git');
