import { stringify } from 'yaml';
import { durationText } from '../authoring/duration.ts';
import { defaultFakeScript } from '../model/fake.ts';
import { defaultLimits } from '../model/plan.ts';
import { TaskSpec, VerificationSpec } from '../model/task.ts';
import { runKeys } from '../scenario/keys.ts';
import { DEFAULT_STAGE, DEFAULT_TASK } from '../scenario/scenario.ts';
import { rubricCategories } from '../scripted/envelope.ts';
import { roles } from '../scripted/script.ts';
import { code } from '../report/escape.ts';
import { actionTable, type Keys, keysOf, keyTable, replyTable } from './language-tables.ts';

/** Run keys that say under which conditions a scenario counts, rather than what is run. */
export const leaving = ['needs', 'skip', 'only', 'todo', 'fails', 'retry'] as const;
const isLeaving = (key: string): boolean => leaving.some(one => one === key);

const given: Keys = keysOf(runKeys.given);
const gate: Keys = keysOf(runKeys.gate);
const rubricOf = (role: 'verifier' | 'reviewer'): string => (rubricCategories[role] ?? []).map(code).join(', ');
const script = stringify(defaultFakeScript, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
const running = Object.fromEntries(Object.entries(runKeys).filter(([key]) => !isLeaving(key)));

/** "What is run" of docs/language.md. */
export const whatIsRun = `## What is run

${keyTable(running, {
  defaults: {
    task: `\`${DEFAULT_TASK}\``,
    backend: '`fake`',
    stage: `${DEFAULT_STAGE}`,
    fake: `\`${script}\``,
    approval: '`{answer: nobody}`',
    do: '`run`',
    env: 'nothing',
    limits: '[below](#limits)',
    given: 'an ordinary run',
  },
  see: {
    backend: '`fake`, `command`, `case`, `pi`, `codex`, [`candidate`](#candidate) or a map of `id` and `argv`',
    fake: 'a list of [actions](#fake)',
    limits: '[a map](#limits)',
    given: '[a map](#given)',
    approval: '[a map](#approval)',
    model: '[a map](#model)',
    gate: '[a map](#gate)',
  },
})}

