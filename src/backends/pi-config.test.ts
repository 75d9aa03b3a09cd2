import { expect, it } from 'vitest';
import type { ModelAdmission } from '../model/admission.ts';
import { modelsJson } from './pi-config.ts';

const model = { model: 'm', runtime_provider: 'openai', context_window: 1000, max_tokens: 100 } as ModelAdmission;
const providers = (api: ModelAdmission['api'], name = 'openai') =>
  JSON.parse(modelsJson({ baseUrl: 'http://127.0.0.1:1/v1', model: { ...model, api, runtime_provider: name } })).providers;

it('names one provider with one model, and the key by the name of its variable', () => {
  expect(providers('openai-completions')).toEqual({
    openai: {
      baseUrl: 'http://127.0.0.1:1/v1',
      api: 'openai-completions',
      apiKey: '$PROOFGATE_MODEL_KEY',
      models: [{ id: 'm', name: 'm', reasoning: false, contextWindow: 1000, maxTokens: 100 }],
    },
  });
});

it('leaves out the /v1 that Pi itself appends for the messages protocol', () => {
  expect(providers('anthropic-messages', 'anthropic').anthropic.baseUrl).toBe('http://127.0.0.1:1');
});
