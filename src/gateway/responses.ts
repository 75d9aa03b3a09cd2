import { count, isUsable, list, record, sawModel, sawReasoning, sawText, sawToolCall, string, type Json, type Seen } from './seen.ts';
import type { Filled, Wire } from './wire.ts';

/** Events that end a stream, each with the whole response. */
const endings = ['response.completed', 'response.incomplete', 'response.failed'];

/**
 * OpenAI Responses (https://platform.openai.com/docs/api-reference/responses). Every event has its type in its data. A model
 * that thinks sends an item `reasoning`, whose text is often not for reading.
 */
export const responses: Wire = {
  api: 'openai-responses',
  path: '/responses',

  readBody(body, seen) {
    if (!Array.isArray(body['output']) && !body['error']) seen.malformed = true;
    readResponse(body, seen);
    for (const item of list(body['output'])) readItem(item, seen);
    seen.ended = true;
  },

  readEvent({ data }, seen) {
    if (data.trim() === '[DONE]') return; // some servers end every stream like this
    const event = record(JSON.parse(data));
    const type = string(event['type']) ?? '';
    if (type === 'error' || (type === '' && event['error'])) seen.failed = true;
    if (type === 'response.output_text.delta' || type === 'response.refusal.delta') sawText(seen, event['delta']);
    if (type === 'response.reasoning_text.delta' || type === 'response.reasoning_summary_text.delta') sawReasoning(seen, event['delta']);
    if (type === 'response.function_call_arguments.delta' || type === 'response.custom_tool_call_input.delta')
      sawToolCall(seen, event['delta']);
    if (type === 'response.output_item.added' || type === 'response.output_item.done') {
      const item = record(event['item']);
      seen.reasoned ||= item['type'] === 'reasoning';
      seen.toolCall ||= isCall(item);
    }
    if (event['response'] !== undefined) {
      const response = record(event['response']);
      readResponse(response, seen);
      // a server that sends no deltas says everything here
      if (endings.includes(type) && !isUsable(seen)) {
        for (const item of list(response['output'])) if (!seen.reasoning || item['type'] !== 'reasoning') readItem(item, seen);
      }
    }
    if (endings.includes(type)) seen.ended = true;
  },

  withoutReasoning: body => ({ ...body, reasoning: { effort: 'none' } }),

  question: (text, model, maxTokens, stream) => ({
    model,
    input: [{ role: 'user', content: [{ type: 'input_text', text }] }],
    max_output_tokens: maxTokens,
    store: false,
    stream,
  }),

  fillBody: reply => responseOf(reply, 'completed'),

  fillEvents(reply) {
    const place = { item_id: `${reply.id}-0`, output_index: 0, content_index: 0 };
    const part = { type: 'output_text', text: reply.text, annotations: [] };
    const events: Json[] = [
      { type: 'response.created', response: responseOf(reply, 'in_progress') },
      { type: 'response.output_item.added', output_index: 0, item: { ...messageOf(reply), status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
      { type: 'response.output_text.delta', ...place, delta: reply.text },
      { type: 'response.output_text.done', ...place, text: reply.text },
      { type: 'response.content_part.done', ...place, part },
      { type: 'response.output_item.done', output_index: 0, item: messageOf(reply) },
      { type: 'response.completed', response: responseOf(reply, 'completed') },
    ];
    return events.map((data, sequence_number) => ({ event: string(data['type'])!, data: { ...data, sequence_number } }));
  },

  error: (message, kind) => ({ error: { message, type: kind, param: null, code: null } }),
  errorEvent: (message, kind) => ({ event: 'error', data: { type: 'error', code: kind, message, param: null, sequence_number: 0 } }),
};

const isCall = (item: Json) => string(item['type'])?.endsWith('_call') ?? false;

function readItem(item: Json, seen: Seen): void {
  if (item['type'] === 'message') for (const part of list(item['content'])) sawText(seen, part['text'] ?? part['refusal']);
  if (item['type'] === 'reasoning') {
    seen.reasoned = true;
    for (const part of [...list(item['summary']), ...list(item['content'])]) sawReasoning(seen, part['text']);
  }
  if (isCall(item)) sawToolCall(seen, item['arguments'] ?? item['input']);
}

function readResponse(response: Json, seen: Seen): void {
  if ((response['error'] !== undefined && response['error'] !== null) || response['status'] === 'failed') seen.failed = true;
  seen.id ??= string(response['id']);
  sawModel(seen, response['model']);
  const status = string(response['status']);
  if (status && status !== 'in_progress' && status !== 'queued')
    seen.finish = string(record(response['incomplete_details'])['reason']) ?? status;
  const usage = record(response['usage']);
  seen.input = count(usage['input_tokens']) ?? seen.input;
  seen.output = count(usage['output_tokens']) ?? seen.output;
  seen.reasoned ||= (count(record(usage['output_tokens_details'])['reasoning_tokens']) ?? 0) > 0;
}

const messageOf = ({ id, text }: Filled): Json => ({
  type: 'message',
  id: `${id}-0`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});

const responseOf = (reply: Filled, status: 'in_progress' | 'completed'): Json => ({
  id: reply.id,
  object: 'response',
  created_at: 0,
  model: reply.model,
  status,
  error: null,
  incomplete_details: null,
  output: status === 'completed' ? [messageOf(reply)] : [],
  usage:
    status === 'completed' ? { input_tokens: reply.input, output_tokens: reply.output, total_tokens: reply.input + reply.output } : null,
});
