import { isUtf8 } from 'node:buffer';

/** What the engine writes into patch.diff for a change that a git patch cannot hold; the path follows as a JSON string, then why. */
export const notRepresentable = '# proofgate: not representable: ';

const header = 'diff --git ';
/** Longer than any header of two quoted names; of a longer line only the start is looked at. */
const maxHeaderBytes = 64 * 1024;

/** Order of paths everywhere: by bytes, as a C program sorts. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Reads a patch as it comes; memory does not grow with the patch, only with its paths. */
export interface PatchPaths {
  push(chunk: Uint8Array): void;
  /** Every path that the patch touches, once, sorted by bytes; and what could not be read. */
  end(): { paths: string[]; problems: string[] };
}

/**
 * The paths of a patch as `git diff --no-index --no-renames --no-prefix a b` writes it: `diff --git a/x b/x`, for an added file `b/x b/x`,
 * for a deleted one `a/x a/x`. A line of content always begins with a blank, a sign or a backslash, so a header at the start of a line is one.
 */
export function readPatchPaths(): PatchPaths {
  const paths = new Set<string>();
  const problems: string[] = [];
  let line: Buffer[] = [];
  let length = 0;

  const endLine = () => {
    const bytes = line.length === 1 ? line[0]! : Buffer.concat(line);
    line = [];
    length = 0;
    const found = pathOf(bytes);
    if (found && 'path' in found) paths.add(found.path);
    if (found && 'problem' in found) problems.push(found.problem);
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let start = 0; start < bytes.length;) {
        const newline = bytes.indexOf(0x0a, start);
        const end = newline < 0 ? bytes.length : newline;
        if (length < maxHeaderBytes) {
          const part = bytes.subarray(start, Math.min(end, start + maxHeaderBytes - length));
          line.push(newline < 0 ? Buffer.from(part) : part);
          length += part.length;
        }
        if (newline >= 0) endLine();
        start = end + 1;
      }
    },
    end() {
      if (length > 0) endLine();
      return { paths: [...paths].toSorted(byBytes), problems };
    },
  };
}

/** The same for a patch in memory. */
export function patchPaths(patch: string | Uint8Array): { paths: string[]; problems: string[] } {
  const reader = readPatchPaths();
  reader.push(typeof patch === 'string' ? Buffer.from(patch) : patch);
  return reader.end();
}

function pathOf(line: Buffer): { path: string } | { problem: string } | undefined {
  if (line[0] === 0x23) {
    const text = line.toString();
    return text.startsWith(notRepresentable) ? jsonPath(text.slice(notRepresentable.length)) : undefined;
  }
  if (line[0] !== 0x64 || line.subarray(0, header.length).toString('latin1') !== header) return undefined;
  const names = line.subarray(header.length);
  const [from, to] = halvesOf(names) ?? [];
  const path = from && to && withoutSide(from);
  if (!path || withoutSide(to) !== path) return { problem: `no path can be read from: ${line.subarray(0, 200).toString()}` };
  return { path };
}

/** Both names have one length, as nothing is ever renamed; so the middle is the blank between them, whatever blanks the names have. */
function halvesOf(names: Buffer): [string, string] | undefined {
  const middle = (names.length - 1) / 2;
  if (names[middle] !== 0x20) return undefined;
  const [from, to] = [unquote(names.subarray(0, middle)), unquote(names.subarray(middle + 1))];
  return from !== undefined && to !== undefined ? [from, to] : undefined;
}

const withoutSide = (name: string): string | undefined => /^[ab]\/([^]+)$/.exec(name)?.[1];

function jsonPath(text: string): { path: string } | { problem: string } {
  try {
    const [, quoted = ''] = /^("(?:[^"\\]|\\.)+")(?: \(.*\))?$/.exec(text) ?? [];
    return { path: JSON.parse(quoted) as string };
  } catch {
    return { problem: `no path can be read from: ${notRepresentable}${text.slice(0, 200)}` };
  }
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 0x22, '\\': 0x5c };

/** A name as git writes it: as it is, or in quotes as in C. */
function unquote(name: Buffer): string | undefined {
  if (name[0] !== 0x22) return pathText(name);
  if (name.length < 2 || name.at(-1) !== 0x22) return undefined;
  const inner = name.subarray(1, -1).toString('latin1');
  const bytes: number[] = [];
  const part = /\\([0-7]{3})|\\(.)|([^\\"])/gy;
  for (let at = 0; at < inner.length; at = part.lastIndex) {
    const [, octal, letter, plain] = part.exec(inner) ?? [];
    const byte = octal ? Number.parseInt(octal, 8) : letter ? escapes[letter] : plain?.charCodeAt(0);
    if (byte === undefined || byte > 255) return undefined;
    bytes.push(byte);
  }
  return pathText(Buffer.from(bytes));
}

/** Bytes that are not UTF-8 are written `\xNN`, as the walker writes them (`Entry.path`). */
function pathText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find(n => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    text += length ? bytes.toString('utf8', at, at + length) : `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
    at += length ?? 1;
  }
  return text;
}
