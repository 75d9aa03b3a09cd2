import { CST, parseDocument } from 'yaml';
import type { Json } from '../model/json.ts';
import { inline, plain } from './yaml-text.ts';

type ScalarType = 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';

/** Puts another value into a token, in the style of the old one as far as the new value allows it. */
export function setScalar(token: CST.FlowScalar | CST.BlockScalar, value: Json, inFlow: boolean): void {
  CST.setScalarValue(token, sourceOf(value), { afterKey: true, inFlow, type: styleOf(value, styleOfToken(token), inFlow) });
  onOneLine(token, value);
}

/** A token for a new value. `like` is one whose quotes it shall have. */
export function newScalar(
  value: Json,
  like: CST.Token | null | undefined,
  { inFlow, indent, end }: { inFlow: boolean; indent: number; end: CST.SourceToken[] },
): CST.Token {
  const style = styleOf(value, CST.isScalar(like) ? styleOfToken(like) : 'PLAIN', inFlow);
  const token = CST.createScalarToken(sourceOf(value), { type: style.startsWith('BLOCK') ? 'QUOTE_DOUBLE' : style, inFlow, indent, end });
  onOneLine(token, value);
  return token;
}

/** The library folds quoted text at its line breaks; an escape is easier to read. JSON's quotes are YAML's. */
function onOneLine(token: CST.FlowScalar | CST.BlockScalar, value: Json): void {
  if (token.type === 'double-quoted-scalar' && typeof value === 'string' && value.includes('\n')) token.source = JSON.stringify(value);
}

/** Text as it is; anything else as YAML writes it. */
const sourceOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function styleOfToken(token: CST.FlowScalar | CST.BlockScalar): ScalarType {
  if (token.type === 'single-quoted-scalar') return 'QUOTE_SINGLE';
  if (token.type === 'double-quoted-scalar') return 'QUOTE_DOUBLE';
  if (token.type !== 'block-scalar') return 'PLAIN';
  return token.props.some(part => part.type === 'block-scalar-header' && part.source.startsWith('>')) ? 'BLOCK_FOLDED' : 'BLOCK_LITERAL';
}

function styleOf(value: Json, old: ScalarType, inFlow: boolean): ScalarType {
  if (typeof value !== 'string') return 'PLAIN';
  if (/[^\P{Cc}\n]/u.test(value)) return 'QUOTE_DOUBLE';
  if (old.startsWith('BLOCK')) return value.trim() === '' ? 'QUOTE_DOUBLE' : old;
  if (value.includes('\n')) return 'QUOTE_DOUBLE';
  if (old !== 'PLAIN') return old;
  return isPlain(value, inFlow) ? 'PLAIN' : 'QUOTE_DOUBLE';
}

/** Whether the text reads as itself without quotes. */
function isPlain(text: string, inFlow: boolean): boolean {
  if (inFlow ? inline([text]) !== `[${text}]` : plain(text) !== text) return false;
  return parseDocument(text, { version: '1.2', schema: 'core' }).toJS() === text;
}
