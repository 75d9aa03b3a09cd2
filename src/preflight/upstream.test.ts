import { expect, it } from 'vitest';
import { upstreamOf } from './upstream.ts';

const local = 'CTO_HARNESS_CASE_LOCAL_BASE_URL';

it.each<[string, Parameters<typeof upstreamOf>, unknown]>([
  ['a local endpoint', ['local', { [local]: 'http://h:1/v1' }], { baseUrl: 'http://h:1/v1', key: null }],
  ['a slash at its end', ['local', { [local]: ' http://h:1/v1/ ' }], { baseUrl: 'http://h:1/v1', key: null }],
  ['a local key', ['local', { [local]: 'http://h/v1', CTO_HARNESS_CASE_LOCAL_API_KEY: 'k' }], { baseUrl: 'http://h/v1', key: 'k' }],
  ['a bridge', ['auth_bridge', { CTO_HARNESS_CASE_AUTH_BRIDGE_URL: 'http://b/v1' }], { baseUrl: 'http://b/v1', key: null }],
  ['no local endpoint', ['local', {}], { code: 'provider_unavailable', cause: 'local_config_missing', detail: `${local} is not set` }],
  [
    'an empty one',
    ['local', { [local]: '' }],
    { code: 'provider_unavailable', cause: 'local_config_missing', detail: `${local} is not set` },
  ],
  [
    'no address',
    ['local', { [local]: 'file:///etc' }],
    { code: 'provider_unavailable', cause: 'local_config_missing', detail: `${local} is no http or https address` },
  ],
  [
    'no bridge, though there is a local endpoint',
    ['auth_bridge', { [local]: 'http://h/v1' }],
    {
      code: 'provider_unavailable',
      cause: 'auth_bridge_missing',
      detail: 'no auth bridge is proven: CTO_HARNESS_CASE_AUTH_BRIDGE_URL is not set',
    },
  ],
  [
    'no key where one is needed',
    ['api_key', { CTO_HARNESS_CASE_API_BASE_URL: 'https://api.example/v1' }],
    { code: 'provider_unavailable', cause: 'local_config_missing', detail: 'CTO_HARNESS_CASE_API_KEY is not set' },
  ],
])('with %s', (_what, [connection, env], expected) => {
  expect(upstreamOf(connection, env)).toEqual(expected);
});
