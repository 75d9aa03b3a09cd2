import type { z } from 'zod';
import { decode, parseExactly, Unreadable } from './parse.ts';

/** A longer line is no work of this engine. */
const maxLineBytes = 64 * 1024 * 1024;

/** Takes the bytes of a line log as they come, hands on whole lines, and holds no more than one of them. */
interface LineReader {
  push(chunk: Uint8Array): void;
  /** @returns what is wrong with the file as lines, or undefined. */
  end(): string | undefined;
}

/** @param onLine takes a line without its newline, and its number from 1. */
function readLines(onLine: (line: Buffer, number: number) => void): LineReader {
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

/** A log with more bad lines than this is no log; what comes after them is not read. */
const maxProblems = 100;

/**
 * Reads a log of JSON lines, each exactly as the engine writes the value that it holds.
 *
 * @param onRecord takes a value with its line and number, and returns what is wrong with it
 */
export function readRecords<T>(
  schema: z.ZodType<T>,
  onRecord: (value: T, line: Buffer, number: number) => string[],
): { push(chunk: Uint8Array): void; end(): string[] } {
  const problems: string[] = [];
  const lines = readLines((line, number) => {
    if (problems.length >= maxProblems) return;
    try {
      problems.push(...onRecord(parseExactly(decode(line), schema, 'line'), line, number).map(problem => `line ${number}: ${problem}`));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push(`line ${number}: ${error.message}`);
    }
  });
  return {
    push: lines.push,
    end() {
      const badEnd = lines.end();
      return badEnd ? [...problems, badEnd] : problems;
    },
  };
}

/** Every problem of a file that can have very many: the first few, and how many more. */
export function atMost(problems: readonly string[], limit = 10): string[] {
  return problems.length <= limit ? [...problems] : [...problems.slice(0, limit), `and ${problems.length - limit} more`];
}
