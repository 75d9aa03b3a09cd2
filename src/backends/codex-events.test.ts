import { describe, expect, it } from 'vitest';
import { readCodex, readCodexEvent } from './codex-events.ts';

const item = (over: Record<string, unknown>) => ({ type: 'item.completed', item: { id: 'item_1', ...over } });
const message = (text: unknown = 'Done.') => item({ type: 'agent_message', text });
const command = item({ type: 'command_execution', exit_code: 0, status: 'completed' });
const remark = item({ type: 'error', message: 'Model metadata for `m` not found.' });
const started = { type: 'turn.started' };
const completed = { type: 'turn.completed', usage: {} };
const failed = { type: 'turn.failed', error: { message: 'no' } };

function read(...records: unknown[]) {
  const stream = readCodex();
  for (const record of records) stream.push(typeof record === 'string' ? record : JSON.stringify(record));
  return stream.end();
}

describe('a stream of codex claims completion', () => {
  it.each<[string, unknown[]]>([
    ['where the turn completed, and its last item is a message', [remark, started, command, message(), completed]],
    ['also where thoughts and remarks come after it', [started, message(), item({ type: 'reasoning', text: 'hm' }), remark, completed]],
  ])('%s', (_what, records) => {
    expect(read(...records)).toEqual({ claim: 'completed', protocolError: null, failed: false });
  });

  it.each<[string, unknown[], string]>([
    ['nothing was said', [], 'the stream ended before its turn completed'],
    ['it ended early', [started, message()], 'the stream ended before its turn completed'],
    ['another turn began', [started, message(), completed, started], 'the stream ended before its turn completed'],
    ['no item came', [started, completed], 'the turn completed without a word'],
    ['it only thought', [started, item({ type: 'reasoning', text: 'hm' }), message(''), completed], 'the turn did not end with a message'],
    ['the text is white', [started, message(' \n'), completed], 'the turn did not end with a message'],
    ['the text is none', [started, message(7), completed], 'the turn did not end with a message'],
    ['something was done after the message', [started, message(), command, completed], 'the turn did not end with a message'],
    ['a line is broken', [started, message(), '{"type":"turn.completed"'], 'the stream ended before its turn completed'],
  ])('not where %s', (_what, records, protocolError) => {
    expect(read(...records)).toEqual({ claim: null, protocolError, failed: false });
  });

  it('not where the turn failed, which it says itself', () => {
    expect(read(started, message(), failed)).toEqual({ claim: null, protocolError: 'the turn failed', failed: true });
  });
});

it.each<[string, unknown, unknown]>([
  [
    'a patch that was applied',
    item({ type: 'file_change', status: 'completed' }),
    { type: 'patch.applied', data: { tool: 'apply_patch', call: 'item_1' } },
  ],
  ['one that failed', item({ type: 'file_change', status: 'failed' }), undefined],
  ['one that began', { type: 'item.started', item: { type: 'file_change', status: 'completed' } }, undefined],
  ['a command', command, undefined],
  ['an event of the harness', { type: 'git.diff.checked', data: {} }, undefined],
  ['no JSON', 'oops', undefined],
])('as an event, %s', (_what, line, event) => {
  expect(readCodexEvent(typeof line === 'string' ? line : JSON.stringify(line))).toEqual(event);
});
