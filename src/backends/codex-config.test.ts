import { expect, it } from 'vitest';
import type { ModelAdmission } from '../model/admission.ts';
import { configToml } from './codex-config.ts';

const model = { model: 'm', runtime_provider: 'openai', context_window: 1000 } as ModelAdmission;
const lines = (over: Partial<ModelAdmission> = {}) =>
  configToml({ baseUrl: 'http://127.0.0.1:1/v1', model: { ...model, ...over } }).split('\n');

it('names one provider with one model, and the token by the name of its variable', () => {
  expect(lines().slice(0, 3)).toEqual(['model = "m"', 'model_provider = "proofgate"', 'model_context_window = 1000']);
  expect(lines()).toEqual(expect.arrayContaining(['base_url = "http://127.0.0.1:1/v1"', 'env_key = "PROOFGATE_MODEL_KEY"']));
});

it('lets nothing that a model is called become a setting', () => {
  expect(lines({ model: 'm"\n[features]\napps = true\u007f' })[0]).toBe(String.raw`model = "m\"\n[features]\napps = true\u007f"`);
});

it('asks nobody else, keeps nothing, and hands the token to no command', () => {
  expect(lines()).toEqual(
    expect.arrayContaining([
      'network_access = false',
      'exclude_slash_tmp = true',
      'exclude = ["PROOFGATE_MODEL_KEY"]',
      'web_search = "disabled"',
      'project_doc_max_bytes = 0',
      'include_instructions = false',
      ...['apps', 'plugins', 'remote_plugin', 'unbounded_connection_retries'].map(one => `${one} = false`),
    ]),
  );
});
