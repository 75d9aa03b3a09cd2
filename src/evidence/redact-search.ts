import { escapeMatcher } from './redact-escapes.ts';
import { formsOf, standsAt, type Form, type Hit } from './redact-forms.ts';

export interface Search {
  /** No hit is longer than this many bytes. */
  longest: number;
  /** Every hit, overlapping ones too: from the left, the longest first. */
  find(bytes: Uint8Array): Hit[];
}

/** Looks for every form of every value in one pass. */
export function searchFor(values: readonly string[]): Search {
  const { fixed, escapable } = formsOf(values);
  const table = skipTable(fixed);
  const escapes = escapeMatcher(escapable);
  return {
    longest: Math.max(escapes.longest, ...fixed.map(form => form.bytes.length)),
    find(bytes) {
      const hits: Hit[] = [];
      findFixed(bytes, table, hits);
      escapes.find(bytes, hits);
      return hits.length > 1 ? hits.toSorted((a, b) => a.start - b.start || b.end - a.end) : hits;
    },
  };
}

interface SkipTable {
  /** Length of the shortest form: the window that slides. */
  width: number;
  /** How far the window may slide when its last two bytes are these; 0: a form may stand here. */
  skip: Uint8Array;
  /** Forms by the last two bytes of their first `width` bytes. */
  ending: ReadonlyMap<number, Form[]>;
}

/** Wu and Manber's table: the number of forms costs next to nothing, unlike one search for each. */
function skipTable(forms: readonly Form[]): SkipTable {
  const width = Math.min(255, ...forms.map(form => form.bytes.length));
  const skip = new Uint8Array(0x10000).fill(width - 1);
  const ending = new Map<number, Form[]>();
  for (const form of forms) {
    for (let at = 0; at + 1 < width; at++) {
      const pair = pairAt(form.bytes, at);
      skip[pair] = Math.min(skip[pair]!, width - 2 - at);
    }
    const last = pairAt(form.bytes, width - 2);
    ending.set(last, [...(ending.get(last) ?? []), form]);
  }
  return { width, skip, ending };
}

const pairAt = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

function findFixed(bytes: Uint8Array, { width, skip, ending }: SkipTable, hits: Hit[]): void {
  for (let end = width - 1; end < bytes.length;) {
    const pair = (bytes[end - 1]! << 8) | bytes[end]!;
    const far = skip[pair]!;
    if (far > 0) {
      end += far;
      continue;
    }
    const start = end - width + 1;
    for (const form of ending.get(pair) ?? []) {
      if (standsAt(form.bytes, bytes, start)) hits.push({ start, end: start + form.bytes.length, secret: form.secret });
    }
    end += 1;
  }
}
