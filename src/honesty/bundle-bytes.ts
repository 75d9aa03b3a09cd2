import { pathsOf, type BundleMutant, type Extent, type Family } from './bundle-mutant.ts';
import type { Specimen } from './specimen.ts';

/** Bytes flipped, added and cut off, in every file. What is written is made when it is: of a long file there can be very many. */
export const byteFamily: Family = function* (specimen, extent) {
  for (const path of pathsOf(specimen)) {
    const bytes = Buffer.from(specimen.files.get(path)!);
    const write = (kind: string, what: string, to: () => Buffer): BundleMutant => ({
      kind,
      what: `${path}: ${what}`,
      names: [path],
      change: room => room.write(path, to()),
    });
    for (const at of positions(bytes.length, extent)) {
      const bit = (at * 5 + 3) % 8;
      yield write('byte flipped', `bit ${bit} of byte ${at}`, () => flipped(bytes, at, bit));
    }
    for (const extra of ['\n', ' ', '\0', '{}\n']) {
      yield write('bytes appended', JSON.stringify(extra), () => Buffer.concat([bytes, Buffer.from(extra)]));
      yield write('bytes prepended', JSON.stringify(extra), () => Buffer.concat([Buffer.from(extra), bytes]));
    }
    for (const length of new Set([bytes.length - 1, Math.floor(bytes.length / 2), 0])) {
      if (length < 0 || length >= bytes.length) continue;
      yield write(length === 0 ? 'file emptied' : 'file truncated', `${length} of ${bytes.length} bytes`, () => bytes.subarray(0, length));
    }
  }
};

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const to = Buffer.from(bytes);
  to[at]! ^= 1 << bit;
  return to;
}

/** The first byte, the last, and as many between as are wanted. */
function positions(length: number, { bytes, random }: Extent): number[] {
  const all = [...Array(length).keys()];
  if (bytes === 'all') return all;
  return [...new Set([...all.slice(0, 1), ...all.slice(-1), ...random.some(all, bytes)])];
}

/** Lines deleted, doubled and exchanged, in every file that is written line by line. */
export const lineFamily: Family = function* (specimen) {
  for (const path of pathsOf(specimen).filter(one => /\.(jsonl|log|diff|md|yaml)$/.test(one))) {
    const lines = linesIn(specimen, path);
    const write = (kind: string, at: number, to: () => readonly string[]): BundleMutant => ({
      kind,
      what: `${path}: line ${at + 1}`,
      names: [path],
      change: room => room.write(path, to().join('')),
    });
    for (const [at, line] of lines.entries()) {
      yield write('line deleted', at, () => lines.toSpliced(at, 1));
      yield write('line doubled', at, () => lines.toSpliced(at, 0, line));
      const next = lines[at + 1];
      if (next !== undefined && next !== line) yield write('lines exchanged', at, () => lines.with(at, next).with(at + 1, line));
    }
  }
};

/** The lines of a file, each with its newline, as bytes that survive being text. */
function linesIn({ files }: Specimen, path: string): string[] {
  const text = Buffer.from(files.get(path)!).toString('utf8');
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
