import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Problem, UserError } from '../errors.ts';
import type { Path } from '../model/json.ts';
import { codeFrame, type Place } from './frame.ts';
import { inWordsOfOurs } from './parser-words.ts';
import { MAX_REFUSALS, refusedNodes, refusedText, type Refusal } from './refusals.ts';

/** A YAML file that says exactly what it seems to say, with the place of every value. */
export interface Yaml {
  /** As problems name it. */
  readonly file: string;
  readonly value: unknown;
  /** Place of what stands at `path` (its key, or its value), or of the nearest thing above it. */
  place(path: Path, part?: 'key' | 'value'): Place;
  /** A problem with that place, framed. */
  problem(path: Path, message: string, hint: string, part?: 'key' | 'value'): Problem;
}

/** Larger files are refused before they are read. */
export const MAX_YAML_BYTES = 1024 * 1024;

/**
 * Reads YAML 1.2 (core schema) in its plain form: no anchors, tags, merge keys or second document,
 * nothing that another parser could read otherwise.
 * @throws {UserError} with every problem of the file at `file:line:col`.
 */
export function parseYaml(text: string, file: string): Yaml {
  const tooLarge = sizeProblem(file, Buffer.byteLength(text));
  if (tooLarge) throw new UserError(tooLarge);

  const counter = new LineCounter();
  const lines = text.split(/\r\n|[\n\r]/);
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return line === 0 ? { line: 1, col: 1 } : { line, col };
  };
  const problemAt = ({ at, message, hint }: Refusal): Problem => {
    const place = placeOf(at);
    return { at: `${file}:${place.line}:${place.col}`, message, hint, frame: codeFrame(lines, place) };
  };

  const doc = read(text, counter, file);
  const refusals = refusedText(text);
  for (const { pos, message } of [...doc.errors, ...doc.warnings].slice(0, MAX_REFUSALS)) {
    if (!refusals.some(({ at }) => at === pos[0])) refusals.push({ at: pos[0], ...inWordsOfOurs(message) });
  }
  if (doc.errors.length === 0) refusals.push(...refusedNodes(doc.contents, offset => placeOf(offset).line));
  if (doc.contents === null && refusals.length === 0) {
    refusals.push({ at: 0, message: 'the file is empty', hint: 'write at least the schema version, e.g. "scenario: 1"' });
  }
  const problems = refusals
    .toSorted((a, b) => a.at - b.at)
    .slice(0, MAX_REFUSALS)
    .map(problemAt);
  if (problems.length > 0) throw new UserError(problems as [Problem, ...Problem[]]);

  const place = (path: Path, part: 'key' | 'value' = 'value') => placeOf(startOf(doc.contents, path, part));
  return {
    file,
    value: doc.toJS(),
    place,
    problem(path, message, hint, part) {
      const found = place(path, part);
      return { at: `${file}:${found.line}:${found.col}`, message, hint, frame: codeFrame(lines, found) };
    },
  };
}

/** Why a file of this size is not read, or undefined. */
export function sizeProblem(file: string, bytes: number): Problem | undefined {
  if (bytes <= MAX_YAML_BYTES) return undefined;
  return {
    at: file,
    message: `the file has ${bytes} bytes, the limit is ${MAX_YAML_BYTES}`,
    hint: 'split it; data belongs into files beside it',
  };
}

function read(text: string, lineCounter: LineCounter, file: string) {
  try {
    // Keys are compared below: the parser's own comparison is quadratic.
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, version: '1.2', schema: 'core' });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UserError({ at: file, message: 'lists or maps are nested too deeply', hint: 'flatten the file' }, { cause });
  }
}

/** Offset of the deepest thing that exists on the path. */
function startOf(root: Node | null, path: Path, part: 'key' | 'value'): number {
  let node: unknown = root;
  let start = root?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const item = childOf(node, step);
    if (item === undefined) return start;
    const { key, value } = item;
    const shown = part === 'key' && depth === path.length - 1 ? (key ?? value) : value;
    start = shown?.range?.[0] ?? start;
    node = value;
  }
  return start;
}

function childOf(node: unknown, step: string | number): { key?: Node; value: Node } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)];
    return isNode(value) ? { value } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === String(step));
  return pair && isScalar(pair.key) && isNode(pair.value) ? { key: pair.key, value: pair.value } : undefined;
}
