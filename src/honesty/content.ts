import type { Matcher } from '../expect/matcher.ts';
import { isMap, type Path, valueAt } from '../model/json.ts';
import { bytesOf, joinLines, linesOf, textOf } from './shelf.ts';
import { withAt } from './mutant.ts';

/** A view on the bytes of a file, as a clause of a scenario looks at them, and back. */
interface View {
  read(bytes: Uint8Array): unknown;
  /** Bytes that read as this value; undefined where there are none. */
  write(value: unknown, before: Uint8Array): Uint8Array | undefined;
}

const sizeView: View = {
  read: bytes => bytes.length,
  write: (value, before) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > before.length + 1_000_000) return undefined;
    const bytes = new Uint8Array(value).fill(0x20);
    bytes.set(before.subarray(0, value));
    return bytes;
  },
};

const linesView: View = {
  read: bytes => linesOf(textOf(bytes)),
  write: value => {
    const isText = Array.isArray(value) && value.every(line => typeof line === 'string' && !line.includes('\n'));
    return isText ? bytesOf(joinLines(value)) : undefined;
  },
};

/** The content of a JSON file; of a .jsonl the list of its lines. */
const jsonView = (path: string): View => ({
  read(bytes) {
    const text = textOf(bytes);
    return path.endsWith('.jsonl') ? linesOf(text).map(line => JSON.parse(line) as unknown) : JSON.parse(text);
  },
  write(value) {
    if (value === undefined) return undefined;
    if (!path.endsWith('.jsonl')) return bytesOf(JSON.stringify(value));
    return Array.isArray(value) ? bytesOf(joinLines(value.map(line => JSON.stringify(line)))) : undefined;
  },
});

/** What a JSON pointer (RFC 6901) means in a JSON file. */
function pointerView(path: string, pointer: string): View {
  const steps: Path = pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const whole = jsonView(path);
  return {
    read: bytes => valueAt(whole.read(bytes), steps),
    write(value, before) {
      const root = whole.read(before);
      const parent = valueAt(root, steps.slice(0, -1));
      if (steps.length > 0 && !isMap(parent) && !Array.isArray(parent)) return undefined;
      return whole.write(withAt(root, steps, value), before);
    },
  };
}

/** The clauses of an artifact that are matchers over a view, by their path below the artifact. */
export function viewsOf(
  clauses: Readonly<Record<string, unknown>>,
  path: string,
): { at: Path; matcher: Matcher; view: View; rule: 'equal' | 'pattern' }[] {
  const { size, lines, json, json_at } = clauses as Record<string, Matcher | undefined>;
  return [
    ...(size === undefined ? [] : [{ at: ['size'], matcher: size, view: sizeView, rule: 'equal' as const }]),
    ...(lines === undefined ? [] : [{ at: ['lines'], matcher: lines, view: linesView, rule: 'pattern' as const }]),
    ...(json === undefined ? [] : [{ at: ['json'], matcher: json, view: jsonView(path), rule: 'equal' as const }]),
    ...(isMap(json_at) ? Object.entries(json_at) : []).map(([pointer, matcher]) => ({
      at: ['json_at', pointer],
      matcher: matcher as Matcher,
      view: pointerView(path, pointer),
      rule: 'equal' as const,
    })),
  ];
}
