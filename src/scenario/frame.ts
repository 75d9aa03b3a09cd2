/** Where something stands in a file; both count from 1. */
export interface Place {
  line: number;
  col: number;
}

const MAX_WIDTH = 120;

/** Two lines before the place, its line, and a caret below the column. */
export function codeFrame(lines: readonly string[], { line, col }: Place): string {
  const first = Math.max(1, line - 2);
  const width = String(line).length;
  // A very long line is shown from near the column, so that the caret stays on the screen.
  const from = Math.max(0, col - 1 - MAX_WIDTH / 2);
  const shown = lines
    .slice(first - 1, line)
    .map((text, i) => `  ${String(first + i).padStart(width)} | ${visible(text.slice(from, from + MAX_WIDTH))}`.trimEnd());
  return [...shown, `  ${' '.repeat(width)} | ${' '.repeat(col - 1 - from)}^`].join('\n');
}

/** Control characters as their pictures, each as wide as a letter: a file says nothing to the terminal, and a tab can be seen. */
const visible = (text: string) =>
  text.replaceAll(/\p{Cc}/gu, char => (char < ' ' ? String.fromCodePoint(0x2400 + char.codePointAt(0)!) : '\u2421'));
