import { isUtf8 } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';

/** What the engine writes into patch.diff for a change that a git patch cannot hold; the path follows as a JSON string, then why. */
export const notRepresentable = '# proofgate: not representable: ';

const header = 'diff --git ';
/** Longer than any header of two quoted names; of a longer line only the start is looked at. */
const maxHeaderBytes = 64 * 1024;

/** Order of paths everywhere: by bytes, as a C program sorts. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a patch says. */
export interface Patch {
  /** Every path that it touches, once, sorted by bytes. */
  paths: string[];
  /** SHA-256 of what it puts into each file or link that it adds as text. */
  added: ReadonlyMap<string, string>;
  /** Headers that could not be read. */
  problems: string[];
}

/** Reads a patch as it comes; memory does not grow with the patch, only with its paths. */
export interface PatchReader {
  push(chunk: Uint8Array): void;
  end(): Patch;
}

/** The part of a patch below one header. */
interface Section {
  path: string | undefined;
  isNew: boolean;
  isBinary: boolean;
  /** In the one hunk of a new file: every line with a plus is content. */
  inContent: boolean;
  content: Hash;
  /** The end of the last line of content, until it is known whether the file has it. */
  newline: boolean;
}

/**
 * The paths of a patch as `git diff --no-index --no-renames --no-prefix a b` writes it: `diff --git a/x b/x`, for an added file also `b/x b/x`,
 * for a deleted one `a/x a/x`. A line of content always begins with a blank, a sign or a backslash, so a header at the start of a line is one.
 */
export function readPatch(): PatchReader {
  const paths = new Set<string>();
  const added = new Map<string, string>();
  const problems: string[] = [];
  let section = newSection(undefined);
  let line: Buffer[] = [];
  let held = 0;
  let inLine: 'content' | 'other' | undefined;

  const closeSection = () => {
    const { path, isNew, isBinary, content, newline } = section;
    if (path === undefined || !isNew || isBinary) return;
    if (newline) content.update('\n');
    added.set(path, content.digest('hex'));
  };
  const take = (found: { path: string } | { problem: string }): string | undefined => {
    if ('problem' in found) problems.push(found.problem);
    else paths.add(found.path);
    return 'path' in found ? found.path : undefined;
  };
  const endLine = () => {
    const text = line.length === 1 ? line[0]! : Buffer.concat(line);
    if (inLine === 'content') section.newline = true;
    else if (beginsWith(text, header)) {
      closeSection();
      section = newSection(take(pathOfHeader(text.subarray(header.length))));
    } else if (beginsWith(text, notRepresentable)) take(pathOfNote(text.toString().slice(notRepresentable.length)));
    else if (beginsWith(text, 'new file mode ')) section.isNew = true;
    else if (beginsWith(text, 'GIT binary patch')) section.isBinary = true;
    else if (beginsWith(text, '@@ -0,0 +')) section.inContent = section.isNew;
    else if (beginsWith(text, '\\')) section.newline = false;
    line = [];
    held = 0;
    inLine = undefined;
  };
  const addPart = (part: Buffer) => {
    if (inLine === undefined && section.inContent && part[0] === 0x2b) {
      inLine = 'content';
      if (section.newline) section.content.update('\n');
      section.newline = false;
      section.content.update(part.subarray(1));
    } else if (inLine === 'content') section.content.update(part);
    else if (held < maxHeaderBytes) {
      inLine = 'other';
      const kept = Buffer.from(part.subarray(0, maxHeaderBytes - held));
      line.push(kept);
      held += kept.length;
    }
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let start = 0; start < bytes.length;) {
        const newline = bytes.indexOf(0x0a, start);
        const end = newline < 0 ? bytes.length : newline;
        if (end > start) addPart(bytes.subarray(start, end));
        if (newline >= 0) endLine();
        start = end + 1;
      }
    },
    end() {
      if (inLine !== undefined) endLine();
      closeSection();
      return { paths: [...paths].toSorted(byBytes), added, problems };
    },
  };
}

const newSection = (path: string | undefined): Section => ({
  path,
  isNew: false,
  isBinary: false,
  inContent: false,
  content: createHash('sha256'),
  newline: false,
});

const beginsWith = (line: Buffer, start: string): boolean => line.subarray(0, start.length).toString('latin1') === start;

function pathOfHeader(names: Buffer): { path: string } | { problem: string } {
  const [from, to] = halvesOf(names) ?? [];
  const path = from && to && withoutSide(from);
  if (!path || withoutSide(to) !== path) return { problem: `no path can be read from: ${header}${names.subarray(0, 200).toString()}` };
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

function pathOfNote(text: string): { path: string } | { problem: string } {
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
