import { join, resolve } from 'node:path';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import { isMap, valueAt } from '../model/json.ts';
import { type Api, PROBE_TEXT } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { loadTask } from '../scenario/task.ts';
import { playScript } from './play.ts';
import type { ModelScript } from './script.ts';

const ports = nodePorts();
const task = await loadTask(resolve(import.meta.dirname, '../../fixtures/n1-string-slugify'), ports);
const play = (script: ModelScript) => playScript(script, task, ports);

interface Ask {
  user?: string;
  system?: string;
  budget?: number;
  stream?: boolean;
  headers?: Record<string, string>;
}

/** A request in each protocol, as the agents write them. */
const requests: Record<Api, (ask: Ask) => { path: string; body: Record<string, unknown> }> = {
  'openai-completions': ({ user = 'fix it', system = 'You are pi.', budget }) => ({
    path: '/chat/completions',
    body: {
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: [{ type: 'text', text: user }] },
      ],
      stream_options: { include_usage: true },
      ...(budget !== undefined && { max_completion_tokens: budget }),
    },
  }),
  'openai-responses': ({ user = 'fix it', system = 'You are pi.', budget }) => ({
    path: '/responses',
    body: {
      input: [
        { role: 'developer', content: system },
        { role: 'user', content: [{ type: 'input_text', text: user }] },
        { type: 'function_call', call_id: 'c', name: 'bash', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'hi' },
      ],
      ...(budget !== undefined && { max_output_tokens: budget }),
    },
  }),
  'anthropic-messages': ({ user = 'fix it', system = 'You are pi.', budget = 8192 }) => ({
    path: '/messages?beta=true',
    body: {
      system: [{ type: 'text', text: system }],
      messages: [{ role: 'user', content: [{ type: 'text', text: user }] }],
      max_tokens: budget,
    },
  }),
};
const apis = Object.keys(requests) as Api[];

interface Answer {
  status: number;
  text: string;
  reasoning: string;
  calls: { name: string; args: unknown }[];
  finish: string;
  models: string[];
  tokens: number[];
  raw: string;
}

