import { CST, isAlias, isMap, isScalar, isSeq, Lexer, type Node } from 'yaml';

/** Something a file may not contain, at its offset in the text. */
export interface Refusal {
  at: number;
  message: string;
  hint: string;
}

// oxfmt-ignore
const refusedTokens: Record<string, { message: string; hint: string }> = {
  'anchor':         { message: 'an anchor is refused', hint: 'write the value where it is used, or quote the text' },
  'alias':          { message: 'an alias is refused', hint: 'write the value where it is used, or quote the text' },
  'tag':            { message: 'a tag is refused', hint: 'a value has the type that it is written in; quote what is text' },
  'directive-line': { message: 'a directive is refused', hint: 'remove the line: files are YAML 1.2' },
};

/** True for the marks that the lexer puts between its tokens: they take no room in the text. */
const isMark = (token: string) => token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR;

/** A file with more refusals than this is not a YAML file: nobody reads on. */
export const MAX_REFUSALS = 20;
/** No scenario needs more levels; where a stack ends differs from host to host, and so would the answer. */
const MAX_DEPTH = 100;

/** What is refused by its spelling alone: control characters, tabs, anchors, aliases, tags, directives; the first of them. */
export function refusedText(text: string): Refusal[] {
  const control = /[^\P{Cc}\t\n\r]/u.exec(text);
  if (control) {
    return [{ at: control.index, message: `control character U+${hex(control[0])}`, hint: 'write it as an escape in double quotes' }];
  }
  const found: Refusal[] = [];
  // most files have none of the characters that could begin one of these, and need no second reading
  if (!/[&*!%\t]/.test(text)) return found;
  let offset = 0;
  let scalar = false;
  for (const token of new Lexer().lex(text)) {
    if (isMark(token)) {
      scalar = token === CST.SCALAR;
      continue;
    }
    const type = scalar ? null : CST.tokenType(token);
    const refused = type === null ? undefined : refusedTokens[type];
    if (refused) found.push({ at: offset, ...refused });
    const tab = type === 'space' ? token.indexOf('\t') : -1;
    if (tab >= 0) found.push({ at: offset + tab, message: 'a tab is refused', hint: 'indent and separate with spaces' });
    if (found.length >= MAX_REFUSALS) break;
    offset += token.length;
    scalar = false;
  }
  return found;
}

/** What is refused in a file that parses: keys, numbers and values that another reader could take otherwise; the first of them. */
export function refusedNodes(root: Node | null, lineOf: (offset: number) => number): Refusal[] {
  const found: Refusal[] = [];
  const refuse = (at: number | undefined, message: string, hint: string) => {
    if (found.length < MAX_REFUSALS) found.push({ at: at ?? 0, message, hint });
  };

  const visit = (node: unknown, at: number | undefined, depth = 0): void => {
    if (found.length >= MAX_REFUSALS) return;
    if (depth > MAX_DEPTH) return refuse(at, 'lists or maps are nested too deeply', `flatten the file: at most ${MAX_DEPTH} levels`);
    if (isMap(node)) {
      const seen = new Map<string, number>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? key.value : undefined;
        const start = (key as Node | null)?.range?.[0] ?? node.range?.[0];
        if (typeof name !== 'string') refuse(start, 'a key must be text', 'quote the key');
        else {
          const problem = keyProblem(name);
          if (problem) refuse(start, ...problem);
          const first = seen.get(name);
          if (first !== undefined)
            refuse(start, `the key ${JSON.stringify(name)} stands twice, first on line ${lineOf(first)}`, 'remove one of the two');
          else seen.set(name, start ?? 0);
        }
        visit(value, start, depth + 1);
      }
    } else if (isSeq(node)) {
      for (const item of node.items) visit(item, node.range?.[0], depth + 1);
    } else if (isScalar(node)) {
      const start = node.range?.[0] ?? at;
      if (node.value === null && (node.source ?? '') === '') {
        refuse(at ?? start, 'nothing stands here', 'write the value; `null`, `[]` and `""` are all different and all visible');
      } else if (typeof node.value === 'number') {
        const source = node.source ?? '';
        const problem = numberProblem(source, node.value);
        if (problem) refuse(start, ...problem);
      }
    } else if (node === null || node === undefined) {
      refuse(at, 'nothing stands here', 'write the value; `null`, `[]` and `""` are all different and all visible');
    } else if (!isAlias(node)) {
      refuse(at, 'this is neither a value nor a list nor a map', 'write it plainly');
    }
  };

  if (root !== null) visit(root, root.range?.[0]);
  return found;
}

function keyProblem(name: string): [message: string, hint: string] | undefined {
  if (name === '<<') return ['a merge key is refused', 'write the keys where they are used, or put them into _defaults.yaml'];
  if (name === '__proto__') return ['the key "__proto__" is refused', 'choose another name: to JavaScript it is no ordinary key'];
  if (name === '') return ['an empty key is refused', 'give it a name'];
  if (!/^[\x20-\x7e]+$/.test(name))
    return [
      `the key ${JSON.stringify(name)} is not printable ASCII`,
      'write it in ASCII: letters of other alphabets look like the ones that are meant',
    ];
  return undefined;
}

/** A number is refused where what is written and what would be compared are not the same. */
function numberProblem(source: string, value: number): [message: string, hint: string] | undefined {
  if (!Number.isFinite(value)) return [`${source} is not a finite number`, 'quote it if it is text'];
  if (/^[-+]?0\d/.test(source)) return [`${source} has a leading zero`, 'quote it if it is text, else drop the zero'];
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(source)) return [`${source} is not a decimal number`, 'write it in decimal'];
  if (decimalOf(source) !== decimalOf(String(value)) || Object.is(value, -0)) {
    return [`${source} would be read as ${value}`, 'quote it if it is text, else write a number that a double can hold'];
  }
  return undefined;
}

/** Sign, digits and exponent of a decimal number: equal exactly for equal numbers. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  return `${sign === '-' ? '-' : ''}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}

const hex = (char: string) => char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
