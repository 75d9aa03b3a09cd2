import type { Files } from '../ports.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The text that stands in a golden file. UPDATE_GOLDEN=1 writes `text` there first, so that a person reads the difference
 * before it is committed; with CI=true nothing is ever written.
 * @throws where there is no golden file, or it should be written with CI=true
 */
export async function goldenOf(path: string, text: string, { files, env }: { files: Files; env: Env }): Promise<string> {
  if (env['UPDATE_GOLDEN'] === '1') {
    if (env['CI'] === 'true') throw new Error(`${path}: with CI=true golden files are read and never written`);
    await files.write(path, text);
  }
  if ((await files.stat(path))?.kind === 'file') return files.readText(path);
  throw new Error(`${path} is not there. Read what is said now, then write it with UPDATE_GOLDEN=1:\n${text}`);
}
