import type { GatewayLine, Shim } from '../model/gateway.ts';
import type { Ports } from '../ports.ts';
import { parseMap } from '../model/json.ts';
import { nothingSeen, type Seen } from './seen.ts';
import { isEchoOf } from './summarize.ts';
import type { Upstream } from './upstream.ts';
import type { Wire } from './wire.ts';

/** One request to the provider. */
export interface Question {
  wire: Wire;
  /** The body, sent as it is. */
  body: string;
  headers: Record<string, string>;
  /** Of the URL, `?` included; or empty. */
  search: string;
  model: string;
  shim: Shim;
  signal: AbortSignal;
}

/** What became of it, as the log has it. */
export type Outcome = Pick<
  GatewayLine,
  'status' | 'upstream_status' | 'cause' | 'shape' | 'echoed_model' | 'tokens' | 'bytes_out' | 'repair' | 'finish'
> & {
  /** When the first byte of a reply came; see `Clock.monotonic`. */
  firstByteAt: number | null;
  /** Characters that the model wrote: what a reply without usage is charged by. */
  chars: number;
};

/** What an exchange gathers while it goes on. */
export interface Progress {
  question: Question;
  send(body: string): Promise<Response>;
  outcome: Outcome;
  /** Of every request that was sent for it. */
  readings: Seen[];
  /** The reply that the agent gets; the last, unless a repair came to nothing. */
  given: Seen;
  now(): number;
}

// oxfmt-ignore
const nothingYet = (): Outcome => ({
  status: null, upstream_status: null, cause: null, shape: 'silent', echoed_model: null, repair: null, finish: null,
  tokens: { input: null, output: null }, bytes_out: 0, firstByteAt: null, chars: 0,
});

export function beginExchange(question: Question, upstream: Upstream, { http, clock }: Pick<Ports, 'http' | 'clock'>): Progress {
  const { wire, headers, search, signal } = question;
  const seen = nothingSeen();
  return {
    question,
    send: body => http.fetch(`${upstream.baseUrl}${wire.path}${search}`, { method: 'POST', headers, body, signal }),
    outcome: nothingYet(),
    readings: [seen],
    given: seen,
    now: () => clock.monotonic(),
  };
}

/** Sends the request once more with reasoning off. Undefined where that brings no reply of the same kind. */
export async function reask(progress: Progress, asStream: boolean): Promise<{ body: AsyncIterable<Uint8Array>; seen: Seen } | undefined> {
  const { question, outcome } = progress;
  outcome.repair = 'reask';
  const body = JSON.stringify(question.wire.withoutReasoning(parseMap(question.body) ?? {}));
  const reply = await tryTo(() => progress.send(body));
  if (!reply) return undefined;
  outcome.upstream_status = reply.status;
  if (reply.status >= 300 || !reply.body || isStream(reply) !== asStream) {
    void reply.body?.cancel().catch(() => {});
    return undefined;
  }
  const seen = nothingSeen();
  progress.readings.push(seen);
  return { body: reply.body, seen };
}

/** Notes when the first byte of all came. */
export async function* timed(progress: Progress, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    progress.outcome.firstByteAt ??= progress.now();
    yield chunk;
  }
}

/** The outcome, once nothing more comes: what was read of the given reply, and the tokens of all of them. */
export function settle({ question, outcome, readings, given }: Progress): Outcome {
  const total = (name: 'input' | 'output') => {
    const counts = readings.flatMap(seen => seen[name] ?? []);
    return counts.length === 0 ? null : counts.reduce((sum, one) => sum + one);
  };
  outcome.tokens = { input: total('input'), output: total('output') };
  outcome.chars = readings.reduce((sum, { chars }) => sum + chars, 0);
  // a reply may change its model on the way: the name that was not asked for is the one to know
  outcome.echoed_model = given.models.find(name => !isEchoOf(name, question.model)) ?? given.models[0] ?? null;
  outcome.finish = given.finish;
  return outcome;
}

/** Whatever is no stream of events is read as a whole, and then it is JSON or no answer. */
export const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === 'text/event-stream';

/** Undefined where nobody answers, or the signal ends it. */
export async function tryTo(send: () => Promise<Response>): Promise<Response | undefined> {
  try {
    return await send();
  } catch {
    return undefined;
  }
}
