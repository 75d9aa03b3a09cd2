/** Providers for tests of the seam: real servers that say exactly what they are told. Written by hand, so that the gateway is not held against itself. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api } from '../model/gateway.ts';

export interface Heard {
  url: string;
  headers: IncomingMessage['headers'];
  /** As it came. */
  body: string;
  json: Record<string, unknown>;
}

export type Answer = (response: ServerResponse, heard: Heard, count: number) => void | Promise<void>;

/** A provider at a base URL of its own. Its `requests` are what it heard. */
export async function aProvider(answer: Answer): Promise<{ baseUrl: string; requests: Heard[] } & AsyncDisposable> {
  const requests: Heard[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const heard = { url: request.url ?? '', headers: request.headers, body, json: JSON.parse(body) as Record<string, unknown> };
    requests.push(heard);
    await answer(response, heard, requests.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** What a model says in one reply. */
export interface Said {
  text?: string;
  reasoning?: string;
  tool?: { name: string; args: string };
  model?: string;
  /** Left out: the reply does not say. */
  usage?: { input: number; output: number };
}

export const PATHS: Record<Api, string> = {
  'openai-completions': '/chat/completions',
  'openai-responses': '/responses',
  'anthropic-messages': '/messages',
};

type Event = [name: string | null, data: object | string];

const sse = (events: readonly Event[]): string =>
  events
    .map(([name, data]) => `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
    .join('');

/** A reply in the words of a protocol: events, or one body. */
export const replyOf = (api: Api, stream: boolean, said: Said): string => {
  const full = { model: 'm1', text: '', reasoning: '', ...said };
  return stream ? sse(events[api](full)) : JSON.stringify(bodies[api](full));
};

export function send(response: ServerResponse, stream: boolean, body: string): void {
  response.writeHead(200, { 'content-type': stream ? 'text/event-stream; charset=utf-8' : 'application/json' }).end(body);
}

type Full = Said & { model: string; text: string; reasoning: string };

/** Text in two pieces, so that nobody gets by with the first. */
const halves = (text: string): string[] => (text ? [text.slice(0, 3), text.slice(3)] : []);

const bodies: Record<Api, (said: Full) => object> = {
  'openai-completions': ({ model, text, reasoning, tool, usage }) => ({
    id: 'r1',
    object: 'chat.completion',
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text || null,
          ...(reasoning ? { reasoning_content: reasoning } : {}),
          ...(tool ? { tool_calls: [{ id: 't', type: 'function', function: { name: tool.name, arguments: tool.args } }] } : {}),
        },
        finish_reason: tool ? 'tool_calls' : 'stop',
      },
    ],
    ...(usage ? { usage: { prompt_tokens: usage.input, completion_tokens: usage.output } } : {}),
  }),
  'openai-responses': ({ model, text, reasoning, tool, usage }) => ({
    id: 'r1',
    object: 'response',
    status: 'completed',
    model,
    error: null,
    output: [
      ...(reasoning ? [{ type: 'reasoning', id: 'x', summary: [{ type: 'summary_text', text: reasoning }] }] : []),
      ...(text ? [{ type: 'message', id: 'y', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] }] : []),
      ...(tool ? [{ type: 'function_call', id: 'z', call_id: 't', name: tool.name, arguments: tool.args }] : []),
    ],
    ...(usage ? { usage: { input_tokens: usage.input, output_tokens: usage.output } } : {}),
  }),
  'anthropic-messages': ({ model, text, reasoning, tool, usage }) => ({
    id: 'r1',
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(reasoning ? [{ type: 'thinking', thinking: reasoning, signature: 's' }] : []),
      ...(text ? [{ type: 'text', text }] : []),
      ...(tool ? [{ type: 'tool_use', id: 't', name: tool.name, input: JSON.parse(tool.args) as object }] : []),
    ],
    stop_reason: tool ? 'tool_use' : 'end_turn',
    ...(usage ? { usage: { input_tokens: usage.input, output_tokens: usage.output } } : {}),
  }),
};

const events: Record<Api, (said: Full) => Event[]> = {
  'openai-completions'({ model, text, reasoning, tool, usage }) {
    const chunk = (delta: object, finish_reason: string | null = null): Event => [
      null,
      { id: 'r1', object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, finish_reason }] },
    ];
    return [
      chunk({ role: 'assistant', content: '' }),
      ...halves(reasoning).map(reasoning_content => chunk({ reasoning_content })),
      ...halves(text).map(content => chunk({ content })),
      ...(tool
        ? [
            chunk({ tool_calls: [{ index: 0, id: 't', type: 'function', function: { name: tool.name, arguments: '' } }] }),
            ...halves(tool.args).map(args => chunk({ tool_calls: [{ index: 0, function: { arguments: args } }] })),
          ]
        : []),
      chunk({}, tool ? 'tool_calls' : 'stop'),
      ...(usage
        ? ([[null, { id: 'r1', model, choices: [], usage: { prompt_tokens: usage.input, completion_tokens: usage.output } }]] as Event[])
        : []),
      [null, '[DONE]'],
    ];
  },
  'openai-responses'(said) {
    const { model, text, reasoning, tool } = said;
    const event = (type: string, data: object): Event => [type, { type, ...data }];
    return [
      event('response.created', { response: { id: 'r1', model, status: 'in_progress', error: null, output: [] } }),
      ...(reasoning
        ? [
            event('response.output_item.added', { output_index: 0, item: { type: 'reasoning', id: 'x', summary: [] } }),
            ...halves(reasoning).map(delta => event('response.reasoning_summary_text.delta', { item_id: 'x', delta })),
          ]
        : []),
      ...(text
        ? [
            event('response.output_item.added', { output_index: 1, item: { type: 'message', id: 'y', content: [] } }),
            ...halves(text).map(delta => event('response.output_text.delta', { item_id: 'y', delta })),
          ]
        : []),
      ...(tool
        ? [
            event('response.output_item.added', {
              output_index: 2,
              item: { type: 'function_call', id: 'z', name: tool.name, arguments: '' },
            }),
            ...halves(tool.args).map(delta => event('response.function_call_arguments.delta', { item_id: 'z', delta })),
          ]
        : []),
      event('response.completed', { response: bodies['openai-responses'](said) }),
    ];
  },
  'anthropic-messages'({ model, text, reasoning, tool, usage }) {
    const event = (type: string, data: object = {}): Event => [type, { type, ...data }];
    const block = (index: number, content_block: object, deltas: object[]): Event[] => [
      event('content_block_start', { index, content_block }),
      ...deltas.map(delta => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ];
    return [
      event('message_start', {
        message: {
          id: 'r1',
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          ...(usage ? { usage: { input_tokens: usage.input, output_tokens: 1 } } : {}),
        },
      }),
      event('ping'),
      ...(reasoning
        ? block(
            0,
            { type: 'thinking', thinking: '' },
            halves(reasoning).map(thinking => ({ type: 'thinking_delta', thinking })),
          )
        : []),
      ...(text
        ? block(
            1,
            { type: 'text', text: '' },
            halves(text).map(part => ({ type: 'text_delta', text: part })),
          )
        : []),
      ...(tool
        ? block(
            2,
            { type: 'tool_use', id: 't', name: tool.name, input: {} },
            halves(tool.args).map(partial_json => ({ type: 'input_json_delta', partial_json })),
          )
        : []),
      event('message_delta', {
        delta: { stop_reason: tool ? 'tool_use' : 'end_turn' },
        ...(usage ? { usage: { output_tokens: usage.output } } : {}),
      }),
      event('message_stop'),
    ];
  },
};
