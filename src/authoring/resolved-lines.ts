import { isMap, type Path } from '../model/json.ts';
import type { Resolved, Source } from './resolve.ts';
import { inline, plain } from './yaml-text.ts';

/** One line of a resolved scenario: YAML, and where its value was written (null: the lines below say it). */
export interface ResolvedLine {
  text: string;
  from: string | null;
}

/** A list or map that came from one place stays on one line up to here. */
const MAX_INLINE = 76;

/** The scenario as YAML, a line a value; what stands right of it is not part of the value. */
export const linesOf = ({ value, from }: Resolved): ResolvedLine[] => [
  { text: 'scenario: 1', from: null },
  ...Object.entries(value).flatMap(([key, part]) => render(`${plain(key)}:`, part, [key], '', from)),
];

type From = (path: Path) => Source;

function render(head: string, value: unknown, path: Path, indent: string, from: From): ResolvedLine[] {
  const children = entriesOf(value);
  if (children.length === 0) return leaf(head, value, indent, from(path).text);
  const source = commonSource(value, path, from);
  const line = `${indent}${head} ${flow(value)}`;
  if (source && line.length <= MAX_INLINE && !hasBreak(value)) return [{ text: line, from: source.text }];
  const own = { text: `${indent}${head}`, from: null };
  if (Array.isArray(value)) return [own, ...children.flatMap(([i, one]) => item(one, [...path, i], `${indent}  `, from))];
  return [own, ...children.flatMap(([key, one]) => render(`${plain(String(key))}:`, one, [...path, key], `${indent}  `, from))];
}

/** An element of a list; the first key of a map stands beside its hyphen. */
function item(value: unknown, path: Path, indent: string, from: From): ResolvedLine[] {
  const line = `${indent}- ${entriesOf(value).length > 0 ? flow(value) : ''}`;
  if (!isMap(value) || (line.length <= MAX_INLINE && !hasBreak(value))) return render('-', value, path, indent, from);
  const lines = Object.entries(value).flatMap(([key, one]) => render(`${plain(key)}:`, one, [...path, key], `${indent}  `, from));
  const [first, ...rest] = lines;
  return first ? [{ ...first, text: `${indent}- ${first.text.slice(indent.length + 2)}` }, ...rest] : [];
}

function leaf(head: string, value: unknown, indent: string, from: string): ResolvedLine[] {
  const block = typeof value === 'string' && value.includes('\n') ? blockLines(value) : undefined;
  if (!block) return [{ text: `${indent}${head} ${isText(value) ? plain(value) : flow(value)}`, from }];
  const [style, ...lines] = block;
  return [{ text: `${indent}${head} ${style}`, from }, ...lines.map(line => ({ text: line && `${indent}  ${line}`, from: null }))];
}

/** Text of several lines as it stands in a file, where a block can hold it: header first. */
function blockLines(text: string): [style: string, ...lines: string[]] | undefined {
  const ends = text.endsWith('\n');
  const lines = (ends ? text.slice(0, -1) : text).split('\n');
  const holds = !/^\s/.test(lines[0] ?? '') && lines[0] !== '' && lines.at(-1) !== '' && !/[^\P{Cc}\n]/u.test(text);
  return holds ? [ends ? '|' : '|-', ...lines] : undefined;
}

/** The place of a value whose every part stands in it, or is built in with it. */
function commonSource(value: unknown, path: Path, from: From): Source | undefined {
  const source = from(path);
  const leaves = leavesOf(value, path).map(from);
  const isOne = leaves.every(({ file, pathInFile, text }) =>
    file === null
      ? source.file === null && text === source.text
      : file === source.file && source.pathInFile.every((step, i) => pathInFile[i] === step),
  );
  return isOne ? source : undefined;
}

const leavesOf = (value: unknown, path: Path): Path[] => {
  const children = entriesOf(value);
  return children.length === 0 ? [path] : children.flatMap(([key, one]) => leavesOf(one, [...path, key]));
};

/** Text of several lines is easier to read on several lines. */
const hasBreak = (value: unknown): boolean =>
  typeof value === 'string' ? value.includes('\n') : entriesOf(value).some(([, one]) => hasBreak(one));

const entriesOf = (value: unknown): [string | number, unknown][] =>
  Array.isArray(value) ? [...value.entries()] : isMap(value) ? Object.entries(value) : [];

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\n');

/** A value on one line, line breaks in quotes. */
const flow = (value: unknown): string => (typeof value === 'string' && value.includes('\n') ? JSON.stringify(value) : inline(value));
