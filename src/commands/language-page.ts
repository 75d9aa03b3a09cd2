import type { Ports } from '../ports.ts';
import { descriptionKeys, runKeys } from '../scenario/keys.ts';
import { MAX_YAML_BYTES } from '../scenario/yaml.ts';
import { whatIsExpected } from './language-expect.ts';
import { leaving, whatIsRun } from './language-run.ts';
import { keyTable, needTable, placeTable, refusalTable, type Rule } from './language-tables.ts';

/** docs/language.md: tables from the schemas, and between them what no schema can say. */
export async function languagePage(project: string, ports: Pick<Ports, 'files'>): Promise<string> {
  const never = await refusalTable(neverVacuous, project, ports);
  const yaml = await refusalTable(yamlSubset, project, ports);
  return [header, files, whatIsRun, whatIsExpected, leftOut, vacuous(never), subset(yaml)].join('\n');
}

const header = `# The scenario language, version 1

<!-- Generated from the schemas of src/scenario/ and src/expect/ and from scenarios/selftest/ by \`npm run gen\`. Do not edit. -->

A scenario is one YAML proof: what to run, and what evidence to expect. There is no code in it and no expression language.
New here? [first-scenario.md](first-scenario.md) takes two minutes; [cookbook.md](cookbook.md) has examples that work.

[Files](#files) · [What is run](#what-is-run) · [What is expected](#what-is-expected) · [What is left out](#what-is-left-out) ·
[Never vacuous](#never-vacuous) · [YAML, the plain part of it](#yaml-the-plain-part-of-it)

\`npx proofgate explain FILE\` prints a scenario with every value that holds for it and the line that it came from. Editors complete
and check the same language from \`schema/scenario.v1.json\` (\`npx proofgate schema --write\` makes it):

\`\`\`yaml
# yaml-language-server: $schema=../schema/scenario.v1.json
\`\`\`
`;

const files = `## Files

Every \`.yaml\` or \`.yml\` file below \`scenarios/\` is a test file, unless its name begins with \`_\`. It has one of two forms.

**Terse**: one scenario. Its name is that of the file, unless \`name\` says otherwise.

\`\`\`yaml
scenario: 1
why: A backend that reports success and changes nothing must not pass.
fake: [plan: [think], claim: completed]
expect: {status: fail, blocker: no_diff, exit: fail}
\`\`\`

**Table**: one scenario a row, each a test of its own at its own line, called \`<matrix> > <case>\`. What all rows share stands in
\`each\`. The columns of a row are run keys and expect keys; the two sets have no name in common. A table called \`failures\` proves,
with every row, the criterion \`CTO-WORK-007/<case>\`.

\`\`\`yaml
scenario: 1
matrix: endings
each: {why: The exit code of an agent is never a verdict., expect: {status: fail, exit: fail}}
rows:
  - {case: crash, fake: [plan: [try], exit: 3], blocker: backend_failed, lifecycle: crashed}
  - {case: silence, fake: [plan: [try]], blocker: agent_protocol_error}
\`\`\`

**\`_defaults.yaml\`**: what holds for every scenario of its folder and of the folders below.

\`\`\`yaml
# _defaults.yaml
scenario: 1
stage: 2
expect: {report: {sealed: true}}
invariants:
  no-survivor: {report: {containment: {survivors: 0}}}
\`\`\`

### How they are laid over each other

From the outside in: the \`_defaults.yaml\` of \`scenarios/\`, those of the folders below, then the scenario, or \`each\` and the row. The
nearer wins.

| written further in | does |
| --- | --- |
| a map | merges with the map further out, at every depth |
| a list, text, a number | replaces what stands further out, whatever it was |
| \`null\` | takes back what stands further out |

\`null\` is a value, and takes nothing back, in \`given.task\` (where it removes a key of task.yaml), in \`was\`, and where evidence can
be null: in \`expect.blocker\`, \`expect.report\` and \`expect.verification\`, and inside a clause of an artifact.

\`invariants\` are expectations with a name. They stand in \`_defaults.yaml\` only and are added to every scenario below. Nothing
nearer can weaken one, take it back or write it again; it can only be waived, \`waive: {name: reason}\`, and the suite lists what
was waived. They are asked of the run: of \`do: verify\` before anything is changed, of \`do: cli\` never.

### Where a key may stand

${placeTable()}

\`expect\` is a map of expect keys in a scenario, in \`each\` and in \`_defaults.yaml\`; in a row the expect keys are columns.

### What a scenario says of itself

${keyTable(descriptionKeys)}
`;

