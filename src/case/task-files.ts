import type { Contract } from '../model/contract.ts';
import { json, PROJECT } from './config.ts';
import { shellLine } from './shell-line.ts';

/** Where Case looks for its tasks, in the workspace. Source: protocol notes, section 4. */
export const TASKS = '.case/tasks/active';

/** What Case is asked to do, as path in the workspace to text; no endpoint, no token. */
export const taskFiles = (id: string, contract: Contract, now: number): Record<string, string> => ({
  // `ca mark-tested`, which the prompts ask for, finds the task by it
  '.case/active': `${id}\n`,
  [`${TASKS}/${id}.task.json`]: json(taskOf(id, now)),
  [`${TASKS}/${id}.md`]: textOf(contract),
});

/** Every field that Case reads; another status than `active` would skip phases. Source: protocol notes, section 2.3. */
const taskOf = (id: string, now: number) => ({
  id,
  status: 'active',
  created: new Date(now).toISOString(),
  repo: PROJECT,
  issue: '1',
  issueType: 'freeform',
  mode: 'unattended',
  profile: 'standard',
  agents: {},
  tested: false,
  manualTested: false,
  prUrl: null,
  prNumber: null,
  checkCommand: null,
  checkBaseline: null,
  checkTarget: null,
});

function textOf({ task, verification: { command } }: Contract): string {
  const bullets = (lines: readonly string[]) => lines.map(line => `- \`${line}\``).join('\n');
  return `# ${task.id}

${task.prompt.trim()}

## What may change

Only these paths; a change anywhere else is not accepted:

${bullets(task.allowed_paths)}

## How it is tested

${command ? `Run \`${shellLine(command)}\` in the root of the workspace. Do not change a test.` : 'No test command is given.'}

## How it is handed in

Commit the change on the branch that is checked out, and nothing of \`.case/\`. This workspace has no remote: do not push, and
open no pull request.

${APPENDIX}`;
}

/** The seeds' appendix (Hermes 48d487a). Source of the format: protocol notes, section 8. */
const APPENDIX = `## Appendix: the AGENT_RESULT protocol

Every agent of this task, whatever its role, ends its last message with exactly one result envelope as plain text: the start
delimiter, strict JSON without a code fence, the end delimiter.

<<<AGENT_RESULT
{"status":"completed","summary":"what was done","artifacts":{"commit":null,"filesChanged":[],"testsPassed":null,"screenshotUrls":[],"evidenceMarkers":[],"prUrl":null,"prNumber":null},"error":null}
AGENT_RESULT>>>

- \`status\` is \`completed\`, \`failed\` or \`blocked\`. \`failed\` and \`blocked\` say why in \`error\`.
- The envelope is part of the answer itself. One that stands only in reasoning, in a file or in a tool call is not found.
- Verifier and reviewer add \`rubric\`: \`{"role":"verifier","categories":[{"category":"…","verdict":"pass|fail|na","detail":"…"}]}\`, and the
  reviewer \`findings\`: \`{"critical":0,"warnings":0,"info":0,"details":[]}\`.
- Nothing may be claimed that was not done: the change itself is looked at afterwards, and tested again.
`;
