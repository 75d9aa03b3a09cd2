import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type Role = 'implementer' | 'verifier' | 'reviewer' | 'closer' | 'retrospective';

/** One answer of the scripted model, over chat completions or Responses as it was asked. */
export interface Reply {
  text?: string;
  reasoning?: string;
  tools?: [name: string, args: object][];
  /** `finish_reason`, where it is not the one that fits. */
  finish?: string;
  /** An answer without a stream; `headers` go with it. */
  status?: number;
  headers?: Record<string, string>;
  /** The body as it stands, in place of an event stream. */
  raw?: string;
  /** Ends the connection: before the headers, or after the first event. */
  drop?: 'early' | 'midway';
  /** Never answers. */
  hang?: true;
  /** Only for the first try of a request; the retry gets the next reply. */
  once?: true;
  /** Before the first byte. */
  delayMs?: number;
}

/** Of each role its conversations, of each conversation its turns; the last of either repeats. */
export type Script = Partial<Record<Role, Reply[][]>>;

export interface Asked {
  url: string;
  role: Role;
  retry: number;
  headers: IncomingMessage['headers'];
  body: ChatBody;
}

interface ChatBody {
  model: string;
  messages?: ChatMessage[];
  input?: ChatMessage[];
  tools: { name?: string; function?: { name: string } }[];
  [key: string]: unknown;
}
interface ChatMessage {
  role?: string;
  type?: string;
  content?: unknown;
}

export interface CaModel extends AsyncDisposable {
  baseUrl: string;
  asked: Asked[];
}

/** A model server on 127.0.0.1 whose answers are a script. A request that the client tried again gets the same answer again. */
export async function playModel(script: Script): Promise<CaModel> {
  const asked: Asked[] = [];
  const conversations = new Map<Role, number>();
  const turnOf = ({ role, retry, body }: Asked): Reply => {
    const all = script[role] ?? [[{ text: 'done' }]];
    const turns = (body.messages ?? body.input ?? []).filter(m => m.role === 'tool' || m.type === 'function_call_output').length;
    if (turns === 0 && retry === 0) conversations.set(role, (conversations.get(role) ?? -1) + 1);
    const conversation = all[Math.min(conversations.get(role) ?? 0, all.length - 1)]!;
    const at = conversation.filter(reply => !reply.once)[Math.min(turns, conversation.length - 1)]!;
    return retry === 0 && conversation[turns]?.once ? conversation[turns] : at;
  };
  const server = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const body = JSON.parse(text) as ChatBody;
      const system = String((body.messages ?? body.input)?.[0]?.content);
      const role = /^# (\w+) — /.exec(system)![1]!.toLowerCase() as Role;
      const retry = Number(request.headers['x-stainless-retry-count']);
      const one: Asked = { url: request.url!, role, retry, headers: request.headers, body };
      asked.push(one);
      await answer(turnOf(one), one, response);
    })();
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => void server.close(resolve));
    },
  };
}

async function answer(reply: Reply, { url, body }: Asked, response: ServerResponse): Promise<void> {
  if (reply.hang) return;
  if (reply.drop === 'early') return void response.destroy();
  await wait(reply.delayMs ?? 0);
  if (reply.status || reply.raw !== undefined) {
    response.writeHead(reply.status ?? 200, { 'content-type': 'text/event-stream', ...reply.headers });
    return void response.end(reply.raw ?? '{"error":{"message":"scripted"}}');
  }
  const events = url.endsWith('/responses') ? responseEvents(reply) : chatEvents(reply, body.model);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (reply.drop === 'midway') {
    response.write(events[0]);
    return void setTimeout(() => response.destroy(), 50);
  }
  response.end(events.join(''));
}

function chatEvents({ text, reasoning, tools = [], finish }: Reply, model: string): string[] {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  return [
    ...(reasoning ? [chunk({ reasoning_content: reasoning })] : []),
    ...(text ? [text.slice(0, 7), text.slice(7)].map(content => chunk({ content })) : []),
    ...tools.flatMap(([name, args], index) => {
      const json = JSON.stringify(args);
      const part = (fragment: string) => ({ index, function: { arguments: fragment } });
      return [
        chunk({ tool_calls: [{ index, id: `call_${index}_${name}`, type: 'function', function: { name, arguments: '' } }] }),
        chunk({ tool_calls: [part(json.slice(0, 5))] }),
        chunk({ tool_calls: [part(json.slice(5))] }),
      ];
    }),
    chunk({}, finish ?? (tools.length > 0 ? 'tool_calls' : 'stop')),
    'data: [DONE]\n\n',
  ];
}

function responseEvents({ text, tools = [] }: Reply): string[] {
  const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
  return [
    event('response.created', { response: { id: 'r' } }),
    ...(text ? [event('response.output_text.delta', { delta: text })] : []),
    ...tools.map(([name, args], i) =>
      event('response.output_item.done', {
        item: { type: 'function_call', id: `fc_${i}`, call_id: `call_${i}`, name, arguments: JSON.stringify(args) },
      }),
    ),
    event('response.completed', { response: { status: 'completed' } }),
  ];
}
