/** A gateway before a provider, as the tests of the seam open it. */
import { openGateway, type GatewayJob } from '../gateway/index.ts';
import { GatewayLine, type Api } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { aProvider, PATHS, type Answer } from './provider.ts';

export const SECRETS = { key: 'sk-upstream-key-0001', token: 'run-token-0001', path: 'secret-path-0001' };

export const apis = Object.keys(PATHS) as Api[];
export const forms = apis.flatMap(api => [true, false].map(stream => [api, stream] as const));

/** Opens both; every line is held against its schema. */
export async function aGateway(answer: Answer, over: Partial<GatewayJob> = {}) {
  const provider = await aProvider(answer);
  const lines: GatewayLine[] = [];
  const gateway = await openGateway(
    {
      upstream: { baseUrl: provider.baseUrl, key: SECRETS.key },
      model: 'm1',
      api: 'openai-completions',
      token: SECRETS.token,
      shim: 'off',
      limits: { requests: 1000, tokens: 1_000_000, timeMs: 60_000 },
      private: false,
      onLog: line => void lines.push(GatewayLine.parse(line)),
      signal: new AbortController().signal,
      ...over,
    },
    nodePorts(),
  );
  /** Asks as an agent does. */
  const ask = (
    api: Api,
    stream: boolean,
    init: { body?: string; headers?: Record<string, string>; signal?: AbortSignal; path?: string } = {},
  ) =>
    fetch(`${gateway.baseUrl}${init.path ?? PATHS[api]}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${SECRETS.token}`, ...init.headers },
      body: init.body ?? JSON.stringify({ model: 'm1', stream, messages: [] }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
  return {
    ask,
    lines,
    gateway,
    provider,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** All of a body, or what it ended with. */
export const bytesOf = async (response: Response): Promise<string> => {
  try {
    return await response.text();
  } catch {
    return 'CUT';
  }
};
