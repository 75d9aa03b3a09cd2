import { describe, expect, it } from 'vitest';
import { readPi, readPiEvent } from './pi-events.ts';

const model = { runtime_provider: 'openai', model: 'qwen3.6-35b-a3b' };
const answer = (over: Record<string, unknown> = {}) => ({
  type: 'message_end',
  message: {
    role: 'assistant',
    provider: 'openai',
    model: 'qwen3.6-35b-a3b',
    content: [{ type: 'text', text: 'Done.' }],
    stopReason: 'stop',
    ...over,
  },
});
const settled = { type: 'agent_settled', aborted: false };

function read(...records: unknown[]) {
  const stream = readPi(model);
  for (const record of records) stream.push(typeof record === 'string' ? record : JSON.stringify(record));
  return stream.end();
}

describe('a stream of pi claims completion', () => {
  it('where the last answer stopped by itself with a text, and the agent settled', () => {
    const tool = answer({ stopReason: 'toolUse', content: [{ type: 'toolCall' }] });
    expect(read({ type: 'session' }, tool, answer(), settled)).toEqual({ claim: 'completed', protocolError: null });
  });

  it.each<[string, unknown[], string]>([
    ['nothing was said', [], 'the stream has no answer of a model'],
    ['only the user spoke', [answer({ role: 'user' }), settled], 'the stream has no answer of a model'],
    ['it ended early', [answer()], 'the stream ended before the agent settled'],
    ['it was aborted', [answer(), { ...settled, aborted: true }], 'the stream ended before the agent settled'],
    ['the provider failed', [answer({ stopReason: 'error', errorMessage: '401' }), settled], 'the last answer ended with error'],
    ['the answer was too long', [answer({ stopReason: 'length' }), settled], 'the last answer ended with length'],
    ['it only thought', [answer({ content: [{ type: 'thinking', thinking: 'hm' }] }), settled], 'the last answer has no text'],
    ['the text is white', [answer({ content: [{ type: 'text', text: ' \n' }] }), settled], 'the last answer has no text'],
    ['an earlier answer was good', [answer(), answer({ stopReason: 'error' }), settled], 'the last answer ended with error'],
    [
      'another model answered',
      [answer({ model: 'gpt-4o' }), answer(), settled],
      'an answer came from openai/gpt-4o, which is not the model of this run',
    ],
    ['a line is broken', ['{"type":"message_end"', settled], 'the stream has no answer of a model'],
    ['content is no list', [answer({ content: 'Done.' }), settled], 'the last answer has no text'],
  ])('not where %s', (_what, records, protocolError) => {
    expect(read(...records)).toEqual({ claim: null, protocolError });
  });
});

it.each<[string, unknown, unknown]>([
  [
    'an edit that worked',
    { type: 'tool_execution_end', toolName: 'edit', toolCallId: 'c1', isError: false },
    { type: 'patch.applied', data: { tool: 'edit', call: 'c1' } },
  ],
  [
    'a write that worked',
    { type: 'tool_execution_end', toolName: 'write', toolCallId: 'c2', isError: false },
    { type: 'patch.applied', data: { tool: 'write', call: 'c2' } },
  ],
  ['one that failed', { type: 'tool_execution_end', toolName: 'edit', toolCallId: 'c1', isError: true }, undefined],
  ['a command', { type: 'tool_execution_end', toolName: 'bash', toolCallId: 'c1', isError: false }, undefined],
  ['an event of the harness', { type: 'git.diff.checked', data: {} }, undefined],
  ['no JSON', 'oops', undefined],
])('as an event, %s', (_what, line, event) => {
  expect(readPiEvent(typeof line === 'string' ? line : JSON.stringify(line))).toEqual(event);
});
