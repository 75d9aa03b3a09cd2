import type { Api } from '../model/gateway.ts';
import { chat } from './chat.ts';
import { messages } from './messages.ts';
import { responses } from './responses.ts';
import type { Json, Seen } from './seen.ts';

/** A reply that we write ourselves: one text, in the words of the protocol. */
export interface Filled {
  id: string;
  model: string;
  text: string;
  finish: string | null;
  input: number;
  output: number;
}

/** An event that we write ourselves. */
export interface OwnEvent {
  event?: string;
  data: Json | '[DONE]';
}

/** One protocol: how its replies are read, and the few requests and replies that the gateway writes itself. */
export interface Wire {
  api: Api;
  /** What stands after the base URL. */
  path: string;
  /** Reads a reply that came whole. */
  readBody(body: Json, seen: Seen): void;
  /** Reads one event of a stream. */
  readEvent(event: { event?: string | undefined; data: string }, seen: Seen): void;
  /** The same request with reasoning off. */
  withoutReasoning(body: Json): Json;
  /** A request with one user message. */
  question(text: string, model: string, maxTokens: number, stream: boolean): Json;
  /** A whole reply. */
  fillBody(reply: Filled): Json;
  /** The same as events: name (where the protocol has names) and data. */
  fillEvents(reply: Filled): OwnEvent[];
  /** An error as the protocol writes it. */
  error(message: string, kind: string): Json;
  /** The same in a stream that has begun. */
  errorEvent(message: string, kind: string): OwnEvent;
}

export const wires: Record<Api, Wire> = { 'openai-completions': chat, 'openai-responses': responses, 'anthropic-messages': messages };

export const wireOf = (path: string): Wire | undefined => Object.values(wires).find(wire => `/v1${wire.path}` === path);
