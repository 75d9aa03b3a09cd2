/** A longer line is no event; it is skipped without being held. */
const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 10;

/**
 * Cuts a stream of bytes into lines of text, in flat memory. Only lines that begin with `first` are looked at: a flood of
 * others costs one search for the next of them.
 */
export function splitLines(first: string, onLine: (line: string) => void): { push(chunk: Uint8Array): void; end(): void } {
  const next = Buffer.from(`\n${first}`);
  const wanted = next[1];
  let parts: Uint8Array[] = [];
  let held = 0;
  let inLine = false;
  let atStart = true;

  const hold = (bytes: Uint8Array) => {
    held += bytes.length;
    if (held > MAX_LINE_BYTES) parts = [];
    else if (bytes.length > 0) parts.push(bytes.slice());
  };
  const finish = () => {
    if (parts.length > 0) onLine(Buffer.concat(parts).toString('utf8').replace(/\r$/, ''));
    parts = [];
    held = 0;
    inLine = false;
    atStart = true;
  };

  return {
    push(bytes) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let from = 0;
      while (from < chunk.length) {
        if (!inLine) {
          const isHere = atStart && chunk[from] === wanted;
          const before = isHere ? from - 1 : chunk.indexOf(next, from);
          atStart = chunk.at(-1) === NEWLINE;
          if (!isHere && before === -1) return;
          inLine = true;
          from = before + 1;
        }
        const end = chunk.indexOf(NEWLINE, from);
        hold(chunk.subarray(from, end === -1 ? chunk.length : end));
        if (end === -1) return;
        finish();
        from = end + 1;
      }
    },
    end: finish,
  };
}
