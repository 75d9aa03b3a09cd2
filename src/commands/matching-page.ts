import { join } from 'node:path';
import { stringify } from 'yaml';
import { isMap } from '../model/json.ts';
import type { Ports } from '../ports.ts';
import { code, table } from '../report/escape.ts';
import { loadScenarios } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseYaml, type Yaml } from '../scenario/yaml.ts';

/** docs/matching.md: what can be written and what it asks for, read from the scenarios that prove it. */

/** Tables of scenarios/matching/, in the order of the page; a test holds both together. */
// oxfmt-ignore
export const sections = {
  values:    'Values',
  maps:      'Maps',
  lists:     'Lists',
  operators: 'Operators',
  keys:      'Short keys of expect',
  events:    'Events',
  artifacts: 'Artifacts',
  exits:     'Exit',
  output:    'What a command writes',
} as const;

/** Folders of the project that the page is read from. */
export const MATCHING = 'scenarios/matching';
const MUST_FAIL = 'scenarios/selftest/must-fail';

/** One line of the table: everything that is written in one way. */
export interface Form {
  /** Markdown: one or more code spans. */
  written: string;
  /** Markdown: `passes if the actual value` … */
  asks: string;
  passes: Example[];
  refused: Example[];
}

interface Example {
  /** What the scenario writes, as one line of YAML. */
  text: string;
  /** Relative to docs/. */
  link: string;
}

const header = `# Matching

<!-- Generated from ${MATCHING}/ by \`npm run gen\`. Do not edit. -->

What stands below \`expect\`, and what it asks of the evidence. Every example is a scenario of this repository, run by every suite:
those of the third column hold, and those of the last are announced with \`fails\`, so that the suite is red as soon as one of them holds.

Two rules are behind most of it: **maps are partial at every depth, lists are exact.** Nothing is converted, and an operator (\`$…\`) can stand
wherever a value can.
`;

/** The page. @throws {UserError} where a scenario of it does not load */
export async function matchingPage(project: string, ports: Pick<Ports, 'files'>): Promise<string> {
  const parts = await Promise.all(
    Object.entries(sections).map(async ([name, heading]) => [`## ${heading}`, '', ...formTable(await formsOf(name, project, ports)), '']),
  );
  return `${[header, ...parts.flat(), ...(await refusalsOf(project, ports))].join('\n')}\n`;
}

/** The forms of one table of scenarios, in its order. */
export async function formsOf(name: string, project: string, ports: Pick<Ports, 'files'>): Promise<Form[]> {
  const scenarios = await loadScenarios(join(project, MATCHING, `${name}.yaml`), { project, scenarios: join(project, 'scenarios') }, ports);
  const forms = new Map<string, Form>();
  for (const scenario of scenarios) {
    const { why = '', fails } = scenario.spec;
    const form = forms.get(why) ?? { ...sentenceOf(why), passes: [], refused: [] };
    forms.set(why, form);
    if (fails === undefined) form.passes.push(exampleOf(scenario, () => true));
    else form.refused.push(exampleOf(scenario, key => [fails].flat().some(path => path === key || path.startsWith(`${key}.`))));
  }
  return [...forms.values()];
}

/** `` `[]` is an empty list`` → what is written, and what it asks for. */
function sentenceOf(why: string): Pick<Form, 'written' | 'asks'> {
  const [, written = '', asks = why] = /^(`[^`]+`(?:(?:, | and )`[^`]+`)*) (.+)$/.exec(why) ?? [];
  return { written, asks };
}

/** What the row itself expects, under the keys that the example is about. */
function exampleOf({ spec, origin, file }: Scenario, isShown: (key: string) => boolean): Example {
  const own = Object.entries(spec.expect).filter(([key]) => origin(['expect', key]).path[0] === 'rows' && isShown(key));
  const [first = ''] = own.map(([key]) => key);
  const { yaml, path } = origin(['expect', first]);
  return { text: flow(Object.fromEntries(own)), link: `../${file}#L${yaml.place(path, 'key').line}` };
}

/** A map on one line, without the braces. */
const flow = (value: Record<string, unknown>): string =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim().slice(1, -1);

const formTable = (forms: readonly Form[]): string[] =>
  table(
    ['written', 'passes if the actual value', 'holds', 'is refused'],
    forms.map(({ written, asks, passes, refused }) => [written, asks, links(passes), links(refused)].map(cell)),
  );

const links = (examples: readonly Example[]): string =>
  examples.length === 0 ? 'nothing ends so yet' : examples.map(({ text, link }) => `[${code(text)}](${link})`).join('<br>');

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What is refused when the file is loaded: the cases of must-fail that say so in the words of this page. */
async function refusalsOf(project: string, { files }: Pick<Ports, 'files'>): Promise<string[]> {
  const root = join(project, MUST_FAIL);
  const rows: string[][] = [];
  for (const name of await files.list(root)) {
    const path = join(root, name, '_scenario.yaml');
    if ((await files.stat(path))?.kind !== 'file') continue;
    const text = await files.readText(path);
    // most of these cannot be parsed: that is what they are for
    if (!text.includes('why: "`')) continue;
    const { written, asks } = sentenceOf(whyOf(parseYaml(text, path)));
    rows.push([written, asks, `[scenario](../${MUST_FAIL}/${name}/_scenario.yaml), [what it says](../${MUST_FAIL}/${name}/golden.txt)`]);
  }
  return [
    '## Refused when the file is loaded',
    '',
    'These are never run: the file has an error at its place.',
    '',
    ...table(
      ['written', 'what is wrong', 'example'],
      rows.map(row => row.map(cell)),
    ),
  ];
}

function whyOf({ value }: Yaml): string {
  const { why, each } = isMap(value) ? value : {};
  const found = why ?? (isMap(each) ? each['why'] : undefined);
  return typeof found === 'string' ? found : '';
}
