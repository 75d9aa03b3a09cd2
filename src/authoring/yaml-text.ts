import { stringify } from 'yaml';

const options = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** `key: value` over as many lines as it needs, without a newline at the end. */
export const field = (key: string, value: unknown): string => stringify({ [key]: value }, options).trimEnd();

/** A value on one line: lists and maps in brackets. */
export const inline = (value: unknown): string =>
  stringify(value, { ...options, collectionStyle: 'flow', flowCollectionPadding: false }).trimEnd();

/** Text or a key outside of brackets, with quotes only where it needs them. */
export const plain = (text: string): string => stringify(text, options).trimEnd();

/** A line of YAML and what is said about it; or a line alone. */
export type Commented = string | readonly [text: string, comment: string];

/** The lines, their comments in one column. */
export function withComments(lines: readonly Commented[], indent = ''): string {
  const widths = lines.flatMap(line => (typeof line === 'string' ? [] : [line[0].length])).filter(width => width <= MAX_COLUMN);
  const column = Math.max(0, ...widths);
  return lines
    .map(line => (typeof line === 'string' ? line : `${line[0].padEnd(column)}  # ${line[1]}`))
    .map(line => `${indent}${line}\n`)
    .join('');
}

const MAX_COLUMN = 48;
