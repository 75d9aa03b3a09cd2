import { count, list, record, sawModel, sawReasoning, sawText, sawToolCall, string, type Json, type Seen } from './seen.ts';
import type { Wire } from './wire.ts';

/**
 * OpenAI chat completions (https://platform.openai.com/docs/api-reference/chat). A stream ends by `data: [DONE]`; the reason for
 * the end comes before it, and usage in a chunk without choices. Reasoning is not part of the standard: servers call it
 * `reasoning_content` (DeepSeek, vLLM, llama.cpp), `reasoning` (OpenRouter, newer vLLM) or `reasoning_text`.
 */
export const chat: Wire = {
  api: 'openai-completions',
  path: '/chat/completions',

  readBody(body, seen) {
    if (!Array.isArray(body['choices']) && !('error' in body)) seen.malformed = true;
    read(body, 'message', seen);
    seen.ended = true;
  },

  readEvent({ data }, seen) {
    if (data.trim() === '[DONE]') {
      seen.ended = true;
      return;
    }
    read(record(JSON.parse(data)), 'delta', seen);
    if (seen.finish !== null) seen.ended = true;
  },

  // vLLM and SGLang hand the first to the template of the model; the second is OpenAI's own
  withoutReasoning: body => ({
    ...body,
    chat_template_kwargs: { ...record(body['chat_template_kwargs']), enable_thinking: false },
    reasoning_effort: 'none',
  }),

  question: (text, model, maxTokens, stream) => ({
    model,
    messages: [{ role: 'user', content: text }],
    max_tokens: maxTokens,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  }),

  fillBody: ({ id, model, text, finish, input, output }) => ({
    id,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: finish ?? 'stop' }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  }),

  fillEvents({ id, model, text, finish, input, output }) {
    const chunk = (choices: Json[], more: Json = {}) => ({
      data: { id, object: 'chat.completion.chunk', created: 0, model, choices, ...more },
    });
    return [
      chunk([{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }]),
      chunk([{ index: 0, delta: {}, finish_reason: finish ?? 'stop' }]),
      chunk([], { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } }),
      { data: '[DONE]' },
    ];
  },

  error: (message, kind) => ({ error: { message, type: kind, param: null, code: null } }),
  errorEvent: (message, kind) => ({ data: chat.error(message, kind) }),
};

function read(body: Json, part: 'message' | 'delta', seen: Seen): void {
  if (body['error'] !== undefined && body['error'] !== null) seen.failed = true;
  seen.id ??= string(body['id']);
  sawModel(seen, body['model']);
  for (const choice of list(body['choices'])) {
    const said = record(choice[part]);
    const { content } = said;
    for (const text of Array.isArray(content) ? list(content).map(({ text }) => text) : [content]) sawText(seen, text);
    sawText(seen, said['refusal']);
    for (const name of ['reasoning_content', 'reasoning', 'reasoning_text']) {
      if (sawReasoning(seen, said[name])) break; // some servers say the same twice
    }
    for (const call of list(said['tool_calls'])) sawToolCall(seen, record(call['function'])['arguments']);
    if (said['function_call']) sawToolCall(seen, record(said['function_call'])['arguments']);
    seen.finish = string(choice['finish_reason']) ?? seen.finish;
  }
  const usage = record(body['usage']);
  seen.input = count(usage['prompt_tokens']) ?? seen.input;
  seen.output = count(usage['completion_tokens']) ?? seen.output;
  seen.reasoned ||= (count(record(usage['completion_tokens_details'])['reasoning_tokens']) ?? 0) > 0;
}
