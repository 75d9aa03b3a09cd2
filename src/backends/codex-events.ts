import { isMap, parseMap, valueAt } from '../model/json.ts';
import type { RawEvent } from './backend.ts';
import type { StreamReading } from './headless.ts';

/** One line of `codex exec --json` as an event, if it says that a patch was applied. What a command changed it does not say. */
export function readCodexEvent(line: string): RawEvent | undefined {
  const record = parseMap(line);
  const item = record?.['type'] === 'item.completed' ? record['item'] : undefined;
  if (valueAt(item, ['type']) !== 'file_change' || valueAt(item, ['status']) !== 'completed') return undefined;
  return { type: 'patch.applied', data: { tool: 'apply_patch', call: String(valueAt(item, ['id'])) } };
}

/** Items that say nothing of what the agent did: its thoughts, and what it remarks on its own settings. */
const remarks: readonly unknown[] = ['reasoning', 'error'];

/** Events: https://github.com/openai/codex, docs/exec.md; checked against what 0.169.0 printed. */
export function readCodex(): StreamReading {
  let said: string | undefined;
  let ending: string | undefined;
  return {
    push(line) {
      const record = parseMap(line);
      const type = record?.['type'];
      if (type === 'turn.started') ending = undefined;
      if (type === 'turn.completed' || type === 'turn.failed') ending = type;
      const item = record?.['item'];
      if (type !== 'item.completed' || !isMap(item) || remarks.includes(item['type'])) return;
      said = item['type'] === 'agent_message' && typeof item['text'] === 'string' ? item['text'] : '';
    },
    end() {
      const protocolError = mistake(said, ending);
      return { claim: protocolError === null ? 'completed' : null, protocolError, failed: ending === 'turn.failed' };
    },
  };
}

/** Why the end of a stream is no claim of completion. */
function mistake(said: string | undefined, ending: string | undefined): string | null {
  if (ending === 'turn.failed') return 'the turn failed';
  if (ending === undefined) return 'the stream ended before its turn completed';
  if (said === undefined) return 'the turn completed without a word';
  return /\S/.test(said) ? null : 'the turn did not end with a message';
}