The defaults are those of the command line. A task is a folder of \`fixtures/\` of the project, else one that comes with proofgate.
A scenario sees no \`PROOFGATE_*\` and no \`CTO_HARNESS_*\` variable of whoever starts it, except \`PROOFGATE_ADMISSIONS\`,
\`CTO_HARNESS_CASE_BIN\`, \`CTO_HARNESS_CODEX_BIN\` and what [a candidate](#candidate) has; \`env\` sets them. Paths are relative to the scenario file, unless it says otherwise.

\`backend: command\` needs to know the program: \`backend: {id: command, argv: [node, /home/me/agent.js]}\`. It runs in the
workspace, the task stands in the file that \`PROOFGATE_PROMPT_FILE\` names, and exit 0 is its claim to be done. \`case\`, \`pi\`
and \`codex\` are real agents: they need a [model](#model) that is admitted.

### candidate

\`backend: candidate\` is whoever asks to be promoted: the backend, with the model, of the [challenge](gate.md) which the suite answers, that
is the entry of \`PROOFGATE_NONCE\` in \`admissions/ledger/\`, where that asks for the scenario. One scenario is asked of every backend, and a new one takes no code.

| the suite | it is run by | the stage before | switches, executable, endpoint and key |
| --- | --- | --- | --- |
| answers a challenge that asks for it | the backend of the challenge | has to be promoted | every \`CTO_HARNESS_*\` of whoever starts the suite; the model is that of the challenge |
| does not: a rehearsal | \`fake\`, by its built-in script | is assumed above stage 1, as by \`given: {prior_stage: promoted}\` | none |

The contract names the backend that ran, and what was assumed; a rehearsal counts for nothing. The digest of the scenario is the same either
way. \`given\`, \`model\`, \`fake\` and \`env\` would make the world another one, and are refused; \`given.mutate\` of \`do: verify\` changes
a copy and stands. The engine of a challenge is never \`command\`, which is whatever program a scenario names.

### do

| do | what happens | what can be expected |
| --- | --- | --- |
| \`run\` | one run of the engine; \`exit\` is what the command line would end with | every expect key but \`stdout\` and \`stderr\` |
| \`verify\` | the run, then \`proofgate verify\` on a copy of its bundle, changed first where \`given.mutate\` says so | \`exit\`, \`stdout\`, \`stderr\`, and \`report\`: the document of \`verify --json\` |
| \`cli\` | the real command line with the arguments of \`cli\`, as a process of its own in the root of the project | \`exit\`, \`stdout\`, \`stderr\`, and \`report\`: the JSON document on its standard output |
| \`gate\` | the whole way of a candidate: a challenge, the runs of \`gate.evidence\`, their signature, and the gate | \`exit\`, \`stdout\`, \`stderr\`, and \`report\`: [the decision](gate.md#the-answer) |

### gate

What the gate is asked, and over what. For such a scenario a git repository is made and thrown away: on its protected branch stand the fixtures
and admissions of the project and the folders of \`scenarios/\` that the evidence is in, a policy with two keys that nobody keeps, and a record
of the stage that requires exactly the evidence. A challenge is issued, the evidence is run under its nonce as any scenario is, its suite is recorded and
signed, one thing is spoilt where \`mutate\` says so, and the real gate decides.

${keyTable(gate, {
  defaults: { backend: '`fake`', signed_by: '`runner`', after: 'at once', model: 'that of the evidence', mutate: 'nothing' },
  see: {
    policy: 'a map over [the policy](gate.md#once-who-decides)',
    mutate: '[a map](#gatemutate)',
    model: 'a map of `provider` and `id`',
  },
})}

The policy is that of the project, where it has one, with other keys, an end that is far away, and \`calibration_times: 3\`; nothing of its ledger and its promotions
is there. What a run is goes into the evidence: \`task\`, \`backend\`, \`fake\` and the like have no meaning beside \`do: gate\`. Evidence that is not to be a
test of its own, because it does not hold, stands in a file whose name begins with \`_\`, which in the repository of the gate has none. What the
evidence \`needs\` the gate needs, too. \`@base/\` moves the protected branch alone: suite and gate stay at the commit of the challenge. What the command line would refuse with 64 is an answer here as well. Such a scenario leaves no bundle:
no stage can require one.

#### gate.mutate

${keyTable(keysOf(gate['mutate']!))}

### fake

What the fake backend does, in order, as a real child process under the limits of any agent. An action is a map with one of these keys.

${actionTable()}

A path is relative to the workspace; \`@protected/x\`, \`@target/x\` and \`@bundle/x\` stand for those roots (\`@target/\` also in \`argv\`,
\`env\` and the prompt). Nothing is implied: a script that
ends with exit 0 and without \`claim\` is an \`agent_protocol_error\`, \`claim: failed\` or \`blocked\` is \`backend_failed\`, and any other
exit is lifecycle \`crashed\`.

### given

The world before the run. A run with anything but an ordinary world can never be promoted.

${keyTable(given, {
  see: {
    task: 'a map over [task.yaml](#giventask)',
    interrupt: '[a map](#giveninterrupt)',
    provider: '[a map](#givenprovider)',
    mutate: '[a map](#givenmutate)',
    baseline: 'a list of [actions](#fake)',
  },
})}

#### given.task

Laid over task.yaml: maps merge, lists replace, \`null\` removes the key.

${keyTable(
  { ...TaskSpec.shape, verification: TaskSpec.shape.verification.describe('How the answer is tested.') },
  {
    see: {
      verification: '[a map](#verification-of-a-task)',
      approval: 'a map of `required`, `scope` and `mutation_mode`',
      review: 'a map of `required`',
    },
  },
)}

##### verification of a task

${keyTable(VerificationSpec.shape)}

#### given.interrupt

${keyTable(keysOf(given['interrupt']!))}

#### given.provider

${keyTable(keysOf(given['provider']!))}

#### given.mutate

${keyTable(keysOf(given['mutate']!))}

### limits

${keyTable(keysOf(runKeys.limits), {
  defaults: {
    backend: durationText(defaultLimits.backendMs),
    verification: 'what the task says',
    run: durationText(defaultLimits.runMs),
    output: `${defaultLimits.outputBytes}`,
    processes: `${defaultLimits.processes}`,
  },
})}

### approval

${keyTable(keysOf(runKeys.approval))}

### model

${keyTable(keysOf(runKeys.model), { see: { script: '[a list or a map](#modelscript)' } })}

\`provider\` and \`id\` are set in the harness's environment, and a run has the model that stands there: without \`model\` that is one which
\`env\` names by both variables, else none.

#### model.script

Replies of a scripted model, for agents that run with no network. It listens on the loopback while the scenario runs, and speaks OpenAI chat
completions, OpenAI responses and Anthropic messages, streamed and not. Its address is \`CTO_HARNESS_CASE_LOCAL_BASE_URL\`, and with
\`given: {provider: {auth_bridge: proven}}\` also \`CTO_HARNESS_CASE_AUTH_BRIDGE_URL\`; \`given: {provider: {base_url: absent}}\` takes the first away.
With \`do: cli\` the same holds for the command line; \`task\` then says whose oracle \`apply\` applies.

A script is a list of replies to the implementer, or a map from role to such a list: ${roles.map(code).join(', ')}. \`pi\` and \`codex\` have the first two.

${replyTable()}

With \`min_tokens\` the content of a reply comes after so many tokens of reasoning: a request whose budget (\`max_tokens\`,
\`max_completion_tokens\`, \`max_output_tokens\`) is smaller gets the reasoning alone.

Each request takes the next reply of its role, whatever conversation it belongs to; the last one repeats, and a request that an SDK repeats by
itself (\`x-stainless-retry-count\`) gets the same reply again. A role that is not named answers with a clean envelope, the probe with a
plain text. The implementer has no default: where only the probe is scripted, its request is an error. Who asks is told by the text of the probe and by the
heading of the prompt; what is no request of the three protocols is an error that says so.

After \`refuse\` nothing listens any more, for no role. Where it is the first reply of an agent, the request that finds it is cut off, and those after
it are refused; to be refused from its first request on, end the list of the probe with it: the probe asks twice, whole and streamed, so
\`probe: [{text: a}, {text: b}, {refuse: true}]\`.

Categories of \`rubric\`: ${rubricOf('verifier')} for the verifier, ${rubricOf('reviewer')} for the reviewer.
\`rubric\`, \`findings\` and \`summary\` may stand beside \`envelope\`: \`{envelope: completed, rubric: {scope-discipline: fail}}\`,
\`{envelope: completed, findings: {critical: 1}}\`. Any other envelope can be written as \`text\`.
`;
