import type { Upstream } from '../gateway/index.ts';
import type { Connection } from '../model/admission.ts';
import type { Cause, Finding } from '../model/blocker.ts';

/** What is given at run time for each way to reach a provider. Every value of these is a registered secret. */
export const connections: Record<Connection, { url: string; key: string; keyRequired: boolean; cause: Cause }> = {
  local: {
    url: 'CTO_HARNESS_CASE_LOCAL_BASE_URL',
    key: 'CTO_HARNESS_CASE_LOCAL_API_KEY',
    keyRequired: false,
    cause: 'local_config_missing',
  },
  api_key: { url: 'CTO_HARNESS_CASE_API_BASE_URL', key: 'CTO_HARNESS_CASE_API_KEY', keyRequired: true, cause: 'local_config_missing' },
  auth_bridge: {
    url: 'CTO_HARNESS_CASE_AUTH_BRIDGE_URL',
    key: 'CTO_HARNESS_CASE_AUTH_BRIDGE_TOKEN',
    keyRequired: false,
    cause: 'auth_bridge_missing',
  },
};

/** Where the requests of a run go. Neither address nor key ever reaches a backend. */
export function upstreamOf(connection: Connection, env: Readonly<Record<string, string>>): Upstream | Finding {
  const { url, key, keyRequired, cause } = connections[connection];
  const refuse = (detail: string): Finding => ({ code: 'provider_unavailable', cause, detail });
  const address = env[url]?.trim().replace(/\/+$/, '') ?? '';
  if (address === '') return refuse(connection === 'auth_bridge' ? `no auth bridge is proven: ${url} is not set` : `${url} is not set`);
  if (!isHttp(address)) return refuse(`${url} is no http or https address`);
  const secret = env[key]?.trim() ?? '';
  if (keyRequired && secret === '') return refuse(`${key} is not set`);
  return { baseUrl: address, key: secret === '' ? null : secret };
}

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
