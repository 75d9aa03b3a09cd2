import type { Bundle } from '../evidence/bundle.ts';
import type { ClosedLog } from '../evidence/log-sink.ts';
import { openGateway, type Upstream } from '../gateway/index.ts';
import type { ModelAdmission } from '../model/admission.ts';
import type { Contract } from '../model/contract.ts';
import type { GatewayFacts, GatewayLine } from '../model/gateway.ts';
import type { Ports } from '../ports.ts';
import type { ModelAccess } from './backend.ts';

/** What preflight allowed a backend that uses a model. */
export interface Allowed {
  model: ModelAdmission;
  upstream: Upstream;
  /** What the agent shows in the place of a key. */
  token: string;
}

/** How long the way stays open beyond the limit of the backend. */
const GRACE_MS = 10_000;

/** The request log, in the bundle. */
export const GATEWAY = 'backend/gateway.jsonl';

interface OpenAccess extends AsyncDisposable {
  access: ModelAccess;
  /** Closes the way and its log; call it when the last process is dead. */
  close(): Promise<{ facts: GatewayFacts; log: ClosedLog }>;
}

/** Opens the only way that an agent has to its model, and writes down what goes over it. */
export async function openAccess(
  { model, upstream, token }: Allowed,
  { contract, bundle, signal }: { contract: Contract; bundle: Bundle; signal: AbortSignal },
  ports: Ports,
): Promise<OpenAccess> {
  const lines: GatewayLine[] = [];
  // its lines are bounded by the gateway itself; one that is cut would add up to nothing
  const log = bundle.openLog(GATEWAY, { maxBytes: Infinity });
  const gateway = await openGateway(
    {
      upstream,
      model: model.model,
      api: model.api,
      token,
      shim: model.response_shape.shim,
      // the backend runs out of time first: its end is told by its own limit
      limits: { ...model.limits, timeMs: contract.limits.backend_ms + GRACE_MS },
      private: true,
      onLog(line) {
        lines.push(line);
        log.push(`${JSON.stringify(line)}\n`);
      },
      signal,
    },
    ports,
  );
  return {
    access: { baseUrl: gateway.baseUrl, token, model, served: gateway.served, lines: () => lines },
    async close() {
      await gateway[Symbol.asyncDispose]();
      return { facts: gateway.summary(), log: log.close() };
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}
