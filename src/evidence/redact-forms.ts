/** Where a secret stands, in bytes. */
export interface Hit {
  start: number;
  end: number;
  secret: number;
}

/** A byte sequence that gives a secret away, and the secret's place in the list. */
export interface Form {
  bytes: Uint8Array;
  secret: number;
}

/** A text that an encoder may have escaped character by character; `text` itself is one of the forms, too. */
export interface Escapable {
  text: string;
  secret: number;
}

/** What has to be looked for: fixed byte sequences, and texts in which any character may stand escaped. */
export interface Forms {
  fixed: Form[];
  escapable: Escapable[];
}

/** Every form of SPEC section 6 in which a value can stand in a log. */
export function formsOf(values: readonly string[]): Forms {
  const fixed: Form[] = [];
  const escapable: Escapable[] = [];
  for (const [secret, value] of values.entries()) {
    const hex = Buffer.from(value).toString('hex');
    const base64 = base64Cores(value);
    const texts = new Set([value, value.replaceAll(' ', '+')]);
    const plain = new Set([...texts, hex, hex.toUpperCase(), ...base64, ...base64.map(toUrlAlphabet)]);
    for (const text of plain) fixed.push({ bytes: Buffer.from(text), secret });
    for (const text of [...texts, ...base64.filter(core => /[+/]/.test(core))]) escapable.push({ text, secret });
  }
  return { fixed, escapable };
}

/**
 * Base64 of a value that starts at any byte of a group of three: only the characters that depend on the value alone,
 * so that `Basic base64(user:secret)` is found whatever the user is called.
 */
function base64Cores(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
}

const toUrlAlphabet = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_');

/** Whether `part` stands in `bytes` at `start`. */
export function standsAt(part: Uint8Array, bytes: Uint8Array, start: number): boolean {
  if (start < 0 || start + part.length > bytes.length) return false;
  for (let at = 0; at < part.length; at++) if (part[at] !== bytes[start + at]) return false;
  return true;
}
