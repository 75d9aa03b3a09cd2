import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { EntryKind, Files } from '../ports.ts';

/** Text of a file, or why there is none to be had. */
export type PlainText = { text: string } | { problem: string };

/**
 * Reads a file of a tree that an agent may write, also while it does: plain files below plain folders, and not more than so many bytes.
 * No link is followed, nothing is waited for.
 * @param path relative to the root, `/`-separated, without `..`
 * @returns undefined where there is nothing
 */
export async function readPlain(root: string, path: string, maxBytes: number, files: Files): Promise<PlainText | undefined> {
  try {
    const wrong = await notPlain(root, path, 'file', files);
    if (wrong !== null) return wrong === 'absent' ? undefined : { problem: wrong };
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of files.readChunks(join(root, path))) {
      bytes += chunk.length;
      if (bytes > maxBytes) return { problem: `${path} has more than ${maxBytes} bytes` };
      chunks.push(chunk);
    }
    return { text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    return refused(path, error);
  }
}

/** Names in such a folder, sorted. @returns none where there is none */
export async function listPlain(root: string, path: string, files: Files): Promise<{ names: string[] } | { problem: string }> {
  try {
    const wrong = await notPlain(root, path, 'dir', files);
    if (wrong !== null) return wrong === 'absent' ? { names: [] } : { problem: wrong };
    return { names: await files.list(join(root, path)) };
  } catch (error) {
    return refused(path, error) ?? { names: [] };
  }
}

/** What keeps a path from being of a kind below nothing but folders; null: nothing. */
async function notPlain(root: string, path: string, kind: EntryKind, files: Files): Promise<string | null> {
  const names = path.split('/');
  for (let depth = 1; depth <= names.length; depth += 1) {
    const place = names.slice(0, depth).join('/');
    const stat = await files.stat(join(root, place));
    if (!stat) return 'absent';
    if (stat.kind !== (depth === names.length ? kind : 'dir')) return `${place} is a ${stat.kind}`;
  }
  return null;
}

/** What was there a moment ago may be gone, or closed to us: an agent does that, and it is no failure of the harness. */
function refused(path: string, error: unknown): { problem: string } | undefined {
  const code = systemCode(error);
  if (!code) throw error;
  return code === 'ENOENT' ? undefined : { problem: `${path} cannot be read (${code})` };
}
