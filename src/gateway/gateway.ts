import type { Api, GatewayFacts, GatewayLine, Shim } from '../model/gateway.ts';
import type { Ports, Served } from '../ports.ts';
import { makeRoom, readRequest, refusals, showsToken, type Body, type Refused } from './admit.ts';
import { ask } from './exchange.ts';
import { emptyLine, namesWithout } from './lines.ts';
import { modelList } from './model-list.ts';
import type { Outcome } from './progress.ts';
import { summarize } from './summarize.ts';
import { requestHeaders, type Upstream } from './upstream.ts';
import { wireOf, wires, type Wire } from './wire.ts';

/** What a gateway is opened for. */
export interface GatewayJob {
  upstream: Upstream;
  /** The admitted model: the only one that passes. */
  model: string;
  api: Api;
  /** What the agent has to show; worthless outside the run. */
  token: string;
  shim: Shim;
  /** `timeMs` from the opening on. */
  limits: { requests: number; tokens: number; timeMs: number };
  /** Whether a network namespace of its own is wanted. */
  private: boolean;
  /** Hears of every exchange when it is over. */
  onLog(line: GatewayLine): void;
  /** The end of the run ends every exchange. */
  signal: AbortSignal;
}

/** A gateway between one agent and one provider. Disposal ends every exchange, and the lines of all of them are written when it is done; it throws what `onLog` threw. */
export interface Gateway extends AsyncDisposable {
  served: Served;
  /** `http://127.0.0.1:PORT/v1` */
  baseUrl: string;
  token: string;
  /** Of the exchanges that are over. `connections` are for whoever supervised the agent to add. */
  summary(): GatewayFacts;
}

/** What is known of a request when it has come. */
type Asked = Pick<GatewayLine, 'time' | 'method' | 'path' | 'api' | 'asked_model' | 'stream' | 'bytes_in'> & { at: number };

/** About what a token is in English and in code: the charge for a reply that says nothing of usage. */
const CHARS_PER_TOKEN = 4;
const LONGEST_MS = 2 ** 31 - 1;
/** More refusals than this are not written down: an agent chooses how many there are. */
const MAX_REFUSED = 1000;