async function post(baseUrl: string, api: Api, ask: Ask = {}): Promise<Response> {
  const { path, body } = requests[api](ask);
  return fetch(`${baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ask.headers },
    body: JSON.stringify({ model: 'qwen3.6-35b-a3b', ...body, stream: ask.stream === true }),
  });
}

async function ask(baseUrl: string, api: Api, how: Ask = {}): Promise<Answer> {
  const response = await post(baseUrl, api, how);
  const raw = await response.text();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  expect(isStream, raw).toBe(how.stream === true && response.status === 200);
  const documents = isStream ? events(raw) : [JSON.parse(raw) as unknown];
  const found: Answer = { status: response.status, text: '', reasoning: '', calls: [], finish: '', models: [], tokens: [], raw };
  const open: { name: string; json: string }[] = [];
  for (const document of documents) gather(document, found, open);
  found.calls.push(...open.map(({ name, json }) => ({ name, args: JSON.parse(json) as unknown })));
  return found;
}

function events(raw: string): unknown[] {
  const found: unknown[] = [];
  const parser = createParser({ onEvent: ({ data }: EventSourceMessage) => void (data === '[DONE]' || found.push(JSON.parse(data))) });
  parser.feed(raw);
  return found;
}

/** What one document or event of any of the three protocols adds, by their documentation. */
function gather(document: unknown, found: Answer, open: { name: string; json: string }[]): void {
  const at = (...path: (string | number)[]) => valueAt(document, path);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  for (const model of [at('model'), at('message', 'model'), at('response', 'model')])
    if (typeof model === 'string') found.models.push(model);
  // chat completions
  for (const said of [at('choices', 0, 'message'), at('choices', 0, 'delta')].filter(isMap)) {
    found.text += text(said['content']);
    found.reasoning += text(said['reasoning_content']);
    for (const call of (said['tool_calls'] as { function: { name?: string; arguments?: string } }[] | undefined) ?? []) {
      if (call.function.name !== undefined) open.push({ name: call.function.name, json: '' });
      open.at(-1)!.json += call.function.arguments ?? '';
    }
  }
  // responses
  const output = at('output');
  for (const item of Array.isArray(output) ? output : []) {
    found.text += text(valueAt(item, ['content', 0, 'text']));
    found.reasoning += text(valueAt(item, ['summary', 0, 'text']));
    if (valueAt(item, ['type']) === 'function_call')
      open.push({ name: text(valueAt(item, ['name'])), json: text(valueAt(item, ['arguments'])) });
  }
  const type = at('type');
  if (type === 'response.output_text.delta') found.text += text(at('delta'));
  if (type === 'response.reasoning_summary_text.delta') found.reasoning += text(at('delta'));
  if (type === 'response.output_item.added' && at('item', 'type') === 'function_call')
    open.push({ name: text(at('item', 'name')), json: '' });
  if (type === 'response.function_call_arguments.delta') open.at(-1)!.json += text(at('delta'));
  // messages
  const blocks = type === 'message' ? at('content') : [];
  for (const block of Array.isArray(blocks) ? blocks : []) {
    found.text += text(valueAt(block, ['text']));
    found.reasoning += text(valueAt(block, ['thinking']));
    if (valueAt(block, ['type']) === 'tool_use')
      open.push({ name: text(valueAt(block, ['name'])), json: JSON.stringify(valueAt(block, ['input'])) });
  }
  if (type === 'content_block_start' && at('content_block', 'type') === 'tool_use')
    open.push({ name: text(at('content_block', 'name')), json: '' });
  if (type === 'content_block_delta') {
    found.text += text(at('delta', 'text'));
    found.reasoning += text(at('delta', 'thinking'));
    if (at('delta', 'type') === 'input_json_delta') open.at(-1)!.json += text(at('delta', 'partial_json'));
  }
  const finish = [
    at('choices', 0, 'finish_reason'),
    at('stop_reason'),
    at('delta', 'stop_reason'),
    at('response', 'status'),
    type === undefined ? at('status') : undefined,
  ];
  found.finish = text(finish.find(one => typeof one === 'string')) || found.finish;
  for (const usage of [at('usage'), at('response', 'usage')].filter(isMap))
    found.tokens = Object.values(usage).filter(one => typeof one === 'number');
}

const cells = apis.flatMap(api => [false, true].map(stream => ({ api, stream })));

describe.each(cells)('$api, streamed: $stream', ({ api, stream }) => {
  const first = async (script: ModelScript, how: Ask = {}) => {
    await using playing = await play(script);
    return await ask(playing.baseUrl, api, { stream, ...how });
  };
  const done = { 'openai-completions': 'stop', 'openai-responses': 'completed', 'anthropic-messages': 'end_turn' }[api];
  const short = {
    'openai-completions': 'length',
    'openai-responses': 'incomplete',
    'anthropic-messages': 'max_tokens',
  }[api];

  it('plays text, echoes the model and counts tokens', async () => {
    const answer = await first([{ text: 'done, and well' }]);
    expect(answer).toMatchObject({ status: 200, text: 'done, and well', reasoning: '', calls: [], finish: done });
    expect(new Set(answer.models)).toEqual(new Set(['qwen3.6-35b-a3b']));
    expect(answer.tokens).toContain(4);
  });

  it('plays reasoning without content', async () => {
    expect(await first([{ reasoning: 'let me think' }])).toMatchObject({ text: '', reasoning: 'let me think', calls: [], finish: done });
  });

  it('plays a tool call', async () => {
    const answer = await first([{ tool: { name: 'bash', args: { command: "echo 'a b'", timeout: 5 } } }]);
    expect(answer).toMatchObject({ text: '', calls: [{ name: 'bash', args: { command: "echo 'a b'", timeout: 5 } }] });
  });

  it('plays the known good change as whole files', async () => {
    const { calls } = await first([{ apply: 'oracle' }]);
    expect(calls).toHaveLength(1);
    const [{ name, args }] = calls as [{ name: string; args: { path: string; content: string } }];
    const seed = await ports.files.readText(join(task.repoDir, 'strings.js'));
    expect({ name, path: args.path }).toEqual({ name: 'write', path: 'strings.js' });
    expect(args.content).toBe(seed.replace("replace(' ', '-')", "replace(/ +/g, '-')"));
  });

  it('plays a commit whose message is one word of the shell', async () => {
    const { calls } = await first([{ commit: "it's done" }]);
    expect(calls).toEqual([{ name: 'bash', args: { command: `git add -A -- ':!.case/' && git commit -m 'it'\\''s done'` } }]);
  });

  it('plays an envelope', async () => {
    const { text } = await first([{ envelope: 'blocked' }]);
    expect(text).toMatch(/^<<<AGENT_RESULT\n\{"status":"blocked",.*\}\nAGENT_RESULT>>>$/);
  });

  it.each([401, 429, 500] as const)('plays %i in the words of the protocol', async status => {
    const answer = await first([{ status }]);
    expect(answer.status).toBe(status);
    expect(valueAt(JSON.parse(answer.raw), ['error', 'message'])).toBe(`scripted ${status}`);
  });

  it('gives the reasoning alone to a budget that ends before the content, and both to any other', async () => {
    const script: ModelScript = [{ text: 'here', min_tokens: 256 }];
    expect(await first(script, { budget: 255 })).toMatchObject({ text: '', finish: short });
    expect((await first(script, { budget: 255 })).reasoning).not.toBe('');
    const enough = await first(script, { budget: 256 });
    expect(enough).toMatchObject({ text: 'here', finish: done });
    expect(enough.reasoning).not.toBe('');
  });

  it('cuts a body after exactly so many bytes', async () => {
    await using playing = await play([{ cut: 77 }]);
    const response = await post(playing.baseUrl, api, { stream });
    expect(response.status).toBe(200);
    let got = 0;
    const read = async () => {
      for await (const chunk of response.body!) got += (chunk as Uint8Array).length;
    };
    await expect(read()).rejects.toThrow('terminated');
    expect(got).toBe(77);
  });

  it('cuts before the first byte of a body', async () => {
    await using playing = await play([{ cut: 0 }]);
    const response = await post(playing.baseUrl, api, { stream });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('tells whom it is asked by: the probe by its text, an agent of Case by the heading of its prompt', async () => {
    const script: ModelScript = { probe: [{ text: 'p' }], implementer: [{ text: 'i' }], reviewer: [{ text: 'r' }] };
    expect(await first(script, { user: PROBE_TEXT })).toMatchObject({ text: 'p' });
    expect(await first(script, { system: '# Reviewer — Code Review Agent\n\nYou review.' })).toMatchObject({ text: 'r' });
    expect(await first(script, { system: '# Implementer — Code Implementation Agent' })).toMatchObject({ text: 'i' });
    expect(await first(script, { system: 'Not at its head:\n# Reviewer — Code Review Agent' })).toMatchObject({ text: 'i' });
    expect((await first(script, { system: '# Verifier — Fresh-Context Verification Agent' })).text).toContain('"role":"verifier"');
  });
});
