/** What the probe finds of a provider, asked for real. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PROBE_TEXT, type Api } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { apis, SECRETS } from '../testing/gateway.ts';
import { aProvider, PATHS, replyOf, send, type Answer, type Said } from '../testing/provider.ts';
import { probeProvider, type ProbeJob } from './probe.ts';
import { isEchoOf } from './summarize.ts';

async function probed(answer: Answer, over: Partial<ProbeJob> = {}) {
  await using provider = await aProvider(answer);
  const upstream = { baseUrl: provider.baseUrl, key: SECRETS.key };
  const job: ProbeJob = {
    upstream,
    model: 'm1',
    api: 'openai-completions',
    maxTokens: 1024,
    shim: 'off',
    signal: new AbortController().signal,
    ...over,
  };
  const result = await probeProvider(job, nodePorts());
  const text = JSON.stringify(result);
  for (const secret of [SECRETS.key, provider.baseUrl]) expect(text).not.toContain(secret);
  return { ...result, requests: provider.requests };
}

const says =
  (api: Api, ...replies: Said[]): Answer =>
  (response, { json }, count) => {
    const stream = json['stream'] === true;
    send(response, stream, replyOf(api, stream, replies[Math.min(count, replies.length) - 1]!));
  };

describe.each(apis)('a provider of %s', api => {
  const found = async (...replies: Said[]) => (await probed(says(api, ...replies), { api })).finding;

  it('that answers with text may be used; it was asked without a stream and with one, at a realistic budget', async () => {
    const { ok, finding, attempts, requests } = await probed(
      says(api, { text: 'Fine.', reasoning: 'Hm.', usage: { input: 9, output: 3 } }),
      { api },
    );
    expect([ok, finding]).toEqual([true, null]);
    const attempt = {
      status: 200,
      shape: 'content',
      echoed_model: 'm1',
      tokens: { input: 9, output: 3 },
      elapsed_ms: expect.any(Number),
      repair: null,
    };
    expect(attempts).toEqual([
      { stream: false, ...attempt },
      { stream: true, ...attempt },
    ]);
    expect(requests.map(({ url, json }) => [url, json['stream']])).toEqual([
      [`/v1${PATHS[api]}`, false],
      [`/v1${PATHS[api]}`, true],
    ]);
    for (const { body, json, headers } of requests) {
      expect(body).toContain(PROBE_TEXT);
      expect(json['max_tokens'] ?? json['max_output_tokens']).toBe(1024);
      expect(headers.authorization).toBe(`Bearer ${SECRETS.key}`);
    }
  });

  it.each([
    ['reasoning alone', { reasoning: 'Hm.' }, /reasoning and no content, at a budget of 1024 tokens/],
    ['nothing', {}, /an empty answer/],
    ['white space', { text: ' \n' }, /an empty answer/],
    ['a tool call', { tool: { name: 'x', args: '{}' } }, /a tool call/],
    ['the answer of another model', { text: 'x', model: 'm1-mini' }, /an answer of another model than m1$/],
  ] as [string, Said, RegExp][])('that answers with %s has not the shape', async (_what, said, detail) => {
    expect(await found(said)).toMatchObject({ code: 'provider_response_shape', detail: expect.stringMatching(detail) });
    // also where only the stream is like this
    expect(await found({ text: 'Fine.' }, said)).toMatchObject({
      code: 'provider_response_shape',
      detail: expect.stringContaining('with a stream'),
    });
  });

  it.each([
    ['answers 401', 401, 'unauthorized'],
    ['answers 403', 403, 'unauthorized'],
    ['answers 429', 429, 'rate_limited'],
    ['answers 404', 404, 'server_error'],
    ['answers 500', 500, 'server_error'],
    ['redirects', 302, 'server_error'],
  ])('that %s is not available', async (_what, status, cause) => {
    const answer: Answer = response => void response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(SECRETS.key);
    expect((await probed(answer, { api })).finding).toMatchObject({
      code: 'provider_unavailable',
      cause,
      detail: expect.stringContaining(`${status}`),
    });
  });

  it.each([
    ['does not answer', () => {}, 'server_error', /did not answer within 0.2 s/],
    [
      'breaks off',
      response => void response.writeHead(200, { 'content-type': 'application/json' }).write('{', () => response.destroy()),
      'server_error',
      /broke off/,
    ],
    [
      'answers with a page',
      response => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'server_error',
      /not of its protocol/,
    ],
    [
      'stops in the middle',
      response => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': x\n\n'),
      'server_error',
      /did not finish/,
    ],
  ] as [string, Answer, string, RegExp][])('that %s is not available', async (_what, answer, cause, detail) => {
    const { finding } = await probed(answer, { api, timeoutMs: 200 });
    expect(finding).toEqual({ code: 'provider_unavailable', cause, detail: expect.stringMatching(detail) });
  });
});

describe('the probe', () => {
  const api = 'openai-completions';

  it('of an address where nobody listens', async () => {
    const { finding, attempts } = await probed(() => {}, { upstream: { baseUrl: 'http://127.0.0.1:1/v1', key: null } });
    expect(finding).toMatchObject({ code: 'provider_unavailable', cause: 'connection_refused' });
    expect(attempts).toMatchObject([{ stream: false, status: 502, shape: 'refused' }]);
  });

  it('waits for content that comes late', async () => {
    const { ok } = await probed(async (response, heard, count) => {
      await sleep(300);
      await says(api, { text: 'Fine.' })(response, heard, count);
    });
    expect(ok).toBe(true);
  });

  it.each(['reask', 'fill'] as const)('goes the way that the agent will go: with %s, reasoning alone is content', async shim => {
    const { ok, attempts } = await probed(says(api, { reasoning: 'Hm.' }, { text: 'Fine.' }, { reasoning: 'Hm.' }, { text: 'Fine.' }), {
      shim,
    });
    expect(ok).toBe(true);
    expect(attempts[0]).toMatchObject({ stream: false, shape: 'content', repair: shim });
  });

  it('is ended by the end of the run', async () => {
    const stop = new AbortController();
    const going = probed(() => void stop.abort(), { signal: stop.signal });
    expect((await going).ok).toBe(false);
  });

  it.each([
    ['m1', true],
    ['m1-2026-05-01', true],
    ['m1-20260501', true],
    ['m1-mini', false],
    ['m1-2026-05-01-mini', false],
    ['m12026-05-01', false],
    ['M1', false],
    [null, false],
  ])('takes %s for m1: %s', (echo, is) => {
    expect(isEchoOf(echo, 'm1')).toBe(is);
  });
});
