import { isUsable, shapeOf, type Seen } from './seen.ts';
import type { Filled } from './wire.ts';

/** The word that both delimiters of a result envelope are made of (`<<<AGENT_RESULT`, `AGENT_RESULT>>>`). */
const ENVELOPE = /AGENT_RESULT/gi;
const BRACKETS = /<<<|>>>/g;

/** Neither text nor a tool call, only reasoning: what the shim is for. */
export const needsRepair = (seen: Seen): boolean => !isUsable(seen) && shapeOf(seen) === 'reasoning_only';

/**
 * Reasoning as it may stand in the content. A result envelope in it is no result: its delimiters are spoiled, also those that only
 * half stand here, so that nothing before or after can make them whole.
 */
export function withoutEnvelope(reasoning: string): { text: string; hadEnvelope: boolean } {
  const text = reasoning.replace(ENVELOPE, word => word.replace('_', '-')).replace(BRACKETS, brackets => [...brackets].join(' '));
  return { text, hadEnvelope: new RegExp(ENVELOPE.source, 'i').test(reasoning) };
}

/** The reply that is given instead, or undefined where none of the reasoning can be read. */
export function fillFrom(seen: Seen, model: string): (Filled & { hadEnvelope: boolean }) | undefined {
  const { text, hadEnvelope } = withoutEnvelope(seen.reasoning);
  if (text.trim() === '') return undefined;
  return {
    id: seen.id ?? 'proofgate-fill',
    model: seen.models[0] ?? model,
    text,
    hadEnvelope,
    finish: seen.finish,
    input: seen.input ?? 0,
    output: seen.output ?? 0,
  };
}
