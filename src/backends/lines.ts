/** A longer line is no event; it is skipped without being held. */
const MAX_LINE_BYTES = 64 * 1024;

/** Cuts a stream of bytes into lines of text, in flat memory. */
export function splitLines(onLine: (line: string) => void): { push(chunk: Uint8Array): void; end(): void } {
  let parts: Uint8Array[] = [];
  let held = 0;
  let skipping = false;

  const hold = (bytes: Uint8Array) => {
    if (skipping || bytes.length === 0) return;
    held += bytes.length;
    if (held > MAX_LINE_BYTES) {
      skipping = true;
      parts = [];
      return;
    }
    parts.push(bytes.slice());
  };
  const finish = () => {
    if (!skipping && held > 0) onLine(Buffer.concat(parts).toString('utf8').replace(/\r$/, ''));
    parts = [];
    held = 0;
    skipping = false;
  };

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        hold(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      hold(chunk.subarray(from));
    },
    end: finish,
  };
}
