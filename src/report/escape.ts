/**
 * Text that a stranger chose (names of tests, tasks and paths, words of an agent), made safe for one line of Markdown.
 * Nothing of it can open a tag, a table cell, a link, a heading or a line of its own.
 */
export const text = (value: string): string =>
  visible(value)
    .trim()
    .replace(/[&<>|]/g, c => `&#${c.codePointAt(0)};`)
    .replace(/[\\`*[\]~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
    .replace(/:(?=\/\/)/g, '&#58;')
    .replace(/^(\d*)([#+=.)-])/, '$1\\$2');

/** A code span that no backtick in it can end, safe in a table cell too. */
export function code(value: string): string {
  if (value.includes('|')) return `<code>${text(value)}</code>`;
  const body = visible(value);
  if (body.trim() === '') return body === '' ? '(empty)' : '(blanks)';
  const longest = Math.max(0, ...(body.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^[`\s]|[`\s]$/.test(body) ? ' ' : '';
  return `${fence}${pad}${body}${pad}${fence}`;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Control characters and line ends written out; also what is invisible or turns the direction of text around. */
const visible = (value: string): string =>
  // oxlint-disable-next-line no-control-regex
  value.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, c => {
    return NAMED[c] ?? `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });

/** A table; the cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`);

/** For a terminal: nothing that an agent wrote may begin a line of its own or move the cursor. */
// oxlint-disable-next-line no-control-regex
export const oneLine = (words: string): string => words.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim();
