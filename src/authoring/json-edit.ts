import { parseMap } from '../model/json.ts';
import { isDeepStrictEqual } from 'node:util';
import { isMap, type Node, parseDocument, type YAMLMap } from 'yaml';

/**
 * Adds `scripts.<name>` to the text of a package.json and leaves every other byte as it is: JSON is YAML, and YAML keeps its places.
 * @returns the text, or undefined where it cannot be read as JSON, or where the place for it is not found
 */
export function withScript(text: string, name: string, line: string): string | undefined {
  const value = parseMap(text);
  if (value === undefined) return undefined;
  const document = parseDocument(text, { version: '1.2', schema: 'json', uniqueKeys: false });
  const root: unknown = document.contents;
  const scripts: unknown = document.getIn(['scripts'], true);
  const step = /^[{\s]*?\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const entry = `${JSON.stringify(name)}: ${JSON.stringify(line)}`;
  if (!isMap(root)) return undefined;
  const edited = isMap(scripts)
    ? inserted(text, scripts, entry, step.repeat(2), step)
    : scripts === undefined
      ? inserted(text, root, `"scripts": {\n${step.repeat(2)}${entry}\n${step}}`, step, '')
      : undefined;
  const wanted = { ...value, scripts: { ...(value['scripts'] as object | undefined), [name]: line } };
  return edited !== undefined && isDeepStrictEqual(parseMap(edited), wanted) ? edited : undefined;
}

/** After the last pair of a map; in an empty one, between its braces. */
function inserted(text: string, map: YAMLMap, entry: string, indent: string, outer: string): string | undefined {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = entry.replaceAll('\n', newline);
  const last = map.items.at(-1)?.value as Node | null | undefined;
  const end = last?.range?.[1];
  if (end !== undefined) {
    const isOneLine = !text.slice(map.range?.[0], map.range?.[1]).includes('\n');
    return `${text.slice(0, end)},${isOneLine ? ' ' : `${newline}${indent}`}${lines}${text.slice(end)}`;
  }
  const [start, close] = [map.range?.[0], map.range?.[1]];
  if (start === undefined || close === undefined || map.items.length > 0) return undefined;
  return `${text.slice(0, start)}{${newline}${indent}${lines}${newline}${outer}}${text.slice(close)}`;
}
