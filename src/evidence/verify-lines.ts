/** A longer line is no work of this engine. */
const maxLineBytes = 64 * 1024 * 1024;

/** Takes the bytes of a line log as they come, hands on whole lines, and holds no more than one of them. */
export interface LineReader {
  push(chunk: Uint8Array): void;
  /** @returns what is wrong with the file as lines, or undefined. */
  end(): string | undefined;
}

/** @param onLine takes a line without its newline, and its number from 1. */
export function readLines(onLine: (line: Buffer, number: number) => void): LineReader {
  let parts: Buffer[] = [];
  let held = 0;
  let number = 0;
  let tooLong: number | undefined;

  const hold = (part: Buffer) => {
    held += part.length;
    if (held <= maxLineBytes) parts.push(part);
    else if (parts.length > 0) parts = [];
  };
  const finish = () => {
    number += 1;
    if (held > maxLineBytes) tooLong ??= number;
    else onLine(Buffer.concat(parts), number);
    parts = [];
    held = 0;
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (let newline = bytes.indexOf(0x0a); newline >= 0; newline = bytes.indexOf(0x0a, start)) {
        hold(bytes.subarray(start, newline));
        finish();
        start = newline + 1;
      }
      if (start < bytes.length) hold(Buffer.from(bytes.subarray(start)));
    },
    end() {
      if (tooLong !== undefined) return `line ${tooLong} is longer than ${maxLineBytes} bytes`;
      return held > 0 ? 'does not end with a newline' : undefined;
    },
  };
}

/** Every problem of a file that can have very many: the first few, and how many more. */
export function atMost(problems: readonly string[], limit = 10): string[] {
  return problems.length <= limit ? [...problems] : [...problems.slice(0, limit), `and ${problems.length - limit} more`];
}