/** Opens a gateway on the loopback. Everything passes unchanged but the address, the token and, where a shim is admitted, a reply that is reasoning alone. */
export async function openGateway(job: GatewayJob, ports: Ports): Promise<Gateway> {
  const { upstream, token, limits } = job;
  const openedAt = ports.clock.monotonic();
  const lines: GatewayLine[] = [];
  const name = namesWithout([token, upstream.key, upstream.baseUrl]);
  const closing = new AbortController();
  const timeIsUp = new AbortController();
  const timer = setTimeout(() => timeIsUp.abort(), Math.min(limits.timeMs, LONGEST_MS));
  timer.unref();
  const going = new Set<Promise<void>>();
  const room = makeRoom();
  let refusedOnes = 0;
  let requests = 0;
  let tokens = 0;
  let logError: unknown;

  const write = ({ at, ...asked }: Asked, what: Partial<GatewayLine>) => {
    const elapsed_ms = Math.round(ports.clock.monotonic() - at);
    const line: GatewayLine = { seq: lines.length + 1, ...emptyLine, ...asked, ...what, elapsed_ms };
    lines.push(line);
    try {
      job.onLog(line);
    } catch (error) {
      logError ??= error;
    }
  };
  const refuse = (asked: Asked, { refused, status, message }: Refused, wire = wires[job.api]): Response => {
    const body = JSON.stringify(wire.error(message, `gateway_${refused}`));
    if (++refusedOnes <= MAX_REFUSED) write(asked, { refused, status, bytes_out: Buffer.byteLength(body) });
    // whoever asks again gets the same answer
    return new Response(body, { status, headers: { 'content-type': 'application/json', 'x-should-retry': 'false' } });
  };
  const limitReached = (): Refused | undefined => {
    if (timeIsUp.signal.aborted || ports.clock.monotonic() - openedAt >= limits.timeMs) return refusals.limit_time;
    if (requests >= limits.requests) return refusals.limit_requests;
    return tokens >= limits.tokens ? refusals.limit_tokens : undefined;
  };
  const settled = (asked: Asked, body: Body, { firstByteAt, chars, ...outcome }: Outcome, refused: Refused | undefined) => {
    const { input, output } = outcome.tokens;
    tokens += (input ?? body.text.length / CHARS_PER_TOKEN) + (output ?? chars / CHARS_PER_TOKEN);
    write(asked, {
      ...outcome,
      ...(refused ? { refused: refused.refused, status: refused.status } : {}),
      echoed_model: name(outcome.echoed_model),
      finish: name(outcome.finish),
      first_byte_ms: firstByteAt === null ? null : Math.round(firstByteAt - asked.at),
    });
  };

  const forward = async (request: Request, wire: Wire, asked: Asked, body: Body): Promise<Response> => {
    const signal = AbortSignal.any([request.signal, job.signal, closing.signal, timeIsUp.signal]);
    const { search } = new URL(request.url);
    const headers = requestHeaders(request.headers, wire, upstream);
    const question = { wire, body: body.text, headers, search, model: job.model, shim: job.shim, signal };
    const { response, outcome } = await ask(question, upstream, ports);
    const late = timeIsUp.signal.aborted && response.status === 499 ? refusals.limit_time : undefined;
    const logged = outcome.then(what => {
      room.bytes += body.bytes;
      settled(asked, body, what, late);
    });
    going.add(logged);
    void logged.finally(() => going.delete(logged)).catch(() => {});
    if (!late) return response;
    return Response.json(wire.error(late.message, `gateway_${late.refused}`), {
      status: late.status,
      headers: { 'x-should-retry': 'false' },
    });
  };

  const handle = async (request: Request): Promise<Response> => {
    const at = ports.clock.monotonic();
    const time = new Date(ports.clock.now()).toISOString();
    const { pathname } = new URL(request.url);
    const wire = request.method === 'POST' ? wireOf(pathname) : undefined;
    const blank = { asked_model: null, stream: false, bytes_in: 0 };
    const asked: Asked = { time, at, method: name(request.method) ?? '?', path: name(pathname) ?? '?', api: wire?.api ?? null, ...blank };
    if (!showsToken(request.headers, token)) return refuse(asked, refusals.token, wire);
    if (request.method === 'GET' && pathname === '/v1/models') return Response.json(modelList(job.api, job.model));
    if (!wire) return refuse(asked, refusals.path);

    const body = await readRequest(request, room);
    if ('why' in body) return refuse({ ...asked, bytes_in: body.bytes }, body.why, wire);
    const full = { ...asked, bytes_in: body.bytes, asked_model: name(body.model), stream: body.stream };
    const why = body.model === job.model ? limitReached() : refusals.model;
    if (why) {
      room.bytes += body.bytes;
      return refuse(full, why, wire);
    }
    requests++;
    return forward(request, wire, full, body);
  };

  const served = await ports.http.serve(tracked(handle, going), { private: job.private });
  return {
    served,
    baseUrl: `${served.origin}/v1`,
    token,
    summary: () => ({ ...summarize(lines), network: served.network, refused_destinations: [...served.refused], connections: [] }),
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      closing.abort();
      await served[Symbol.asyncDispose]();
      while (going.size > 0) await Promise.allSettled(going);
      if (logError) throw logError;
    },
  };
}

/** Notes which answers are still being made. */
const tracked =
  (handle: (request: Request) => Promise<Response>, going: Set<Promise<void>>) =>
  async (request: Request): Promise<Response> => {
    const answer = handle(request);
    const over = answer.then(
      () => {},
      () => {},
    );
    going.add(over);
    void over.then(() => going.delete(over));
    return answer;
  };
