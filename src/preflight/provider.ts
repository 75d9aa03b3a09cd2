import { probeProvider } from '../gateway/index.ts';
import type { PreflightCheck } from './index.ts';
import { upstreamOf } from './upstream.ts';

/** How long a provider may take for one answer of the probe: a cold model loads first. */
const PROBE_MS = 60_000;

/** The address of the provider is given, and what it needs to let us in. */
export const providerConfigured: PreflightCheck = ({ plan, admitted }) => {
  if (!admitted.model) return undefined;
  const upstream = upstreamOf(admitted.model.value.connection, plan.env);
  if ('code' in upstream) return upstream;
  admitted.upstream = upstream;
  return undefined;
};

/** The provider answers in a shape that a backend can use: asked for real, with a realistic budget, whole and streamed. */
export const providerAnswers: PreflightCheck = async ({ admitted, signal }, ports) => {
  const { model, upstream } = admitted;
  if (!model || !upstream) return undefined;
  const { model: id, api, response_shape: shape } = model.value;
  const job = { upstream, model: id, api, maxTokens: shape.probe_max_tokens, shim: shape.shim, timeoutMs: PROBE_MS, signal };
  const { finding, ...probe } = await probeProvider(job, ports);
  admitted.probe = probe;
  return finding ?? undefined;
};
