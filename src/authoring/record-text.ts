import { isMap } from '../model/json.ts';
import { field, inline, plain } from './yaml-text.ts';

export interface RecordText {
  modeline: string;
  /** What the run was and how it ended, in a line. */
  headline: string;
  why: string;
  keys: Record<string, unknown>;
  notes: readonly string[];
  expect: Record<string, unknown>;
}

/** The text of a recorded scenario. */
export const recordText = ({ modeline, headline, why, keys, notes, expect }: RecordText): string =>
  [
    modeline,
    `# Recorded from ${headline}`,
    '# Times, identities, digests, paths and durations are matchers or left out; take out what is not the point, and say why it is.',
    ...notes.map(note => `# ${note.replaceAll(/\s*\n\s*/g, ' ')}`),
    'scenario: 1',
    field('why', why),
    ...Object.entries(keys).flatMap(([key, value]) => lines(key, value, '')),
    'expect:',
    ...Object.entries(expect).flatMap(([key, value]) => lines(key, value, '  ')),
    '',
  ].join('\n');

const MAX_WIDTH = 120;

/** A key on one line where it is short; otherwise its parts, each by the same rule. */
function lines(key: string, value: unknown, indent: string): string[] {
  const head = `${indent}${plain(key)}:`;
  const short = `${head} ${inline(value)}`;
  const isCollection = (Array.isArray(value) || isMap(value)) && Object.keys(value).length > 0;
  if (!isCollection) return indentAll(field(key, value), indent);
  if (short.length <= MAX_WIDTH && !short.includes('\n')) return [short];
  if (isMap(value)) return [head, ...Object.entries(value).flatMap(([name, one]) => lines(name, one, `${indent}  `))];
  return [head, ...(value as unknown[]).flatMap(one => element(one, `${indent}  `))];
}

function element(value: unknown, indent: string): string[] {
  const short = `${indent}- ${inline(value)}`;
  if (short.length <= MAX_WIDTH && !short.includes('\n') && !/\\n/.test(short)) return [short];
  if (!isMap(value)) return indentAll(field('x', [value]).split('\n').slice(1).join('\n').replace(/^ {2}/gm, ''), indent);
  const [first = '', ...rest] = Object.entries(value).flatMap(([name, one]) => lines(name, one, `${indent}  `));
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

const indentAll = (text: string, indent: string): string[] => text.split('\n').map(line => (line === '' ? line : `${indent}${line}`));
