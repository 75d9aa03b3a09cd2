import { UserError } from '../errors.ts';

/**
 * Splits a command as a shell would split it: quotes group, a backslash takes the next character as it is.
 * Nothing else of a shell exists here: no variable, glob, pipe or redirection.
 *
 * @throws UserError where a quote is not closed or nothing is left
 */
export function splitArgv(text: string): [string, ...string[]] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const gap = /\s*/y;
    gap.lastIndex = at;
    at += gap.exec(text)?.[0].length ?? 0;
    if (at === text.length) break;
    const { word, end } = readWord(text, at);
    words.push(word);
    at = end;
  }
  const [program, ...rest] = words;
  if (!program)
    throw new UserError({ at: '--command', message: 'names no program', hint: "Write it as --command 'node /path/to/agent.js'." });
  return [program, ...rest];
}

/** One word: pieces, quoted or not, without white space between them. */
function readWord(text: string, start: number): { word: string; end: number } {
  const pieces = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)/sy;
  let word = '';
  let end = start;
  while (end < text.length && !/\s/.test(text[end]!)) {
    pieces.lastIndex = end;
    const piece = pieces.exec(text);
    if (!piece) {
      throw new UserError({
        at: '--command',
        message: `${text[end] === '\\' ? 'a backslash' : 'a quote'} at column ${end + 1} has no end`,
        frame: `  ${text}\n  ${' '.repeat(end)}^`,
        hint: 'Close the quote, or write \\" for the character itself.',
      });
    }
    const [all, double, single, escaped, bare] = piece;
    word += double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? bare ?? '';
    end += all.length;
  }
  return { word, end };
}
