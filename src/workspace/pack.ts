import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** Kinds of objects, with their numbers in a pack. */
const KINDS = { commit: 1, tree: 2, blob: 3 } as const;
export type ObjectKind = keyof typeof KINDS;

/** Objects of one git repository while they are collected. */
export interface Pack {
  /** Adds an object once, however often it is asked to. @returns its id */
  add(kind: ObjectKind, content: Uint8Array): string;
  /** Path below the git directory, to what stands there. */
  files(): Map<string, Uint8Array>;
}

/** More bytes than this would need the larger form of the index, which is not written here. */
export const MAX_PACK_BYTES = 2 ** 31 - 1;

/**
 * Objects in one pack with its index, as a clone has them: two files, where loose objects would be a file and a folder each.
 * Formats: gitformat-pack(5), pack version 2 and index version 2. Nothing is stored as a difference.
 */
export function makePack(): Pack {
  const entries = new Map<string, Buffer>();
  return {
    add(kind, content) {
      const id = createHash('sha1').update(`${kind} ${content.length}\0`).update(content).digest('hex');
      if (!entries.has(id)) entries.set(id, Buffer.concat([headOf(KINDS[kind], content.length), deflateSync(content)]));
      return id;
    },
    files() {
      const pack = checked([Buffer.from('PACK'), words(2, entries.size), ...entries.values()]);
      const name = `objects/pack/pack-${pack.subarray(-20).toString('hex')}`;
      return new Map([
        [`${name}.pack`, pack],
        [`${name}.idx`, indexOf(entries, pack.subarray(-20))],
      ]);
    },
  };
}

/** Three bits of kind and a size of as many bytes as it needs, seven bits each after the first four. */
function headOf(kind: number, size: number): Buffer {
  const bytes = [(kind << 4) | (size & 0xf)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

/** Where each object stands, sorted by id, and how many have an id whose first byte is at most so much. */
function indexOf(entries: ReadonlyMap<string, Buffer>, packChecksum: Buffer): Buffer {
  let offset = 12;
  const places = [...entries].map(([id, entry]) => {
    const place = { id, crc: crc32(entry), offset };
    offset += entry.length;
    return place;
  });
  places.sort((a, b) => (a.id < b.id ? -1 : 1));
  const upTo = Array.from({ length: 256 }, () => 0);
  for (const { id } of places) upTo[Number.parseInt(id.slice(0, 2), 16)]! += 1;
  for (let first = 1; first < 256; first += 1) upTo[first]! += upTo[first - 1]!;
  return checked([
    Buffer.from('ff744f63', 'hex'),
    words(2, ...upTo),
    ...places.map(({ id }) => Buffer.from(id, 'hex')),
    words(...places.map(({ crc }) => crc)),
    words(...places.map(place => place.offset)),
    packChecksum,
  ]);
}

function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
  return bytes;
}

/** With its own checksum behind it. */
export function checked(parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
