import { standsAt, type Escapable, type Hit } from './redact-forms.ts';

/** More backslashes than this before one escape is nesting that no log has: JSON in JSON in JSON needs seven. */
const maxBackslashes = 8;
/** `%2525xx`: twice encoded again. */
const maxPercentNesting = 2;

const BACKSLASH = 0x5c;
const PERCENT = 0x25;

/** One character of a text: its bytes, its UTF-16 units and what may follow a backslash for it. */
interface Char {
  bytes: Uint8Array;
  units: number[];
  short: number | undefined;
}

interface Text {
  secret: number;
  chars: Char[];
  /** The whole text as bytes, and where each character starts in it. */
  bytes: Uint8Array;
  starts: number[];
}

/** A character of a text that an escape may stand for. */
interface Spot {
  text: Text;
  index: number;
}

/**
 * Finds texts in which at least one character is escaped, as JSON (`\uXXXX`, `\xXX`, `\/`, `\"`, `\n`, nested too) or as a URL (`%XX`):
 * at each escape the characters before it are compared as they are and those after it in whatever form they stand.
 */
export function escapeMatcher(escapables: readonly Escapable[]): { longest: number; find(bytes: Uint8Array, hits: Hit[]): void } {
  const texts = escapables.map(toText);
  const byByte = new Map<number, Spot[]>();
  const byUnit = new Map<number, Spot[]>();
  for (const text of texts) {
    for (const [index, { bytes, units }] of text.chars.entries()) {
      add(byByte, bytes[0]!, { text, index });
      add(byUnit, units[0]!, { text, index });
    }
  }

  const ends: Ends = { now: [], next: [] };
  const tryAt = (bytes: Uint8Array, at: number, spots: readonly Spot[] | undefined, hits: Hit[]) => {
    for (const { text, index } of spots ?? []) {
      const start = at - text.starts[index]!;
      if (index > 0 && !startsAt(text, text.starts[index]!, bytes, start)) continue;
      const end = matchFrom(bytes, at, text.chars, index, ends);
      if (end >= 0) hits.push({ start, end, secret: text.secret });
    }
  };

  return {
    longest: Math.max(0, ...texts.map(longestOf)),
    find(bytes, hits) {
      if (!bytes.includes(BACKSLASH) && !bytes.includes(PERCENT)) return;
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!;
        if (byte === BACKSLASH) {
          const run = backslashesAt(bytes, at);
          const unit = unitAfter(bytes, at + run);
          tryAt(bytes, at, byUnit.get(unit), hits);
          if (run > 1 && unit !== BACKSLASH) tryAt(bytes, at, byUnit.get(BACKSLASH), hits);
        } else if (byte === PERCENT) {
          for (let depth = 0; depth <= maxPercentNesting; depth++) {
            const decoded = percentAt(bytes, at, depth);
            if (decoded < 0) break;
            tryAt(bytes, at, byByte.get(decoded), hits);
          }
        }
      }
    },
  };
}

/** Where the characters so far may end, and where the next one may; kept so that a dense log costs no garbage. */
interface Ends {
  now: number[];
  next: number[];
}

function toText({ text, secret }: Escapable): Text {
  const chars = [...text].map(char => ({
    bytes: Buffer.from(char),
    units: Array.from({ length: char.length }, (_, at) => char.charCodeAt(at)),
    short: shortOf(char),
  }));
  let length = 0;
  const starts = chars.map(char => (length += char.bytes.length) - char.bytes.length);
  return { secret, chars, bytes: Buffer.from(text), starts };
}

const longestOf = ({ chars }: Text): number =>
  chars.reduce(
    (sum, { bytes, units }) => sum + Math.max(bytes.length * (3 + 2 * maxPercentNesting), units.length * (maxBackslashes + 5)),
    0,
  );

