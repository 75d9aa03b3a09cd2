import { createHash, timingSafeEqual } from 'node:crypto';
import type { Refusal } from '../model/gateway.ts';
import { MAX_BODY } from './reading.ts';
import { parseMap } from '../model/json.ts';
import { string, type Json } from './seen.ts';

/** Why a request does not pass, and what the agent is told. */
export interface Refused {
  refused: Refusal;
  status: number;
  message: string;
}

export const refusals = {
  path: {
    refused: 'path',
    status: 404,
    message: 'This gateway answers POST /v1/chat/completions, /v1/responses and /v1/messages, and GET /v1/models.',
  },
  token: { refused: 'token', status: 401, message: 'This is not the token of this run.' },
  model: { refused: 'model', status: 403, message: 'This model is not the one that was admitted.' },
  body: { refused: 'body', status: 400, message: 'The body must be a JSON object with a model.' },
  large: { refused: 'body', status: 413, message: 'The body is larger than 32 MiB.' },
  full: { refused: 'body', status: 429, message: 'Too much is being asked at the same time.' },
  limit_requests: { refused: 'limit_requests', status: 429, message: 'The run has made all its requests.' },
  limit_tokens: { refused: 'limit_tokens', status: 429, message: 'The run has used all its tokens.' },
  limit_time: { refused: 'limit_time', status: 429, message: 'The time of the run is up.' },
} as const satisfies Record<string, Refused>;

/** Whether a request shows the token, as either vendor's SDK shows it. Takes as long whatever stands there. */
export function showsToken(headers: Headers, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const shown = headers.get('authorization')?.replace(/^bearer +/i, '') ?? headers.get('x-api-key') ?? '';
  return timingSafeEqual(digest(shown), digest(token));
}

export interface Body {
  /** As it was read: of what stands twice in the body that came, the provider gets what was judged here. */
  text: string;
  bytes: number;
  json: Json;
  model: string;
  stream: boolean;
}

/** How many bytes may still be held, of all bodies together. */
export interface Room {
  bytes: number;
}

/** Several bodies of the largest size at once: an agent alone asks for less, and many together are not the engine's to hold. */
export const makeRoom = (): Room => ({ bytes: 3 * MAX_BODY });

/**
 * Names by which a provider could be asked for another model than `model` says: the same in other letters (JSON in Go does not tell them
 * apart), and the lists of routers such as OpenRouter and LiteLLM.
 */
const OTHER_MODELS = /^(models?|fallbacks)$/i;

/** Reads the body of a request. What is not a JSON object with a model is no request to a model. The room of one that is stays taken. */
export async function readRequest(request: Request, room: Room): Promise<Body | { bytes: number; why: Refused }> {
  const held: Held = { parts: [], bytes: 0 };
  let body: Body | undefined;
  try {
    const why = await hold(request, held, room);
    if (why) return { bytes: held.bytes, why };
    const read = parse(held);
    if ('refused' in read) return { bytes: held.bytes, why: read };
    body = read;
    return body;
  } finally {
    if (!body) room.bytes += held.bytes;
  }
}

interface Held {
  parts: Uint8Array[];
  bytes: number;
}

async function hold(request: Request, held: Held, room: Room): Promise<Refused | undefined> {
  for await (const part of request.body ?? []) {
    held.bytes += part.length;
    room.bytes -= part.length;
    if (held.bytes > MAX_BODY) return refusals.large;
    if (room.bytes < 0) return refusals.full;
    held.parts.push(part);
  }
  return undefined;
}

function parse({ parts, bytes }: Held): Body | Refused {
  const json = parseMap(decode(Buffer.concat(parts)) ?? '');
  const model = string(json?.['model']);
  if (!json || !model) return refusals.body;
  if (Object.keys(json).some(key => key !== 'model' && OTHER_MODELS.test(key))) return refusals.model;
  return { text: JSON.stringify(json), bytes, json, model, stream: json['stream'] === true };
}

/** Undefined for what is not UTF-8: it could not be sent on as it is. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
