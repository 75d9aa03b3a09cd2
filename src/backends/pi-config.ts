import type { ModelAccess } from './backend.ts';

/** Name of the variable in which Pi finds the token of the run. */
const KEY = 'PROOFGATE_MODEL_KEY';

/**
 * models.json: the one provider and the one model that there are. Pi ignores a file with any mistake in it without a word, and goes to the
 * vendor's own address (seen with 1.5.2): it is generated, never taken from outside.
 */
export function modelsJson({ baseUrl, model }: Pick<ModelAccess, 'baseUrl' | 'model'>): string {
  const { runtime_provider: provider, api, model: id, context_window: contextWindow, max_tokens: maxTokens } = model;
  // Pi itself appends /v1 where the protocol is Anthropic's
  const address = api === 'anthropic-messages' ? baseUrl.replace(/\/v1$/, '') : baseUrl;
  const entry = { baseUrl: address, api, apiKey: `$${KEY}`, models: [{ id, name: id, reasoning: false, contextWindow, maxTokens }] };
  return `${JSON.stringify({ providers: { [provider]: entry } }, null, 2)}\n`;
}

/** settings.json: one request is one request. Pi's own retries take 14 s and hide how often a provider failed. */
export const settingsJson = `${JSON.stringify({ retry: { enabled: false } }, null, 2)}\n`;
