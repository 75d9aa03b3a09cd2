import { isMap, parseMap, valueAt } from '../model/json.ts';
import type { ModelAdmission } from '../model/admission.ts';
import type { RawEvent } from './backend.ts';
import type { StreamReading } from './headless.ts';

/** One line of `pi --mode json` as an event, if it says that a file was edited. Pi states no plan. */
export function readPiEvent(line: string): RawEvent | undefined {
  const record = parseMap(line);
  if (record?.['type'] !== 'tool_execution_end' || record['isError'] !== false) return undefined;
  const tool = record['toolName'];
  return tool === 'edit' || tool === 'write' ? { type: 'patch.applied', data: { tool, call: String(record['toolCallId']) } } : undefined;
}

/** Events: https://github.com/earendil-works/pi, docs/json.md of 1.5.2; checked against what 1.5.2 printed. */
export function readPi({ runtime_provider: provider, model }: Pick<ModelAdmission, 'runtime_provider' | 'model'>): StreamReading {
  let last: Record<string, unknown> | undefined;
  let settled = false;
  let stranger: string | undefined;
  return {
    push(line) {
      const record = parseMap(line);
      if (record?.['type'] === 'agent_settled') settled = record['aborted'] === false;
      const message = record?.['type'] === 'message_end' ? record['message'] : undefined;
      if (!isMap(message) || message['role'] !== 'assistant') return;
      last = message;
      if (message['provider'] !== provider || message['model'] !== model)
        stranger ??= `${String(message['provider'])}/${String(message['model'])}`;
    },
    end() {
      const protocolError = mistake(last, settled, stranger);
      return { claim: protocolError === null ? 'completed' : null, protocolError };
    },
  };
}

/** Why the end of a stream is no claim of completion. */
function mistake(last: Record<string, unknown> | undefined, settled: boolean, stranger: string | undefined): string | null {
  if (stranger) return `an answer came from ${stranger}, which is not the model of this run`;
  if (!last) return 'the stream has no answer of a model';
  if (!settled) return 'the stream ended before the agent settled';
  const reason = String(last['stopReason']);
  if (reason !== 'stop') return `the last answer ended with ${reason}`;
  return hasText(last) ? null : 'the last answer has no text';
}

function hasText(message: Record<string, unknown>): boolean {
  const content = message['content'];
  return Array.isArray(content) && content.some(part => valueAt(part, ['type']) === 'text' && /\S/.test(String(valueAt(part, ['text']))));
}
