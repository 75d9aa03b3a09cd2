import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Api } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { loadTask } from '../scenario/task.ts';
import { playScript } from './play.ts';
import type { ModelScript } from './script.ts';

const ports = nodePorts();
const project = resolve(import.meta.dirname, '../..');
const flags = ['--no-session', '--no-extensions', '--no-skills', '--no-prompt-templates', '--no-themes', '--no-context-files'];

/** The real pi on a copy of the task, with a scripted model and nothing else to talk to. */
async function pi(script: ModelScript, api: Api, name = 'n1-string-slugify') {
  const task = await loadTask(join(project, 'fixtures', name), ports);
  await using playing = await playScript(script, task, ports);
  await using scratch = await ports.files.scratch('proofgate-pi-test');
  const [repo, agent, home] = ['repo', 'agent', 'home'].map(folder => join(scratch.path, folder)) as [string, string, string];
  await ports.files.copyTree(task.repoDir, repo);
  await Promise.all([mkdir(agent), mkdir(home)]);
  // pi appends /v1 for Anthropic itself
  const baseUrl = api === 'anthropic-messages' ? new URL(playing.baseUrl).origin : playing.baseUrl;
  const models = {
    providers: {
      openai: { baseUrl, api, apiKey: 'of-no-worth', models: [{ id: 'qwen3.6-35b-a3b', contextWindow: 65_536, maxTokens: 8192 }] },
    },
  };
  await writeFile(join(agent, 'models.json'), JSON.stringify(models));
  await writeFile(join(agent, 'settings.json'), JSON.stringify({ retry: { enabled: false } }));
  const git = { cwd: repo, env: { HOME: home, GIT_CONFIG_NOSYSTEM: '1' } };
  await execa('git', ['init', '-q'], git);
  await execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '--allow-empty', '-m', 'seed'], git);
  await execa('git', ['config', 'user.name', 't'], git);
  await execa('git', ['config', 'user.email', 't@t'], git);
  const { stdout } = await execa(
    join(project, 'node_modules/.bin/pi'),
    ['--mode', 'json', ...flags, '--offline', '--provider', 'openai', '--model', 'qwen3.6-35b-a3b', task.spec.prompt],
    {
      cwd: repo,
      extendEnv: false,
      env: { PATH: process.env['PATH'] ?? '', HOME: home, PI_CODING_AGENT_DIR: agent, PI_OFFLINE: '1', NO_PROXY: '127.0.0.1' },
      stdin: 'ignore',
      timeout: 60_000,
    },
  );
  type Event = {
    type: string;
    toolName?: string;
    isError?: boolean;
    message?: { role: string; stopReason: string; errorMessage?: string };
  };
  const events = stdout.split('\n').map(line => JSON.parse(line) as Event);
  const last = events.findLast(({ type, message }) => type === 'message_end' && message?.role === 'assistant')?.message;
  return {
    tools: events
      .filter(({ type }) => type === 'tool_execution_end')
      .map(({ toolName, isError }) => `${toolName}${isError ? ' failed' : ''}`),
    stop: last?.stopReason,
    error: last?.errorMessage,
    answer: await readFile(join(repo, name.startsWith('n') ? 'strings.js' : 'strings.py'), 'utf8'),
    log: (await execa('git', ['log', '--format=%s'], git)).stdout.split('\n'),
  };
}

describe('the real pi, by a script alone', () => {
  it.each<Api>(['openai-completions', 'openai-responses', 'anthropic-messages'])('fixes n1 over %s', async api => {
    const { tools, stop, answer, log } = await pi(
      [
        { tool: { name: 'read', args: { path: 'strings.js' } } },
        { apply: 'oracle' },
        { commit: "fix: it's every run of spaces" },
        { text: 'done' },
      ],
      api,
    );
    expect({ tools, stop }).toEqual({ tools: ['read', 'write', 'bash'], stop: 'stop' });
    expect(answer).toContain("replace(/ +/g, '-')");
    expect(log).toEqual(["fix: it's every run of spaces", 'seed']);
  });

  it('fixes r1', async () => {
    const { tools, stop } = await pi([{ apply: 'oracle' }, { text: 'done' }], 'openai-completions', 'r1-string-slugify');
    expect({ tools, stop }).toEqual({ tools: ['write'], stop: 'stop' });
  });

  it.each<[string, ModelScript, { stop: string; error?: unknown }]>([
    ['reasoning alone is a stop without a word', [{ reasoning: 'hm' }], { stop: 'stop' }],
    ['a budget that ends in reasoning', [{ text: 'x', min_tokens: 9000 }], { stop: 'length' }],
    ['401', [{ status: 401 }], { stop: 'error', error: expect.stringContaining('scripted 401') }],
    ['500', [{ status: 500 }], { stop: 'error', error: expect.stringContaining('scripted 500') }],
    ['a cut stream', [{ cut: 200 }], { stop: 'error', error: expect.stringContaining('terminated') }],
    [
      'nobody there',
      { probe: [{ refuse: true }], implementer: [{ text: 'x' }] },
      { stop: 'error', error: expect.stringContaining('ECONNREFUSED') },
    ],
  ])('sees %s', async (_title, script, seen) => {
    const { stop, error, tools } = await pi(script, 'openai-completions');
    expect({ stop, ...(error !== undefined && { error }), tools }).toEqual({ ...seen, tools: [] });
  });
});
