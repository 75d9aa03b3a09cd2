import { parseMap } from '../model/json.ts';
import { createParser } from 'eventsource-parser';
import type { Seen } from './seen.ts';
import type { OwnEvent, Wire } from './wire.ts';

/** More than any event, or any whole reply, has. */
const MAX_EVENT = 8 * 1024 * 1024;
export const MAX_BODY = 32 * 1024 * 1024;

const [LF, CR] = [10, 13];

/**
 * Reads a stream of events and hands it on, event by event, in the bytes that it came in. An event in which the provider says that
 * it failed is not handed on: its text is the provider's. Then the stream is over.
 * @throws what the stream ends with when it is cut
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>, wire: Wire, seen: Seen): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let events = 0;
  let broken = false;
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent(event) {
      events++;
      try {
        wire.readEvent(event, seen);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        seen.malformed = true;
      }
    },
  });
  const read = (block: Uint8Array) => {
    if (broken) return;
    try {
      parser.feed(decoder.decode(block, { stream: true }));
    } catch {
      broken = true; // an event larger than the parser takes
      seen.malformed = true;
    }
  };

  let bytes = 0;
  for await (const blocks of blocksOf(body)) {
    const good: Uint8Array[] = [];
    for (const block of blocks) {
      bytes += block.length;
      read(block);
      if (seen.failed) break;
      good.push(block);
    }
    if (good.length > 0) yield join(good);
    if (seen.failed) return;
  }
  if (!broken) parser.reset({ consume: true });
  if (events === 0 && bytes > 0) seen.malformed = true;
}

/** Cuts bytes after each empty line, which is where an event ends. What stands after the last one comes by itself. */
async function* blocksOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let lineBytes = 0;
  for await (const chunk of body) {
    const blocks: Uint8Array[] = [];
    const cut = (from: number, end: number) => {
      blocks.push(join([...pending, chunk.subarray(from, end)]));
      pending = [];
      pendingBytes = 0;
      return end;
    };
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === LF) {
        if (lineBytes === 0) from = cut(from, i + 1);
        lineBytes = 0;
      } else if (chunk[i] !== CR) lineBytes++;
    }
    if (from < chunk.length) {
      if (pendingBytes + chunk.length - from > MAX_EVENT) cut(from, chunk.length);
      else {
        pending.push(chunk.subarray(from));
        pendingBytes += chunk.length - from;
      }
    }
    if (blocks.length > 0) yield blocks;
  }
  if (pending.length > 0) yield [join(pending)];
}

const join = (parts: readonly Uint8Array[]): Uint8Array => (parts.length === 1 ? parts[0]! : Buffer.concat(parts));

/** All of a body, or undefined when it is larger than anybody sends. @throws what it ends with when it is cut */
export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MAX_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Reads a reply that came whole. */
export function readBody(body: Uint8Array | undefined, wire: Wire, seen: Seen): void {
  const parsed = body && parseMap(new TextDecoder().decode(body));
  if (parsed) wire.readBody(parsed, seen);
  else seen.malformed = true;
}

/** An event of our own, as bytes. */
export const writeEvent = ({ event, data }: OwnEvent): Uint8Array =>
  Buffer.from(`${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