const leftOut = `## What is left out

${keyTable(Object.fromEntries(leaving.map(key => [key, runKeys[key]])))}

| written | what happens | with \`CI=true\` | result |
| --- | --- | --- | --- |
| \`needs\`, and one is missing | skipped by name | red, unless \`PROOFGATE_MAY_LACK=pytest\` names it | \`skipped\` |
| what this host cannot bring about, for want of a user without rights | skipped by name | red, unless \`PROOFGATE_MAY_LACK=unprivileged_user\` says so | \`skipped\` |
| \`skip: reason\` | skipped, with the reason | red | \`skipped\` |
| \`todo\` | not run, listed | red | \`todo\` |
| \`only: true\` | the others of its file are not run | red: Vitest refuses \`.only\` | none for the others |
| \`fails: path\` | green while exactly that fails; red as soon as it holds, or anything else fails | the same | \`fails\` |
| \`retry: n\` | repeated where it is red; green only then is flaky | the same | \`flaky\` |

Only \`green\`, at the first try, is proven. To a gate every other result is a red or a missing one; [suites.md](suites.md) has the
whole account. A suite ends with a list of what was not proven, what is known to fail, what was flaky, and what was waived.

Each need is tried by what it does, not looked for by its name:

${needTable()}
`;

const neverVacuous: readonly Rule[] = [
  ['a key that the language does not have', 'keys-unknown'],
  ['the same below `report`', 'keys-unknown-in-a-report'],
  ['an operator that does not exist', 'operators'],
  ['an event that nobody emits', 'events', 'tests.finished'],
  ['a word of `exit` that stands for nothing', 'exits'],
  ['no `expect`', 'expect-missing'],
  ['an empty `expect`', 'expect-empty'],
  ['an empty map, anywhere', 'empty-maps'],
  ['what a run that was killed would meet', 'vacuous-accepts-the-reserved-report'],
  ['what a pass and a failure would both meet', 'vacuous-accepts-green-and-red-alike'],
  ['the same of a command', 'vacuous-output-of-a-command'],
  ['two scenarios of one name', 'table-case-twice'],
  ['`fails` that names nothing that is expected', 'fails-that-name-nothing'],
  ['an invariant that is written again', 'invariant-redefined'],
  ['a waiver of what is no invariant', 'waive-without-an-invariant-of-that-name'],
  ['what a command writes, of a run', 'output-of-a-run'],
  ['what a run leaves, of a command', 'evidence-of-a-command'],
  ['a criterion that is not on the board', 'proves-what-is-not-on-the-board'],
  ['a gate that is asked nothing', 'do-gate', 'does not say what is asked'],
];

const vacuous = (table: string) => `## Never vacuous

A scenario that asserts nothing is an error of its file: nothing of the file is run, and every problem is shown at once, each at
\`file:line:column\` with the lines around it. No option turns any of this off.

${table}

Whether an expectation asserts anything is tried, not guessed: it is judged on built-in bundles of a run that was killed, one that
passed, one that was blocked and one that failed. It has to refuse the killed one, unless it names \`run_interrupted\`, and may not
accept both the one that passed and one that did not.

What no single file shows is an error of the suite: two terse scenarios of one name in a folder; filters that select no scenario; a
second result for one scenario under the nonce of the suite.
`;

const yamlSubset: readonly Rule[] = [
  ['an anchor', 'yaml-anchor'],
  ['an alias', 'yaml-alias'],
  ['a merge key', 'yaml-merge-key'],
  ['a tag', 'yaml-tag'],
  ['a directive', 'yaml-directive'],
  ['a second document', 'yaml-second-document'],
  ['a tab', 'yaml-tabs'],
  ['a key without a value', 'yaml-nothing-written'],
  ['a key that stands twice', 'yaml-duplicate-key'],
  ['a key that is not text', 'yaml-key-that-is-not-text'],
  ['a key outside printable ASCII', 'yaml-key-not-ascii'],
  ['`__proto__`', 'yaml-key-proto'],
  ['a leading zero', 'yaml-number-leading-zero'],
  ['a number that is not decimal', 'yaml-number-not-decimal'],
  ['a number that would be read as another', 'yaml-number-that-does-not-round-trip'],
  ['a control character', 'yaml-control-character'],
];

const subset = (table: string) => `## YAML, the plain part of it

Files are YAML 1.2, core schema, in UTF-8, of at most ${MAX_YAML_BYTES} bytes. Refused is whatever another reader could take otherwise, and
what does not show on the page:

${table}

\`yes\`, \`no\`, \`on\` and \`off\` are text. Three habits of YAML that surprise:

- In \`[ ]\` and \`{ }\` a comma ends the value. In \`{why: yes, it is so}\` a second key begins at \`it is so\`, which is refused because
  nothing stands there; quote text that has a comma in it.
- \`: \` and \` #\` end text that has no quotes.
- \`[plan: [think], claim: completed]\` is a list of two maps: in a list, \`key: value\` is a map of one key. An action of two keys needs
  its braces: \`{write: a.txt, text: hi}\`.
`;
