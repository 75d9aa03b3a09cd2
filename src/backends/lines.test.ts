import { describe, expect, it } from 'vitest';
import { splitLines } from './lines.ts';

const linesOf = (...chunks: (string | Uint8Array)[]) => {
  const lines: string[] = [];
  const split = splitLines('{', line => lines.push(line));
  for (const chunk of chunks) split.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  split.end();
  return lines;
};

describe('lines that begin with {', () => {
  it.each<[string, string[], string[]]>([
    ['one', ['{a}\n'], ['{a}']],
    ['the last one without its newline', ['{a}\n{b}'], ['{a}', '{b}']],
    ['cut anywhere', ['{', 'a', '}', '\n', '{b', '}\n'], ['{a}', '{b}']],
    ['with the carriage return of another system', ['{a}\r\n'], ['{a}']],
    ['among others', ['log\n{a}\n\nmore {b}\n{c}\n'], ['{a}', '{c}']],
    ['not where the line began in an earlier chunk', ['log ', '{a}\n'], []],
    ['nothing', ['', '\n\n'], []],
  ])('%s', (_name, chunks, lines) => {
    expect(linesOf(...chunks)).toEqual(lines);
  });

  it('whatever the cut, the lines are the same', () => {
    const text = '{"type":"ä"}\nnoise\n{"b":2}\n  {"c":3}\n{"d":4}';
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      expect(linesOf(...chunks)).toEqual(['{"type":"ä"}', '{"b":2}', '{"d":4}']);
    }
  });

  it('a line of more than 1 MiB is no event, and the next one is read', () => {
    expect(linesOf(`{${'x'.repeat(1_100_000)}}\n{ok}\n`)).toEqual(['{ok}']);
  });
});
