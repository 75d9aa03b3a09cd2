import { join } from 'node:path';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { ModelAdmission } from '../model/admission.ts';
import type { Api } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { makeContract } from '../testing/tiny-task.ts';
import { TaskSpec } from '../model/task.ts';
import { configFiles } from './config.ts';
import { TASKS, taskFiles } from './task-files.ts';

const ports = nodePorts();
const project = join(import.meta.dirname, '../..');

const contractOf = (verification: object) =>
  makeContract(
    {
      spec: TaskSpec.parse({
        task: 1,
        id: 'a-task',
        prompt: 'Mend `it`.\n',
        allowed_paths: ['src/a.js', 'docs/**'],
        verification: { fail_to_pass: ['x'], ...verification },
      }),
      digest: '',
    },
    ports,
  );

const qwen = ModelAdmission.parse(
  JSON.parse(
    await ports.files.readText(join(project, 'admissions/models/CTO-CASE-MODEL-PROVIDER-ADMISSION.qwen-local-qwen3.6-35b-a3b.json')),
  ),
);

async function filesOf(model: Partial<ModelAdmission> = {}, verification: object = { command: ['node', '--test'] }) {
  const contract = await contractOf(verification);
  return configFiles({ contract, workspaceDir: '/w/workspace', model: { ...qwen, ...model }, baseUrl: 'http://127.0.0.1:1234/v1' });
}
const read = (files: Record<string, string>, name: string) => JSON.parse(files[name]!) as unknown;

/** What Case asks of models.json, or it ignores all of it and talks to the public API. Source: protocol notes, section 2.4 and fact 10. */
const ValidModels = z.strictObject({
  providers: z.record(
    z.string(),
    z.strictObject({
      baseUrl: z.url(),
      apiKey: z.string().regex(/^[A-Z_]+$/),
      api: z.string(),
      models: z.array(z.strictObject({ id: z.string(), contextWindow: z.int(), maxTokens: z.int(), reasoning: z.literal(false) })).min(1),
    }),
  ),
});

describe('the configuration of Case', () => {
  it('has everything without which models.json would be ignored, under the runtime provider', async () => {
    const models = ValidModels.parse(read(await filesOf(), 'pi-agent/models.json'));
    expect(models.providers).toEqual({
      openai: {
        baseUrl: 'http://127.0.0.1:1234/v1',
        apiKey: 'OPENAI_API_KEY',
        api: 'openai-completions',
        models: [{ id: 'qwen3.6-35b-a3b', contextWindow: 32_768, maxTokens: 4096, reasoning: false }],
      },
    });
  });

  it.each<[Api, string, string, string]>([
    ['openai-completions', 'openai', 'http://127.0.0.1:1234/v1', 'OPENAI_API_KEY'],
    ['openai-responses', 'openai', 'http://127.0.0.1:1234/v1', 'OPENAI_API_KEY'],
    ['anthropic-messages', 'anthropic', 'http://127.0.0.1:1234', 'ANTHROPIC_API_KEY'],
  ])('of %s has the address and the key variable that its client expects', async (api, runtime_provider, baseUrl, apiKey) => {
    const { providers } = ValidModels.parse(read(await filesOf({ api, runtime_provider }), 'pi-agent/models.json'));
    expect(providers[runtime_provider]).toMatchObject({ baseUrl, apiKey, api });
  });

  it('refuses a runtime provider for which Case would find no key', async () => {
    await expect(filesOf({ runtime_provider: 'openai-codex' })).rejects.toThrow(
      'runtime_provider openai-codex has no key variable that Case knows',
    );
  });

  it('names the model, because the default is one of Anthropic', async () => {
    const models = { default: { provider: 'openai', model: 'qwen3.6-35b-a3b' } };
    expect(read(await filesOf(), 'config.json')).toEqual({ version: 1, projects: './projects.json', models });
  });

  it.each<[string, object, object]>([
    [
      'node',
      { command: ['node', '--test'] },
      { language: 'javascript', packageManager: 'npm', commands: { setup: 'true', test: 'node --test' } },
    ],
    [
      'pytest',
      { command: ['python3', '-m', 'pytest', '-k', "it's"] },
      { language: 'python', packageManager: 'pip', commands: { test: `python3 -m pytest -k 'it'\\''s'` } },
    ],
    ['nothing', {}, { language: 'other', packageManager: 'none', commands: { setup: 'true' } }],
  ])('says of a workspace that is tested by %s where it is and how', async (_name, verification, expected) => {
    const repos = [{ name: 'workspace', type: 'library', path: '/w/workspace', ...expected }];
    expect(read(await filesOf({}, verification), 'projects.json')).toMatchObject({ repos });
  });

  it('has no key in auth.json', async () => {
    expect(read(await filesOf(), 'pi-agent/auth.json')).toEqual({});
  });
});

describe('the task of Case', () => {
  it('is active, fresh, unattended and complete', async () => {
    const files = taskFiles('id-1', await contractOf({ command: ['node', '--test'] }), 0);
    expect(files['.case/active']).toBe('id-1\n');
    expect(read(files, `${TASKS}/id-1.task.json`)).toEqual({
      id: 'id-1',
      status: 'active',
      created: '1970-01-01T00:00:00.000Z',
      repo: 'workspace',
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
  });

  it('says what is asked, what may change, how it is tested, and ends with the protocol of the result', async () => {
    const text = taskFiles('id-1', await contractOf({ command: ['node', '--test'] }), 0)[`${TASKS}/id-1.md`]!;
    for (const part of ['Mend `it`.', '- `src/a.js`\n- `docs/**`', 'Run `node --test`', 'do not push']) expect(text).toContain(part);
    const [envelope] = text.match(/(?<=^<<<AGENT_RESULT\n).*(?=\nAGENT_RESULT>>>$)/m)!;
    expect(JSON.parse(envelope)).toMatchObject({ status: 'completed', error: null });
    expect(text.indexOf('## Appendix: the AGENT_RESULT protocol')).toBeGreaterThan(text.indexOf('## How it is handed in'));
  });

  it('says so where there is no test command', async () => {
    expect(taskFiles('id-1', await contractOf({}), 0)[`${TASKS}/id-1.md`]).toContain('No test command is given.');
  });
});
