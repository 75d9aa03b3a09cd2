import type { Finding } from '../model/blocker.ts';
import { PROBE_TEXT, type Api, type GatewayLine, type Shim } from '../model/gateway.ts';
import type { Ports } from '../ports.ts';
import { ask } from './exchange.ts';
import { namesWithout } from './lines.ts';
import type { Outcome } from './progress.ts';
import { isEchoOf } from './summarize.ts';
import { requestHeaders, type Upstream } from './upstream.ts';
import { wires } from './wire.ts';

export interface ProbeJob {
  upstream: Upstream;
  model: string;
  api: Api;
  /** A realistic budget: at 32 tokens a model that thinks first looks as if it did nothing else. */
  maxTokens: number;
  shim: Shim;
  /** For each of the two requests. Default 60 s: content after a delay is fine. */
  timeoutMs?: number;
  signal: AbortSignal;
}

/** One of the two requests, in the words of the gateway's log. */
export interface ProbeAttempt extends Pick<
  GatewayLine,
  'stream' | 'status' | 'shape' | 'echoed_model' | 'tokens' | 'elapsed_ms' | 'repair'
> {}

export interface ProbeResult {
  ok: boolean;
  /** Why a run may not start; null when it may. */
  finding: Finding | null;
  attempts: ProbeAttempt[];
}

const TIMEOUT_MS = 60_000;

/** Asks the provider one fixed question, without a stream and with one, the way that the agent's requests will take. Stops at the first that brings no answer. */
export async function probeProvider(job: ProbeJob, ports: Pick<Ports, 'http' | 'clock'>): Promise<ProbeResult> {
  const attempts: ProbeAttempt[] = [];
  for (const stream of [false, true]) {
    const { attempt, outcome } = await probe(job, stream, ports);
    attempts.push(attempt);
    const finding = findingOf(outcome, job, stream);
    if (finding) return { ok: false, finding, attempts };
  }
  return { ok: true, finding: null, attempts };
}

async function probe(job: ProbeJob, stream: boolean, ports: Pick<Ports, 'http' | 'clock'>) {
  const { upstream, model, shim, maxTokens } = job;
  const wire = wires[job.api];
  const startedAt = ports.clock.monotonic();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), job.timeoutMs ?? TIMEOUT_MS);
  const signal = AbortSignal.any([job.signal, late.signal]);
  try {
    const body = JSON.stringify(wire.question(PROBE_TEXT, model, maxTokens, stream));
    const headers = requestHeaders(new Headers(), wire, upstream);
    const exchange = await ask({ wire, body, headers, search: '', model, shim, signal }, upstream, ports);
    await drain(exchange.response);
    const outcome = await exchange.outcome;
    const { status, shape, tokens, repair } = outcome;
    const echoed_model = namesWithout([upstream.key, upstream.baseUrl])(outcome.echoed_model);
    const elapsed_ms = Math.round(ports.clock.monotonic() - startedAt);
    return { outcome, attempt: { stream, status, shape, echoed_model, tokens, elapsed_ms, repair } };
  } finally {
    clearTimeout(timer);
  }
}

/** To its end; what ends it early stands in the outcome. */
async function drain({ body }: Response): Promise<void> {
  const reader = body?.getReader();
  try {
    while (reader && !(await reader.read()).done);
  } catch {
    // cut
  }
}

function findingOf({ shape, cause, upstream_status, echoed_model }: Outcome, job: ProbeJob, stream: boolean): Finding | null {
  const how = stream ? 'with a stream' : 'without a stream';
  const unavailable = (what: string, why: Finding['cause']): Finding => ({
    code: 'provider_unavailable',
    detail: `the provider ${what} (probe ${how})`,
    cause: why,
  });
  const wrongShape = (what: string): Finding => ({ code: 'provider_response_shape', detail: `the probe ${how} got ${what}` });
  const within = `within ${(job.timeoutMs ?? TIMEOUT_MS) / 1000} s`;
  switch (shape) {
    case 'content':
      if (isEchoOf(echoed_model, job.model)) return null;
      return wrongShape(echoed_model === null ? 'an answer that names no model' : `an answer of another model than ${job.model}`);
    case 'refused':
      return unavailable('does not answer at its address', cause ?? 'connection_refused');
    case 'error':
      return unavailable(
        upstream_status === 200 ? 'reported an error' : `answered with status ${upstream_status}`,
        cause ?? 'server_error',
      );
    case 'silent':
      return unavailable(`did not answer ${within}`, 'server_error');
    case 'cut':
      return unavailable(cause ? 'broke off its answer' : `did not finish its answer ${within}`, 'server_error');
    case 'malformed':
      return unavailable('answered with something that is not of its protocol', 'server_error');
    case 'reasoning_only':
      return wrongShape(`reasoning and no content, at a budget of ${job.maxTokens} tokens`);
    case 'tool_calls':
      return wrongShape('a tool call, though no tool was offered');
    case 'empty':
      return wrongShape('an empty answer');
  }
}
