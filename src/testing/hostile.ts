import { MAX_YAML_BYTES } from '../scenario/yaml.ts';

/** A file that nobody writes by hand: it has to be answered like any other mistake, and soon. */
export interface Hostile {
  title: string;
  /** Text of the scenario file; made when it is asked for. */
  text(): string;
  /** Begins the message of its first problem. */
  says: RegExp;
}

const green = 'expect: {status: pass}\n';
const json = (matcher: string) => `scenario: 1\nexpect: {status: pass, artifacts: {report.json: {json: ${matcher}}}}\n`;
const nested = (open: string, leaf: string, close: string, depth: number) => `${open.repeat(depth)}${leaf}${close.repeat(depth)}`;
const rows = (count: number, row: (i: number) => string) =>
  `scenario: 1\nmatrix: m\nrows:\n${Array.from({ length: count }, (_, i) => `  - ${row(i)}\n`).join('')}`;

/** Nine lists of nine aliases each: 9⁹ elements for a parser that follows them. */
function laughs(): string {
  const names = [...'abcdefghi'];
  return names
    .map(
      (name, i) =>
        `${name}: &${name} [${Array(9)
          .fill(i === 0 ? 'x' : `*${names[i - 1]}`)
          .join(', ')}]\n`,
    )
    .join('');
}

const MiB = 1024 * 1024;
const tooLarge = /^the file has \d+ bytes, the limit is 1048576/;
const tooDeep = /^lists or maps are nested too deeply/;

// oxfmt-ignore
export const hostile: readonly Hostile[] = [
  { title: 'of 50 MB',                               says: tooLarge, text: () => 'x'.repeat(50 * MiB) },
  { title: 'with a line of 2 MB',                    says: tooLarge, text: () => `scenario: 1\nwhy: ${'x'.repeat(2 * MiB)}\n${green}` },
  { title: 'with 100,000 rows',                      says: tooLarge, text: () => rows(100_000, i => `{case: c${i}, status: pass}`) },
  { title: 'with one line up to the limit',          says: /unknown key/, text: () => `scenario: 1\nexpect: {stat: "${'x'.repeat(MAX_YAML_BYTES - 100)}"}\n` },
  { title: 'with 2,000 rows that are all wrong',    says: /is missing/, text: () => rows(2_000, () => '{status: pass}') },
  { title: 'with 2,000 rows of one name',           says: /stands twice/, text: () => rows(2_000, () => '{case: a, status: pass}') },
  { title: 'of aliases that laugh a billion times',  says: /^an anchor is refused/, text: laughs },
  { title: 'of lists that never end',                says: tooDeep, text: () => '['.repeat(100_000) },
  { title: 'of lists below lists on one line',       says: tooDeep, text: () => `scenario: 1\nwas:\n  a:\n    ${'- '.repeat(20_000)}x\n${green}` },
  { title: 'of 5,000 maps within maps',              says: tooDeep, text: () => json(nested('{a: ', '1', '}', 5000)) },
  { title: 'with a mistake below 60 negations',      says: /unknown key/, text: () => json(nested('{$not: ', '{$bad: 1}', '}', 60)) },
  { title: 'with a mistake below 40 choices',        says: /an empty map says nothing/, text: () => json(nested('{$oneOf: [', '{}', ']}', 40)) },
  { title: 'with 20,000 unknown keys',               says: /unknown key/, text: () => `scenario: 1\n${Array.from({ length: 20_000 }, (_, i) => `key${i}: 1\n`).join('')}${green}` },
  { title: 'with 20,000 anchors',                    says: /^an anchor is refused/, text: () => 'a: &x 1\n'.repeat(20_000) },
  { title: 'with 20,000 keys of one name',           says: /stands twice/, text: () => 'a: 1\n'.repeat(20_000) },
  { title: 'with 20,000 lines that do not parse',    says: /^text cannot begin with @/, text: () => 'a: @x\n'.repeat(20_000) },
  { title: 'with 20,000 wrong numbers',              says: /leading zero/, text: () => `scenario: 1\nwas: {a: [${'007, '.repeat(20_000)}1]}\n${green}` },
  { title: 'with 5,000 wrong events',               says: /not one of the words/, text: () => `scenario: 1\nexpect: {status: pass, events: [${'x, '.repeat(5_000)}run.started]}\n` },
];
