import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { playModel, type Script } from './testing/ca-model.ts';
import { good, provider, read, silent, tool } from './testing/ca-replies.ts';
import { caRoom, type RoomOptions } from './testing/ca-room.ts';

const openai = { provider: 'openai', model: 'gpt-4o-mini' };
const config = (model: object | null, more: object = {}) => ({
  version: 1,
  projects: './projects.json',
  ...(model && { models: { default: model, ...more } }),
});
const models = [{ id: 'local-model' }];

/** A proxy that refuses everybody and remembers what it was asked for. */
async function sink() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, [Symbol.asyncDispose]: async () => void server.close() };
}

const play = async (script: Script, options: (baseUrl: string) => RoomOptions) => {
  await using model = await playModel(script);
  await using room = await caRoom(options(model.baseUrl));
  const ended = await room.run();
  return { ...ended, asked: model.asked, events: room.events() };
};

describe('which model is asked, and with which key', () => {
  it('a built-in id keeps its protocol and takes the address of models.json', async () => {
    const { asked, verdict } = await play(good, baseUrl => ({ config: config(openai), models: { providers: { openai: { baseUrl } } } }));
    expect(verdict).toBe('Pipeline completed successfully.');
    expect([...new Set(asked.map(({ url }) => url))]).toEqual(['/v1/responses']);
    expect(asked).toHaveLength(11);
    expect(Object.keys(asked[0]!.body)).toEqual(['model', 'input', 'stream', 'store', 'max_output_tokens', 'tools']);
    // oxfmt-ignore
    expect(asked[3]!.body.input!.map(({ role, type }) => role ?? type)).toEqual([
      'system', 'user', 'function_call', 'function_call_output', 'function_call', 'function_call_output', 'function_call', 'function_call_output',
    ]);
  });

  it('a role may have a model of its own', async () => {
    const options = (baseUrl: string): RoomOptions => ({
      config: config({ provider: 'openai', model: 'local-model' }, { reviewer: { provider: 'openai', model: 'other' }, closer: null }),
      models: { providers: { openai: { baseUrl, apiKey: 'X', api: 'openai-completions', models: [...models, { id: 'other' }] } } },
    });
    const { asked } = await play(good, options);
    // oxfmt-ignore
    expect([...new Set(asked.map(({ role, body }) => `${role} ${body.model}`))]).toEqual([
      'implementer local-model', 'verifier local-model', 'reviewer other', 'closer local-model', 'retrospective local-model',
    ]);
  });

  it.each<[string, (baseUrl: string) => RoomOptions]>([
    [
      'a provider with a name of its own',
      baseUrl => ({
        config: config({ provider: 'qwen-local', model: 'local-model' }),
        models: { providers: { 'qwen-local': { baseUrl, apiKey: 'literal', api: 'openai-completions', models } } },
      }),
    ],
    ['openai without OPENAI_API_KEY', baseUrl => ({ baseUrl, env: { OPENAI_API_KEY: '' } })],
    ['openai-codex', () => ({ config: config({ provider: 'openai-codex', model: 'gpt-5.4' }), models: { providers: {} } })],
    ['no configured model and no key of Anthropic', () => ({ config: config(null) })],
  ])('%s: not one request, and the error of a missing delimiter', async (_name, options) => {
    await using proxy = await sink();
    const { asked, exit, verdict, events } = await play(good, baseUrl => {
      const made = options(baseUrl);
      return { ...made, env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ...made.env } };
    });
    expect([asked, proxy.asked, exit, verdict]).toEqual([[], [], 0, 'Pipeline failed at implementer phase.']);
    expect(events.find(line => line['outcome'] === 'failed')?.['result']).toMatchObject({
      error: 'AGENT_RESULT start delimiter not found',
    });
  });

  it.each([
    ['a provider that models.json does not have', { provider: 'qwen-local', model: 'q' }, 'qwen-local/q'],
    ['an id that nobody has', { provider: 'openai', model: 'q' }, 'openai/q'],
  ])('%s crashes the run after phase_start', async (_name, model, said) => {
    const { exit, stderr, events } = await play(good, baseUrl => ({ baseUrl, config: config(model) }));
    expect(exit).toBe(1);
    expect(stderr).toContain('"msg":"pipeline crashed"');
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`Fatal: Model not found: ${said}. Check ~/.config/case/config.json`);
    expect(events.map(({ event }) => event)).toEqual(['pipeline_start', 'phase_start', 'status_changed']);
  });

  it('--model fixes the provider to anthropic', async () => {
    await using room = await caRoom();
    const { exit, stderr } = await room.run('--task', room.taskJson, '--mode', 'unattended', '--model', 'local-model');
    expect([exit, stderr.trimEnd().split('\n').at(-1)]).toEqual([
      1,
      'Fatal: Model not found: anthropic/local-model. Check ~/.config/case/config.json',
    ]);
  });
});

