import { isDeepStrictEqual } from 'node:util';
import {
  Composer,
  CST,
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  Parser,
  type Scalar,
  type YAMLSeq,
} from 'yaml';
import { type Json, type Path, valueAt } from '../model/json.ts';
import { editList } from './yaml-edit-list.ts';
import { setScalar } from './yaml-edit-scalar.ts';

/** A value that takes the place of another one. */
export interface ValueEdit {
  /** From the root of the file. */
  path: Path;
  to: Json;
}

/**
 * Puts values into a YAML file and leaves every other byte of it as it is: comments, layout and quotes among them. A value in quotes
 * stays in quotes; a list keeps its elements where they are equal.
 * @returns the text, and which edits could not be made, with the reason
 */
export function editYaml(text: string, edits: readonly ValueEdit[]): { text: string; refused: { edit: ValueEdit; why: string }[] } {
  const refused: { edit: ValueEdit; why: string }[] = [];
  let current = text;
  for (const edit of edits) {
    const next = editOne(current, edit);
    if (typeof next === 'string') current = next;
    else refused.push({ edit, ...next });
  }
  return { text: current, refused };
}

function editOne(text: string, { path, to }: ValueEdit): string | { why: string } {
  const { tokens, document } = read(text);
  if (!document) return { why: 'the file cannot be read' };
  const node = document.getIn(path, true);
  const wanted = document.clone();
  wanted.setIn(path, to);
  const why = change(document, node, path, to);
  if (why) return { why };
  const edited = tokens.map(token => CST.stringify(token)).join('');
  // whatever the library made of it: the file has to say what was wanted, and nothing else than before
  const { document: after } = read(edited);
  const value: unknown = after?.errors.length === 0 ? after.toJS() : undefined;
  return isDeepStrictEqual(value, wanted.toJS()) && isDeepStrictEqual(valueAt(value, path), to)
    ? edited
    : { why: 'it could not be written here' };
}

type Parsed = Document.Parsed<ParsedNode>;

function read(text: string): { tokens: CST.Token[]; document: Parsed | undefined } {
  const tokens = [...new Parser().parse(text)];
  const composer = new Composer<ParsedNode>({ keepSourceTokens: true, version: '1.2', schema: 'core', uniqueKeys: false });
  const [document] = [...composer.compose(tokens)];
  return { tokens, document: document as Parsed | undefined };
}

/** Changes the tokens. @returns why it could not */
function change(document: Parsed, node: unknown, path: Path, to: Json): string | undefined {
  const inFlow = isInFlow(document, path);
  if (isScalar(node)) return changeScalar(node, to, inFlow);
  if (isSeq(node) && Array.isArray(to)) return changeList(document, node as YAMLSeq<Node>, path, to, inFlow);
  return 'it is neither a plain value nor a list of them';
}

function changeScalar({ srcToken }: Scalar, to: Json, inFlow: boolean): string | undefined {
  if (!CST.isScalar(srcToken) || isStructured(to)) return 'no plain value can take its place';
  setScalar(srcToken, to, inFlow);
  return undefined;
}

function changeList(document: Parsed, node: YAMLSeq<Node>, path: Path, to: Json[], inFlow: boolean): string | undefined {
  const { srcToken, items } = node;
  if (!srcToken || !items.every(isScalar) || to.some(isStructured)) return 'not every element is a plain value';
  if (srcToken.type !== 'block-seq' && srcToken.type !== 'flow-collection') return 'it is no list that can be written';
  const values = items.map(item => (item as Scalar).value as Json);
  return editList(srcToken, values, to, { holder: holderOf(document, path), inFlow: inFlow || srcToken.type === 'flow-collection' });
}

const isStructured = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The pair that holds the value, as tokens: a list in a block cannot be empty and becomes `[]` there. */
function holderOf(document: Parsed, path: Path): CST.BlockMap['items'][number] | undefined {
  const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const pair = isMap(parent) ? parent.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1)) : undefined;
  return pair?.srcToken as CST.BlockMap['items'][number] | undefined;
}

/** Whether a list or map in brackets is around the value: not every plain text is plain there. */
function isInFlow(document: Parsed, path: Path): boolean {
  return path.some((_, depth) => {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    return isCollection(node) && node.flow === true;
  });
}
