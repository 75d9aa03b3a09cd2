import { count, list, record, sawModel, sawReasoning, sawText, sawToolCall, string, type Json, type Seen } from './seen.ts';
import type { Filled, Wire } from './wire.ts';

/**
 * Anthropic messages (https://docs.anthropic.com/en/api/messages, …/messages-streaming). Blocks of text, thinking and tool use;
 * a stream ends by `message_stop`. Input that was read from a cache, or written to one, is counted apart and is input all the same.
 */
export const messages: Wire = {
  api: 'anthropic-messages',
  path: '/messages',

  readBody(body, seen) {
    if (body['type'] === 'error' || body['error']) seen.failed = true;
    else if (!Array.isArray(body['content'])) seen.malformed = true;
    readMessage(body, seen);
    for (const block of list(body['content'])) readBlock(block, seen);
    seen.ended = true;
  },

  readEvent({ data }, seen) {
    const event = record(JSON.parse(data));
    switch (event['type']) {
      case 'message_start':
        return readMessage(record(event['message']), seen);
      case 'content_block_start':
        return readBlock(record(event['content_block']), seen);
      case 'content_block_delta': {
        const delta = record(event['delta']);
        sawText(seen, delta['text']);
        sawReasoning(seen, delta['thinking']);
        if (delta['type'] === 'input_json_delta') sawToolCall(seen, delta['partial_json']);
        return;
      }
      case 'message_delta':
        return readMessage({ ...record(event['delta']), usage: event['usage'] }, seen);
      case 'message_stop':
        seen.ended = true;
        return;
      case 'error':
        seen.failed = true;
        return;
      default:
        if (event['error']) seen.failed = true;
    }
  },

  withoutReasoning(body) {
    const { thinking: _thinking, ...rest } = body;
    return rest;
  },

  question: (text, model, maxTokens, stream) => ({ model, messages: [{ role: 'user', content: text }], max_tokens: maxTokens, stream }),

  fillBody: reply => ({
    ...messageOf(reply),
    content: [{ type: 'text', text: reply.text }],
    stop_reason: reply.finish ?? 'end_turn',
    usage: { input_tokens: reply.input, output_tokens: reply.output },
  }),

  fillEvents(reply) {
    const events: Json[] = [
      {
        type: 'message_start',
        message: { ...messageOf(reply), content: [], stop_reason: null, usage: { input_tokens: reply.input, output_tokens: 0 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: reply.text } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: reply.finish ?? 'end_turn', stop_sequence: null },
        usage: { output_tokens: reply.output },
      },
      { type: 'message_stop' },
    ];
    return events.map(data => ({ event: string(data['type'])!, data }));
  },

  error: (message, kind) => ({ type: 'error', error: { type: kind, message } }),
  errorEvent: (message, kind) => ({ event: 'error', data: messages.error(message, kind) }),
};

function readMessage(message: Json, seen: Seen): void {
  seen.id ??= string(message['id']);
  sawModel(seen, message['model']);
  seen.finish = string(message['stop_reason']) ?? seen.finish;
  const usage = record(message['usage']);
  const inputs = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'].flatMap(name => count(usage[name]) ?? []);
  if (inputs.length > 0)
    seen.input = Math.max(
      seen.input ?? 0,
      inputs.reduce((sum, one) => sum + one),
    );
  seen.output = count(usage['output_tokens']) ?? seen.output;
}

function readBlock(block: Json, seen: Seen): void {
  if (block['type'] === 'text') sawText(seen, block['text']);
  if (block['type'] === 'thinking') sawReasoning(seen, block['thinking']);
  if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') seen.reasoned = true;
  if (block['type'] === 'tool_use') sawToolCall(seen, undefined);
}

const messageOf = ({ id, model }: Filled): Json => ({ id, type: 'message', role: 'assistant', model, stop_sequence: null });