describe('where a request goes', () => {
  it.concurrent.for<[string, object]>([
    ['a provider with models and no apiKey', { openai: { baseUrl: 'http://127.0.0.1:1/v1', api: 'openai-completions', models } }],
    ['a provider with models and no api', { openai: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'X', models } }],
    ['a broken provider beside a good one', { openai: { baseUrl: 'http://127.0.0.1:1/v1' }, other: {} }],
    ['no provider at all', {}],
  ])('models.json with %s is ignored without a word: a built-in id asks the internet', async ([, providers], { expect: claim }) => {
    await using proxy = await sink();
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1,localhost' };
    await using room = await caRoom({ models: { providers }, config: config(openai), env });
    const { exit, stderr, verdict } = await room.run();
    claim([exit, verdict]).toEqual([0, 'Pipeline failed at implementer phase.']);
    claim(proxy.asked).toEqual(Array(9).fill('CONNECT api.openai.com:443'));
    claim(stderr).not.toMatch(/models\.json|warn/i);
  });

  it.concurrent('without a configured model a key of Anthropic is enough to ask the internet', async ({ expect: claim }) => {
    await using proxy = await sink();
    await using room = await caRoom({ config: config(null), env: { HTTPS_PROXY: proxy.url, ANTHROPIC_API_KEY: 'k' } });
    const { stderr } = await room.run();
    claim(proxy.asked).toEqual(Array(9).fill('CONNECT api.anthropic.com:443'));
    claim(stderr).toContain('"provider":"anthropic","model":"claude-sonnet-4-6"');
  });

  it('a proxy is asked even for 127.0.0.1, unless NO_PROXY spares it', async () => {
    await using proxy = await sink();
    await using model = await playModel(good);
    await using room = await caRoom({ baseUrl: model.baseUrl, env: { HTTP_PROXY: proxy.url } });
    expect(await room.run()).toMatchObject({ verdict: 'Pipeline failed at implementer phase.' });
    expect(proxy.asked).toEqual(Array(3).fill(`POST ${model.baseUrl}/chat/completions`));

    await using spared = await caRoom({ baseUrl: model.baseUrl, env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1,localhost' } });
    expect(await spared.run()).toMatchObject({ verdict: 'Pipeline completed successfully.' });
    expect(proxy.asked).toHaveLength(3);
  });
});

describe('what a request looks like', () => {
  it('keys, tools and messages are those of the real one', async () => {
    const { asked } = await play(good, baseUrl => ({ baseUrl }));
    const first = asked[0]!;
    expect(first.headers).toMatchObject({ authorization: 'Bearer key-of-the-run', 'x-stainless-retry-count': '0' });
    expect(Object.keys(first.body)).toEqual(['model', 'messages', 'stream', 'stream_options', 'store', 'max_completion_tokens', 'tools']);
    const tools = Object.fromEntries(asked.map(({ role, body }) => [role, body.tools.map(one => one.function!.name).join(' ')]));
    expect(tools).toEqual({
      implementer: 'read write edit bash',
      verifier: 'read bash',
      reviewer: 'read bash',
      closer: 'read bash',
      retrospective: 'read write edit bash',
    });
    const [system, user] = first.body.messages!;
    expect(system).toMatchObject({ role: 'system', content: expect.stringMatching(/^# Implementer — Code Implementation Agent\n/) });
    expect(user).toMatchObject({ role: 'user', content: [{ type: 'text', text: expect.stringMatching(/^---\nname: implementer\n/) }] });
    const text = (user!.content as { text: string }[])[0]!.text;
    expect(text).toContain(String(system!.content));
    expect(text).toMatch(/## Task Context[^]*Task file[^]*greet-1\.md[^]*### Project Commands/);
    expect(text).not.toContain('Say Hello');
    expect(asked[1]!.body.messages!.slice(2)).toMatchObject([
      { role: 'assistant', content: null, tool_calls: [{ type: 'function', function: { name: 'read' } }] },
      { role: 'tool', content: '# Greet\n\nSay Hello.\n', tool_call_id: 'call_0_read' },
    ]);
    const closer = JSON.stringify(asked.find(({ role }) => role === 'closer')!.body);
    expect(closer).toMatch(/### Verifier AGENT_RESULT.*### Reviewer AGENT_RESULT/);
  });

  it('reasoning goes back under its key, and the retry starts anew', async () => {
    const { asked } = await play({ ...good, implementer: [[{ ...read, reasoning: 'let me see' }, silent]] }, baseUrl => ({ baseUrl }));
    expect(asked[1]!.body.messages![2]).toMatchObject({ reasoning_content: 'let me see' });
    expect(asked[2]!.body.messages).toHaveLength(2);
    expect(JSON.stringify(asked[2]!.body.messages![1])).toContain('"## RETRY CONTEXT — Previous attempt failed');
  });

  it('a reasoning model gets a developer message, unless compat says no', async () => {
    const with_ = (compat: object) => (baseUrl: string) => ({
      models: {
        providers: {
          openai: { baseUrl, apiKey: 'X', api: 'openai-completions', models: [{ id: 'local-model', reasoning: true, compat }] },
        },
      },
    });
    const roleOf = async (compat: object) => (await play(good, with_(compat))).asked[0]!.body.messages![0]!.role;
    expect(await roleOf({})).toBe('developer');
    expect(await roleOf({ supportsDeveloperRole: false })).toBe('system');
  });

  it('tries again count themselves, and a wrong request is not tried again', async () => {
    const busy = await play(provider({ status: 503, headers: { 'retry-after-ms': '20' } }), baseUrl => ({ baseUrl }));
    expect(busy.asked.map(({ retry }) => retry)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const wrong = await play(provider({ status: 400 }), baseUrl => ({ baseUrl }));
    expect(wrong.asked).toHaveLength(3);
  });

  it('an edit in the old form is refused with an answer to the model', async () => {
    const old = tool('edit', { path: 'greeting.txt', oldText: 'hello', newText: 'Hello' });
    const { asked } = await play({ ...good, implementer: [[old, silent]] }, baseUrl => ({ baseUrl }));
    expect(JSON.stringify(asked[1]!.body.messages!.at(-1))).toContain('Validation failed for tool \\"edit\\"');
  });
});
