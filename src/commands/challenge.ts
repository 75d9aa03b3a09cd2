import { resolve } from 'node:path';
import { openBase } from '../gate/base.ts';
import { issueChallenge } from '../gate/challenge.ts';
import { UserError } from '../errors.ts';
import { modelName, type ModelRef } from '../model/ledger.ts';
import type { Stage } from '../model/units.ts';
import { POLICY } from '../promotion/index.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { shellWord } from './shell-word.ts';
import { stageOption } from './stage.ts';

interface ChallengeOptions {
  stage?: Stage;
  backend?: string;
  model?: ModelRef;
  binary?: string;
  base?: string;
  json?: true;
}

/** `--base`: the branch that nobody changes without a review. */
export const baseOption = {
  flags: '--base <ref>',
  help: 'The protected branch: policy, stage record, admissions, keys, scenarios and tasks are read from this commit and never from the work tree.',
  default: 'origin/main, else main',
};

export const challenge: Command<ChallengeOptions> = {
  name: 'challenge',
  summary: 'Ask for evidence: fix, before anything is run, what a backend has to prove to be promoted to a stage.',
  about:
    'Writes admissions/ledger/<seq>-<nonce>.json, which names the one before it; commit it. The suite that answers runs under its nonce, and a challenge that nobody answers counts as refused. docs/gate.md has the whole way.',
  arguments: [],
  options: [
    stageOption('The stage that is asked for, 1 to 6.'),
    { flags: '--engine, --backend <id>', help: 'Which coding agent.', default: 'fake' },
    { flags: '--model <provider/id>', help: 'The model, for a backend that talks to one.', parse: parseModel },
    { flags: '--binary <file>', help: 'The executable, for a backend that is admitted by it; its digest is what counts.' },
    baseOption,
    jsonOption,
  ],
  exits: { 0: 'The challenge was issued.' },
  examples: [
    { line: 'proofgate challenge --stage 2 --backend fake', shows: 'a nonce, and the command that answers it' },
    {
      line: 'proofgate challenge --stage 2 --backend case --model qwen-local/qwen3.6-35b-a3b --binary /opt/case/ca',
      shows: 'the same for a candidate with an executable and a model',
    },
  ],

  async run({ options }, io) {
    const { ports, project, print } = io;
    const { stage = 2, backend = 'fake', model = null } = options;
    const binary = options.binary === undefined ? null : await digestOf(options.binary, io);
    await using base = await openBase(project.root, options.base, ports);
    const { entry, file, own, runners } = await issueChallenge({ stage, backend, model, binary }, base, project.root, ports);
    const files = [...new Set(entry.scenarios.map(({ id }) => id.slice(0, id.indexOf('#'))))];
    const switches = own.scenarios.length > 0 ? own.switches : {};
    const variables = Object.entries({ PROOFGATE_NONCE: entry.nonce, ...switches }).map(([name, value]) => `${name}=${shellWord(value)}`);
    const answer = `${variables.join(' ')} npx vitest run ${files.map(shellWord).join(' ')}`;
    const lines = [
      `challenge ${entry.nonce}: ${backend} for stage ${stage}, ${entry.scenarios.length} scenarios of ${base.ref} (${base.commit.slice(0, 12)})`,
      `  wrote    ${file}`,
      `  answer   ${answer}`,
      ...(own.scenarios.length > 0 ? [`  itself   ${itself(backend, own.scenarios.length, model)}`] : []),
      `  sign     proofgate sign reports/suites/${entry.nonce} --key RUNNER.private.pem`,
      `  decide   proofgate gate --stage ${stage} --backend ${backend}`,
      `  expires  ${entry.expires_at}`,
      ...(runners > 0 ? [] : [`  closed   ${POLICY} of ${base.ref} names no runner: the gate will refuse whatever answers`]),
    ];
    print(options.json ? asJson({ nonce: entry.nonce, file, files, own, challenge: entry }) : lines.join('\n'));
    return 0;
  },
};

/** What the answer has from the candidate, and from the environment of whoever gives it. */
function itself(backend: string, scenarios: number, model: ModelRef | null): string {
  const part = `${backend} runs ${scenarios} of them itself, in the ordinary world`;
  return model ? `${part}; executable, endpoint and key of ${modelName(model)} come from the environment: docs/provider.md` : part;
}

function parseModel(text: string): ModelRef {
  const [, provider, id] = /^([^/\s]+)\/(\S+)$/.exec(text) ?? [];
  if (provider !== undefined && id !== undefined) return { provider, id };
  throw new Error('It is a provider and a name, as in qwen-local/qwen3.6-35b-a3b');
}

async function digestOf(name: string, { ports: { files }, cwd }: Io): Promise<string> {
  const path = await files.realPath(resolve(cwd, name)).catch(() => undefined);
  if (path === undefined || (await files.stat(path))?.kind !== 'file') {
    throw new UserError({ at: '--binary', message: `${name} is no file`, hint: 'name the executable that runs are made with' });
  }
  return (await files.digest(path)).sha256;
}
