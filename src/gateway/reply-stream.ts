import type { Exchange } from './exchange.ts';
import { reask, settle, timed, type Outcome, type Progress } from './progress.ts';
import { MAX_BODY, readEvents, writeEvent } from './reading.ts';
import { isUsable, shapeOf, type Seen } from './seen.ts';
import { fillFrom, needsRepair } from './shim.ts';

/** How often something is heard of a reply that is held back: clients take silence for a broken connection, and ask again. */
const SIGN_OF_LIFE_MS = 5000;
const SIGN_OF_LIFE = Buffer.from(': held\n\n');

/** A reply that comes piece by piece: handed on as it comes, unless the shim has to know first what it is. */
export function replyStream(progress: Progress, body: AsyncIterable<Uint8Array>): Exchange {
  const { question, outcome } = progress;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const events = readEvents(timed(progress, body), question.wire, progress.given);
  const pieces = question.shim === 'off' ? events : held(progress, events);

  let over = false;
  /** `left`: by the agent. */
  const finish = (ending: 'whole' | 'cut' | 'left') => {
    if (over) return;
    over = true;
    const { given } = progress;
    const givenUp = ending === 'left' || question.signal.aborted;
    if (outcome.repair !== 'fill') outcome.shape = shapeOf(given);
    // what the connection does after the protocol's own end is nobody's loss
    if (ending !== 'whole' && !given.ended) outcome.shape = outcome.firstByteAt === null && givenUp ? 'silent' : 'cut';
    if (['error', 'malformed'].includes(outcome.shape) || (outcome.shape === 'cut' && !givenUp)) outcome.cause = 'server_error';
    resolve(settle(progress));
  };
  const pieceAfterPiece = async function* () {
    for await (const piece of pieces) yield piece;
    if (progress.given.failed) yield writeEvent(question.wire.errorEvent('The provider reported an error.', 'provider_error'));
  };
  const iterator = pieceAfterPiece();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next();
          if (done) {
            finish('whole');
            controller.close();
            return;
          }
          outcome.bytes_out += value.length;
          controller.enqueue(value);
        } catch (error) {
          finish('cut');
          throw error;
        }
      },
      cancel() {
        finish('left');
        // its last read may never end by itself; the signal of the request ends it
        void iterator.return(undefined).catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
  return { response: new Response(stream, { status: outcome.status ?? 200, headers }), outcome: promise };
}

/** Holds a reply back until it is known to have text or a tool call; one that turns out to have neither is repaired. */
async function* held(progress: Progress, events: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { question, outcome } = progress;
  const first = yield* untilUsable(events, progress.given);
  if (first.usable || !needsRepair(progress.given)) {
    yield* first.pieces;
    yield* first.rest;
    return;
  }
  if (question.shim === 'reask') {
    const reply = yield* whileAlive(reask(progress, true));
    const better = reply && (yield* untilUsable(readEvents(timed(progress, reply.body), question.wire, reply.seen), reply.seen));
    if (reply && better?.usable) {
      progress.given = reply.seen;
      yield* better.pieces;
      yield* better.rest;
      return;
    }
  } else {
    const filled = fillFrom(progress.given, question.model);
    if (filled) {
      outcome.repair = 'fill';
      outcome.shape = filled.hadEnvelope ? 'reasoning_only' : 'content';
      for (const event of question.wire.fillEvents(filled)) yield writeEvent(event);
      return;
    }
  }
  yield* first.pieces;
}

/** The beginning of a reply, as far as it had to be held back. */
interface Beginning {
  pieces: Uint8Array[];
  /** What follows. */
  rest: AsyncIterable<Uint8Array>;
  /** Nothing is left to wait for: it is usable, or there is too much of it, or it failed. False: it is over, and was not. */
  usable: boolean;
}

async function* untilUsable(events: AsyncGenerator<Uint8Array>, seen: Seen): AsyncGenerator<Uint8Array, Beginning> {
  yield SIGN_OF_LIFE;
  const pieces: Uint8Array[] = [];
  for (let bytes = 0; bytes <= MAX_BODY && !isUsable(seen);) {
    try {
      const { done, value } = yield* whileAlive(events.next());
      if (done) return { pieces, rest: nothing(), usable: seen.failed };
      pieces.push(value);
      bytes += value.length;
    } catch (error) {
      return { pieces, rest: failing(error), usable: true };
    }
  }
  return { pieces, rest: events, usable: true };
}

/** Waits, and gives a sign of life while it does. */
async function* whileAlive<T>(event: Promise<T>): AsyncGenerator<Uint8Array, T> {
  const come = event.then(
    () => true,
    () => true,
  );
  for (;;) {
    const { promise: passed, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), SIGN_OF_LIFE_MS);
    const isThere = await Promise.race([come, passed]);
    clearTimeout(timer);
    if (isThere) return await event;
    yield SIGN_OF_LIFE;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const failing = (error: unknown): AsyncIterable<Uint8Array> => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) });
