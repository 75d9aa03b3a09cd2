import type { Wire } from './wire.ts';

/** Where the provider really is. Known to the harness alone; every value of it is a registered secret. */
export interface Upstream {
  /** Ends in `/v1` by convention, and is used as it stands: `${baseUrl}/chat/completions`. */
  baseUrl: string;
  /** Null for a provider that asks for none. */
  key: string | null;
}

/** Of one connection (RFC 9110, 7.6.1), of the agent's secrets, or made anew by whoever sends the request on. */
// oxfmt-ignore
const notPassedOn = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'authorization', 'x-api-key', 'cookie', 'cookie2', 'host', 'content-length', 'content-type', 'content-encoding', 'accept-encoding', 'expect', 'forwarded',
];

/** What the provider is asked with: the agent's own headers, the upstream key instead of the token of the run. */
export function requestHeaders(incoming: Headers, wire: Wire, { key }: Upstream): Record<string, string> {
  const named = (incoming.get('connection') ?? '').split(',').map(name => name.trim().toLowerCase());
  const dropped = new Set([...notPassedOn, ...named]);
  const headers: Record<string, string> = {};
  for (const [name, value] of incoming) if (!dropped.has(name)) headers[name] = value;
  headers['content-type'] = 'application/json';
  headers['accept-encoding'] = 'identity'; // a reply that cannot be read cannot be judged
  if (key !== null) headers['authorization'] = `Bearer ${key}`;
  if (wire.api === 'anthropic-messages') {
    headers['anthropic-version'] ??= '2023-06-01';
    if (key !== null) headers['x-api-key'] = key;
  }
  return headers;
}

/** What a client does about a failure (RFC 9110, 10.2.3, and the SDKs of both vendors). */
const retryHeaders: Record<string, RegExp> = {
  'retry-after': /^(\d{1,6}(\.\d{1,6})?|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/,
  'retry-after-ms': /^\d{1,9}(\.\d{1,6})?$/,
  'x-should-retry': /^(true|false)$/,
};

/** What of the provider's headers the agent gets: those that it acts on, where they are nothing but that. */
export function responseHeaders(upstream: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(retryHeaders).flatMap(([name, form]) => {
      const value = upstream.get(name);
      return value !== null && form.test(value) ? [[name, value]] : [];
    }),
  );
}
