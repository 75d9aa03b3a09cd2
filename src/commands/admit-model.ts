import { modelRecordName } from '../admission/index.ts';
import { backends, findBackend } from '../backends/index.ts';
import { UserError } from '../errors.ts';
import { Connection, ModelAdmission } from '../model/admission.ts';
import { Api, Shim } from '../model/gateway.ts';
import { connections } from '../preflight/upstream.ts';
import { type Draft, type Place, show, writeRecord } from './admit-record.ts';
import { termsOf, type TermsOptions } from './admit-terms.ts';
import type { Io } from './command.ts';

export interface ModelOptions extends TermsOptions, Place {
  backends?: string[];
  connection?: Connection;
  api?: Api;
  runtimeProvider?: string;
  contextWindow?: number;
  maxTokens?: number;
  limitRequests?: number;
  limitTokens?: number;
  shim?: Shim;
}

/** What is taken where nothing is said: the narrowest that a local model needs for one backend. */
export const modelDefaults = {
  backends: ['case'],
  connection: 'local',
  api: 'openai-completions',
  contextWindow: 32_768,
  maxTokens: 4096,
  limitRequests: 200,
  limitTokens: 2_000_000,
  shim: 'off',
} as const satisfies Partial<ModelOptions>;

/** At 32 tokens a model that thinks first looks as if it did nothing else. */
const PROBE_MAX_TOKENS = 1024;

export const choicesOf = { connection: Connection.options, api: Api.options, shim: Shim.options };

/** The record, as it would be written. @param now milliseconds since the epoch @throws {UserError} */
export function draftModel(provider: string, model: string, options: ModelOptions, now: number): Draft<ModelAdmission> {
  const asked = { ...modelDefaults, ...options };
  for (const id of asked.backends) mustUseModel(id);
  const record: ModelAdmission = {
    schema: 'proofgate/model-admission/1',
    provider,
    model,
    ...termsOf(options, now),
    backends: [...asked.backends],
    connection: asked.connection,
    api: asked.api,
    runtime_provider: asked.runtimeProvider ?? runtimeProviderOf(asked.api),
    response_shape: { content: 'required', probe_max_tokens: PROBE_MAX_TOKENS, shim: asked.shim },
    context_window: asked.contextWindow,
    max_tokens: asked.maxTokens,
    limits: { requests: asked.limitRequests, tokens: asked.limitTokens },
  };
  return {
    schema: ModelAdmission,
    record,
    kind: 'models',
    name: modelRecordName(provider, model),
    isSame: other => other.provider === provider && other.model === model,
  };
}

/** The built-in provider of each protocol: the only names for which Case takes a key from its environment. */
const runtimeProviderOf = (api: Api): string => (api === 'anthropic-messages' ? 'anthropic' : 'openai');

function mustUseModel(id: string): void {
  if (findBackend(id, '--backends').usesModel) return;
  const known = backends.filter(({ usesModel }) => usesModel).map(backend => backend.id);
  throw new UserError({ at: '--backends', message: `${id} talks to no model`, hint: `Those that do: ${known.join(', ')}.` });
}

/** Writes it down. @returns what is said for a person, and the record */
export async function admitModel([provider, model, ...more]: readonly string[], options: ModelOptions, dir: string, io: Io) {
  if (!provider || !model || more.length > 0)
    throw new UserError({
      at: 'admit model',
      message: 'takes a provider and a model, and nothing else',
      hint: 'As in: proofgate admit model qwen-local qwen3.6-35b-a3b --by NAME.',
    });
  const draft = draftModel(provider, model, options, io.ports.clock.now());
  const file = await writeRecord(draft, dir, options, io);
  const { record } = draft;
  const { url, key, keyRequired } = connections[record.connection];
  return {
    file,
    record,
    lines: [
      show(file, io),
      `  admits   ${provider}/${model} for ${record.backends.join(', ')} at stage ${record.stages.join(', ')}, as ${record.runtime_provider} over ${record.api}`,
      `  until    ${record.expires_at}`,
      `  needs    ${url}${keyRequired ? ` and ${key}` : ''} at run time; no record has an address or a key`,
    ],
  };
}
