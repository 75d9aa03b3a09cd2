import { sha256 } from '../model/digest.ts';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { z } from 'zod';
import { systemCode } from '../errors.ts';
import type { Entry, Ports } from '../ports.ts';
import { decode, parseExactly, Unreadable } from './parse.ts';

/** What is wrong with a bundle, and with which of its files. */
export interface BundleProblem {
  artifact: string;
  problem: string;
}

/** Larger documents are no work of this engine: its lists are bounded by what a task and an agent can name. */
const maxDocumentBytes = 64 * 1024 * 1024;

/**
 * A folder of files that nobody trusts. Each is read once: what is parsed is what is hashed. Everything answers undefined for
 * a file that is not there or cannot be read; the second is a problem.
 */
export interface Folder {
  readonly entries: readonly Entry[];
  /** Size and SHA-256 of what was read so far, by path. */
  readonly digests: ReadonlyMap<string, { bytes: number; sha256: string }>;
  readonly unreadable: readonly BundleProblem[];
  text(path: string): Promise<string | undefined>;
  /** The value of a text that was read: JSON exactly as the engine writes it. */
  parse<T>(path: string, text: string | undefined, schema: z.ZodType<T>): Promise<T | undefined>;
  document<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** A log of any size, in chunks. */
  log<T>(path: string, reader: { push(chunk: Uint8Array): void; end(): T }): Promise<T | undefined>;
  /** Hashes what was not read. */
  digestRest(): Promise<void>;
}

/** Lists a folder. Nothing in it makes this or what it returns throw; nothing but a plain file is ever opened. */
export async function openFolder(dir: string, { files }: Ports): Promise<Folder> {
  const entries = await files.walk(dir, { maxFileBytes: 0 });
  const plain = new Map(
    entries.filter(({ kind, oddity }) => kind === 'file' && oddity !== 'name_not_utf8').map(entry => [entry.path, entry]),
  );
  const digests = new Map<string, { bytes: number; sha256: string }>();
  const unreadable: BundleProblem[] = [];

  const attempt = async <T>(path: string, read: (entry: Entry, place: string) => Promise<T> | T): Promise<T | undefined> => {
    const entry = plain.get(path);
    try {
      return entry && (await read(entry, join(dir, path)));
    } catch (error) {
      const code = systemCode(error);
      if (!(error instanceof Unreadable) && !code) throw error;
      unreadable.push({ artifact: path, problem: code ? `cannot be read (${code})` : String((error as Error).message) });
      return undefined;
    }
  };

  const folder: Folder = {
    entries,
    digests,
    unreadable,
    text: path =>
      attempt(path, async ({ bytes: size }, place) => {
        if (size > maxDocumentBytes) throw new Unreadable(`is larger than ${maxDocumentBytes} bytes`);
        const bytes = await files.readBytes(place);
        digests.set(path, { bytes: bytes.length, sha256: sha256(bytes) });
        return decode(bytes);
      }),
    parse: async (path, text, schema) => (text === undefined ? undefined : attempt(path, () => parseExactly(text, schema))),
    document: async (path, schema) => folder.parse(path, await folder.text(path), schema),
    log: (path, reader) =>
      attempt(path, async (_entry, place) => {
        const hash = createHash('sha256');
        let bytes = 0;
        for await (const chunk of files.readChunks(place)) {
          hash.update(chunk);
          bytes += chunk.length;
          reader.push(chunk);
        }
        digests.set(path, { bytes, sha256: hash.digest('hex') });
        return reader.end();
      }),
    async digestRest() {
      for (const path of plain.keys()) {
        if (digests.has(path)) continue;
        const found = await attempt(path, (_entry, place) => files.digest(place));
        if (found) digests.set(path, { bytes: found.bytes, sha256: found.sha256 });
      }
    },
  };
  return folder;
}