const shortEscapes: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };
const shortOf = (char: string): number | undefined => (shortEscapes[char] ?? (/["'/\\]/.test(char) ? char : undefined))?.charCodeAt(0);
const startsAt = (text: Text, length: number, bytes: Uint8Array, start: number): boolean => {
  if (start < 0) return false;
  for (let at = length - 1; at >= 0; at--) if (text.bytes[at] !== bytes[start + at]) return false;
  return true;
};

/** The furthest end of the characters from `index` on, each raw or escaped; -1 where they do not stand. */
function matchFrom(bytes: Uint8Array, at: number, chars: readonly Char[], index: number, ends: Ends): number {
  ends.now.length = 0;
  ends.now.push(at);
  for (let place = index; place < chars.length; place++) {
    ends.next.length = 0;
    for (const end of ends.now) addEnds(bytes, end, chars[place]!, ends.next);
    if (ends.next.length === 0) return -1;
    [ends.now, ends.next] = [ends.next, ends.now];
  }
  return Math.max(...ends.now);
}

/** Adds where one character may end that starts at `at`. */
function addEnds(bytes: Uint8Array, at: number, char: Char, ends: number[]): void {
  const first = bytes[at];
  if (first === char.bytes[0] && standsAt(char.bytes, bytes, at)) addOnce(ends, at + char.bytes.length);
  if (first === PERCENT) {
    for (let depth = 0; depth <= maxPercentNesting; depth++) addOnce(ends, endOfPercents(bytes, at, char.bytes, depth));
  } else if (first === BACKSLASH) {
    addOnce(ends, endOfUnits(bytes, at, char.units));
    const run = backslashesAt(bytes, at);
    if (char.short === BACKSLASH) for (let length = 2; length <= run; length *= 2) addOnce(ends, at + length);
    else if (char.short !== undefined && bytes[at + run] === char.short) addOnce(ends, at + run + 1);
  }
}

const addOnce = (ends: number[], end: number): void => {
  if (end >= 0 && !ends.includes(end)) ends.push(end);
};

/** End of a character whose bytes are all percent-encoded, as often as `depth` says; -1: it does not stand here. */
function endOfPercents(bytes: Uint8Array, at: number, wanted: Uint8Array, depth: number): number {
  let end = at;
  for (const byte of wanted) {
    if (percentAt(bytes, end, depth) !== byte) return -1;
    end += 3 + 2 * depth;
  }
  return end;
}

/** End of a character whose UTF-16 units are all written `\uXXXX` or `\xXX`; -1: it does not stand here. */
function endOfUnits(bytes: Uint8Array, at: number, wanted: readonly number[]): number {
  let end = at;
  for (const unit of wanted) {
    const letter = end + backslashesAt(bytes, end);
    const digits = bytes[letter] === 0x75 ? 4 : bytes[letter] === 0x78 ? 2 : 0;
    if (letter === end || digits === 0 || hexAt(bytes, letter + 1, digits) !== unit) return -1;
    end = letter + 1 + digits;
  }
  return end;
}

/** The character that a letter after backslashes may stand for; -1: none. */
function unitAfter(bytes: Uint8Array, letter: number): number {
  switch (bytes[letter]) {
    case 0x75:
      return hexAt(bytes, letter + 1, 4);
    case 0x78:
      return hexAt(bytes, letter + 1, 2);
    case 0x22:
    case 0x27:
    case 0x2f:
      return bytes[letter]!;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return -1;
  }
}

/** The byte of `%41`, at depth 1 of `%2541`, at depth 2 of `%252541`; -1: no such escape. */
function percentAt(bytes: Uint8Array, at: number, depth: number): number {
  if (bytes[at] !== PERCENT) return -1;
  const digits = at + 1 + 2 * depth;
  for (let nested = at + 1; nested < digits; nested += 2) if (bytes[nested] !== 0x32 || bytes[nested + 1] !== 0x35) return -1;
  return hexAt(bytes, digits, 2);
}

function backslashesAt(bytes: Uint8Array, at: number): number {
  let run = 0;
  while (run < maxBackslashes && bytes[at + run] === BACKSLASH) run++;
  return run;
}

function hexAt(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const digit = digitOf(bytes[index] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
