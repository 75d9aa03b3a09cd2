import type { Cause } from '../model/blocker.ts';
import type { Ports } from '../ports.ts';
import { beginExchange, isStream, reask, settle, timed, tryTo, type Outcome, type Progress, type Question } from './progress.ts';
import { readBody, readWhole } from './reading.ts';
import { replyStream } from './reply-stream.ts';
import { isUsable, shapeOf } from './seen.ts';
import { fillFrom, needsRepair } from './shim.ts';
import { responseHeaders, type Upstream } from './upstream.ts';

export interface Exchange {
  /** For the agent. Its body has to be read to the end, or cancelled, for `outcome` to come. */
  response: Response;
  /** Never rejects. */
  outcome: Promise<Outcome>;
}

/** Sends a question on and gives the answer back: the provider's own bytes, and where something is wrong, words of ours. */
export async function ask(question: Question, upstream: Upstream, ports: Pick<Ports, 'http' | 'clock'>): Promise<Exchange> {
  const progress = beginExchange(question, upstream, ports);
  const reply = await tryTo(() => progress.send(question.body));
  if (!reply) {
    if (question.signal.aborted) return failed(progress, { status: 499, message: 'The request was given up.', given: null });
    return failed(progress, {
      status: 502,
      message: 'Nobody answers at the address of the provider.',
      shape: 'refused',
      cause: 'connection_refused',
    });
  }
  const { status } = reply;
  progress.outcome.upstream_status = status;
  if (status >= 300) {
    void reply.body?.cancel().catch(() => {});
    const [own, message] =
      status >= 400 ? [status, `The provider answered with status ${status}.`] : [502, 'The provider answered with a redirect.'];
    return failed(progress, { status: own, message, shape: 'error', cause: causeOf(status), headers: responseHeaders(reply.headers) });
  }
  if (!reply.body || reply.headers.has('content-encoding')) {
    void reply.body?.cancel().catch(() => {});
    return notAnAnswer(progress);
  }
  progress.outcome.status = status;
  if (isStream(reply)) return replyStream(progress, reply.body);
  return wholeReply(progress, reply.body);
}

/** A reply in one piece: read, judged and only then handed on. */
async function wholeReply(progress: Progress, body: AsyncIterable<Uint8Array>): Promise<Exchange> {
  const { question, outcome } = progress;
  let bytes = await readInto(progress, body);
  if (bytes === 'cut')
    return failed(progress, { status: 502, message: 'The answer of the provider broke off.', shape: 'cut', cause: 'server_error' });
  const shape = shapeOf(progress.given);
  if (shape === 'error')
    return failed(progress, { status: 502, message: 'The provider answered with an error.', shape, cause: 'server_error' });
  if (shape === 'malformed') return notAnAnswer(progress);
  outcome.shape = shape;

  if (question.shim === 'reask' && needsRepair(progress.given)) bytes = (await reaskWhole(progress)) ?? bytes;
  if (question.shim === 'fill' && needsRepair(progress.given)) {
    const filled = fillFrom(progress.given, question.model);
    if (filled) {
      outcome.repair = 'fill';
      if (!filled.hadEnvelope) outcome.shape = 'content';
      bytes = Buffer.from(JSON.stringify(question.wire.fillBody(filled)));
    }
  }
  outcome.bytes_out = bytes.length;
  return { response: own(outcome.status ?? 200, 'application/json', bytes), outcome: Promise.resolve(settle(progress)) };
}

async function readInto(progress: Progress, body: AsyncIterable<Uint8Array>): Promise<Uint8Array | 'cut'> {
  try {
    const bytes = await readWhole(timed(progress, body));
    readBody(bytes, progress.question.wire, progress.given);
    return bytes ?? Buffer.alloc(0);
  } catch {
    return 'cut';
  }
}

/** The same request with reasoning off: its answer, if it has what the first had not. */
async function reaskWhole(progress: Progress): Promise<Uint8Array | undefined> {
  const reply = await reask(progress, false);
  if (!reply) return undefined;
  const first = progress.given;
  const second = reply.seen;
  progress.given = second;
  const bytes = await readInto(progress, reply.body);
  if (bytes !== 'cut' && isUsable(second) && !second.failed) {
    progress.outcome.shape = shapeOf(second);
    return bytes;
  }
  progress.given = first;
  return undefined;
}

interface Failure {
  status: number;
  message: string;
  shape?: Outcome['shape'];
  cause?: Cause;
  headers?: Record<string, string>;
  /** What the log says that the agent got, where that is not `status`. */
  given?: null;
}

/** An error in the words of the protocol and of ours: what the provider says of one may name its address, or the key. */
function failed(progress: Progress, { status, message, shape, cause, headers, given }: Failure): Exchange {
  const bytes = Buffer.from(JSON.stringify(progress.question.wire.error(message, 'provider_error')));
  const { outcome } = progress;
  outcome.status = given === null ? null : status;
  outcome.bytes_out = given === null ? 0 : bytes.length;
  outcome.shape = shape ?? outcome.shape;
  outcome.cause = cause ?? null;
  return { response: own(status, 'application/json', bytes, headers), outcome: Promise.resolve(settle(progress)) };
}

/** A page of HTML, say, under a status that promises an answer. The status stays, so that the agent does what it would have done. */
function notAnAnswer(progress: Progress): Exchange {
  const bytes = Buffer.from('What the provider sent is not an answer of its protocol.\n');
  const { outcome } = progress;
  const status = outcome.upstream_status === 200 ? 200 : 502;
  Object.assign(outcome, { status, bytes_out: bytes.length, shape: 'malformed', cause: 'server_error' });
  return { response: own(status, 'text/plain', bytes), outcome: Promise.resolve(settle(progress)) };
}

function own(status: number, type: string, bytes: Uint8Array, headers: Record<string, string> = {}): Response {
  return new Response(Buffer.from(bytes), { status, headers: { 'content-type': type, ...headers } });
}

function causeOf(status: number): Cause {
  if (status === 401 || status === 403) return 'unauthorized';
  return status === 429 ? 'rate_limited' : 'server_error';
}
