import { createHash, timingSafeEqual } from 'node:crypto';
import type { Refusal } from '../model/gateway.ts';
import { MAX_BODY, parseObject } from './reading.ts';
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
  /** As it came. */
  text: string;
  bytes: number;
  json: Json;
  model: string;
  stream: boolean;
}

/** Reads the body of a request. What is not a JSON object with a model is no request to a model. */
export async function readRequest(request: Request): Promise<Body | { bytes: number; why: Refused }> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BODY) return { bytes, why: refusals.large };
    parts.push(part);
  }
  const text = decode(Buffer.concat(parts));
  const json = text === undefined ? undefined : parseObject(text);
  const model = string(json?.['model']);
  if (text === undefined || !json || !model) return { bytes, why: refusals.body };
  return { text, bytes, json, model, stream: json['stream'] === true };
}

/** Undefined for what is not UTF-8: it could not be sent on as it is. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
