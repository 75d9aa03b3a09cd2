import { UserError } from '../errors.ts';
import type { ModelAdmission } from '../model/admission.ts';
import type { Contract } from '../model/contract.ts';
import { shellLine } from './shell-line.ts';

/**
 * The variable in which the Pi SDK inside of Case looks for the key of a provider: it looks nowhere else, neither in models.json nor in
 * auth.json, and openai-codex or a name of one's own has none. Source: protocol notes, fact 7 and section 2.4 (pi-ai 0.63.2).
 */
const keyVariables: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GEMINI_API_KEY',
  groq: 'GROQ_API_KEY',
  huggingface: 'HF_TOKEN',
  openai: 'OPENAI_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  'vercel-ai-gateway': 'AI_GATEWAY_API_KEY',
};

/** Why Case could not show a key to a model, where it could not. */
export const keyProblem = ({ runtime_provider }: ModelAdmission): string | undefined =>
  Object.hasOwn(keyVariables, runtime_provider)
    ? undefined
    : `Case finds no key for the runtime provider ${runtime_provider}, only for ${Object.keys(keyVariables).join(', ')}`;

/** @throws UserError where the record of the model names a runtime provider that Case could never show a key to */
export function keyVariable({ provider, model, runtime_provider }: ModelAdmission): string {
  const name = Object.hasOwn(keyVariables, runtime_provider) ? keyVariables[runtime_provider] : undefined;
  if (name !== undefined) return name;
  throw new UserError({
    at: `the admission of ${provider}/${model}`,
    message: `runtime_provider ${runtime_provider} has no key variable that Case knows`,
    hint: `name one of ${Object.keys(keyVariables).join(', ')}`,
  });
}

/** What the workspace is called in projects.json and in the task. */
export const PROJECT = 'workspace';

/** The folder CASE_DATA_DIR, file by file, and where the Pi SDK looks in it. Source of every field: protocol notes, sections 2.2 and 2.4. */
export const PI_AGENT = 'pi-agent';

interface ConfigJob {
  contract: Contract;
  workspaceDir: string;
  model: ModelAdmission;
  /** `http://127.0.0.1:PORT/v1` of the gateway. */
  baseUrl: string;
}

/** Everything that Case is configured by, as path below CASE_DATA_DIR to text. */
export function configFiles(job: ConfigJob): Record<string, string> {
  return {
    'config.json': json(caseConfig(job)),
    'projects.json': json(projects(job)),
    [`${PI_AGENT}/models.json`]: json(models(job)),
    [`${PI_AGENT}/auth.json`]: '{}\n',
  };
}

/** Without `models.default` Case would ask Anthropic. */
const caseConfig = ({ model: { runtime_provider: provider, model } }: ConfigJob) => ({
  version: 1,
  projects: './projects.json',
  models: { default: { provider, model } },
});

/** A path that is not absolute would be resolved against a checkout of Case; `library` keeps the verifier from starting a browser. */
const projects = ({ workspaceDir, contract }: ConfigJob) => ({
  repos: [
    {
      name: PROJECT,
      type: 'library',
      path: workspaceDir,
      remote: 'https://no-remote.invalid/workspace.git',
      description: `The workspace of the task ${contract.task.id}.`,
      ...toolsOf(contract),
      commands: { setup: 'true', ...(contract.verification.command ? { test: shellLine(contract.verification.command) } : {}) },
    },
  ],
});

/** By the program that runs the tests; Case only tells the agents. */
function toolsOf({ verification: { command } }: Contract): { language: string; packageManager: string } {
  const program = command?.[0].split('/').at(-1) ?? '';
  if (/^(python|pytest|uv|tox)/.test(program)) return { language: 'python', packageManager: 'pip' };
  if (/^(node|npm|npx|pnpm|yarn|vitest|jest)/.test(program)) return { language: 'javascript', packageManager: 'npm' };
  return { language: 'other', packageManager: 'none' };
}

/**
 * A provider with `models` needs `baseUrl`, `apiKey` and `api`, or the whole file is ignored without a word and the public API is asked.
 * `apiKey` names the variable; an unknown model id alone makes Case refuse instead of going elsewhere.
 */
const models = ({ model, baseUrl }: ConfigJob) => ({
  providers: {
    [model.runtime_provider]: {
      // the client of Anthropic adds /v1 itself
      baseUrl: model.api === 'anthropic-messages' ? baseUrl.replace(/\/v1$/, '') : baseUrl,
      apiKey: keyVariable(model),
      api: model.api,
      // reasoning would turn the system message into one of a developer, which local servers do not know
      models: [{ id: model.model, contextWindow: model.context_window, maxTokens: model.max_tokens, reasoning: false }],
    },
  },
});

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
