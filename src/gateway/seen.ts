import type { Shape } from '../model/gateway.ts';

/** What was read of one reply, whatever the protocol. */
export interface Seen {
  id: string | null;
  /** Every model that it says it is from, each once, in the order in which they came; at most MAX_MODELS. */
  models: string[];
  /** Text that is more than white space. */
  text: boolean;
  toolCall: boolean;
  /** There was reasoning, readable or not. */
  reasoned: boolean;
  /** Its text, as far as it is readable and no longer than MAX_REASONING. */
  reasoning: string;
  finish: string | null;
  input: number | null;
  output: number | null;
  /** Characters that the model wrote, of every kind. */
  chars: number;
  /** The protocol's own sign that the reply is whole. */
  ended: boolean;
  /** The reply says that it failed. */
  failed: boolean;
  /** Something in it is not of the protocol. */
  malformed: boolean;
}

/** Nobody says more names of one model. */
const MAX_MODELS = 10;

/** More than any context window holds. */
const MAX_REASONING = 4 * 1024 * 1024;

// oxfmt-ignore
export const nothingSeen = (): Seen => ({
  id: null, models: [], finish: null, input: null, output: null,
  text: false, toolCall: false, reasoned: false, ended: false, failed: false, malformed: false,
  reasoning: '', chars: 0,
});

/** The shape of a reply that came to its end. */
export function shapeOf(seen: Seen): Shape {
  if (seen.failed) return 'error';
  if (seen.malformed) return 'malformed';
  if (!seen.ended) return 'cut';
  if (seen.toolCall) return 'tool_calls';
  if (seen.text) return 'content';
  return seen.reasoned ? 'reasoning_only' : 'empty';
}

/** Whether it is known already that this reply is not reasoning alone. */
export const isUsable = ({ text, toolCall }: Seen): boolean => text || toolCall;

// What the readers of the protocols share. Anything may stand in a reply: each looks before it believes.

export type Json = Record<string, unknown>;

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : []);
export const string = (value: unknown): string | null => (typeof value === 'string' ? value : null);
export const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

/** A name that is empty is none: some servers begin a stream like this. */
export function sawModel(seen: Seen, name: unknown): void {
  if (typeof name !== 'string' || name === '' || seen.models.includes(name) || seen.models.length >= MAX_MODELS) return;
  seen.models.push(name);
}

export function sawText(seen: Seen, text: unknown): void {
  if (typeof text !== 'string') return;
  seen.chars += text.length;
  seen.text ||= text.trim() !== '';
}

/** @returns whether there was any */
export function sawReasoning(seen: Seen, text: unknown): boolean {
  if (typeof text !== 'string' || text === '') return false;
  seen.chars += text.length;
  seen.reasoned = true;
  if (seen.reasoning.length < MAX_REASONING) seen.reasoning += text;
  return true;
}

export function sawToolCall(seen: Seen, args: unknown): void {
  seen.toolCall = true;
  if (typeof args === 'string') seen.chars += args.length;
}
