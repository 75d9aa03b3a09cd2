/** The gateway between a real client and a real provider, with no shim: what passes, what is refused, what the log says. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aGateway, apis, bytesOf, forms, SECRETS } from '../testing/gateway.ts';
import { PATHS, replyOf, send, type Answer, type Said } from '../testing/provider.ts';
import { summarize } from './index.ts';

const tool = { name: 'bash', args: '{"command":"ls"}' };
const usage = { input: 11, output: 7 };
/** A provider that says one thing, in the form that it is asked in. */
const says =
  (api: keyof typeof PATHS, said: Said): Answer =>
  (response, { json }) =>
    send(response, json['stream'] === true, replyOf(api, json['stream'] === true, said));

describe.each(forms)('a reply of %s, streamed: %s', (api, stream) => {
  it.each([
    ['content', { text: 'Hello.' }],
    ['content', { text: 'Hello.', reasoning: 'Hm.' }],
    ['tool_calls', { tool }],
    ['tool_calls', { text: 'I look.', tool, reasoning: 'Hm.' }],
    ['reasoning_only', { reasoning: 'Hm.' }],
    ['reasoning_only', { reasoning: 'Hm.', text: '\n\n' }],
    ['empty', {}],
    ['empty', { text: ' \n' }],
  ] as [string, Said][])('of the shape %s passes byte by byte, and is read: %o', async (shape, said) => {
    await using room = await aGateway(says(api, { ...said, usage }));
    const response = await room.ask(api, stream);
    expect(await bytesOf(response)).toBe(replyOf(api, stream, { ...said, usage }));
    expect(response.headers.get('content-type')).toBe(stream ? 'text/event-stream' : 'application/json');
    await room.gateway[Symbol.asyncDispose]();
    expect(room.lines).toEqual([
      expect.objectContaining({
        seq: 1,
        api,
        method: 'POST',
        path: `/v1${PATHS[api]}`,
        asked_model: 'm1',
        stream,
        status: 200,
        upstream_status: 200,
      }),
    ]);
    const reply = Buffer.byteLength(replyOf(api, stream, { ...said, usage }));
    expect(room.lines[0]).toMatchObject({
      cause: null,
      shape,
      refused: null,
      echoed_model: 'm1',
      tokens: usage,
      bytes_out: reply,
      repair: null,
    });
    expect(room.lines[0]!.finish).toMatch(/^(stop|tool_calls|completed|end_turn|tool_use)$/);
  });

  it.each([
    [400, 'server_error'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'server_error'],
    [429, 'rate_limited'],
    [500, 'server_error'],
    [503, 'server_error'],
  ])('with status %i passes as that status, in words of ours', async (status, cause) => {
    await using room = await aGateway(response => {
      const leak = { 'retry-after': '3', 'x-leak': SECRETS.key, 'set-cookie': 'a=b', 'content-type': 'application/json' };
      response.writeHead(status, leak).end(`{"error":{"message":"bad key ${SECRETS.key} at ${SECRETS.path}"}}`);
    });
    const response = await room.ask(api, stream);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: `The provider answered with status ${status}.` } });
    expect(response.headers.get('retry-after')).toBe('3');
    expect([...response.headers.keys()].filter(name => /^x-|cookie/.test(name))).toEqual([]);
    expect(room.lines).toMatchObject([{ status, upstream_status: status, shape: 'error', cause, refused: null }]);
  });

  it('that is a redirect is an error, and nobody follows it', async () => {
    await using elsewhere = await aGateway(response => void response.end());
    await using room = await aGateway(response => void response.writeHead(307, { location: `${elsewhere.gateway.baseUrl}/x` }).end());
    const response = await room.ask(api, stream);
    expect([response.status, response.headers.get('location')]).toEqual([502, null]);
    expect(room.lines).toMatchObject([{ status: 502, upstream_status: 307, shape: 'error', cause: 'server_error' }]);
    expect(elsewhere.lines).toEqual([]);
  });

  it('that nobody gives is 502', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise(resolve => gone.close(resolve));
    await using room = await aGateway(() => {}, { upstream: { baseUrl: `http://127.0.0.1:${port}/v1`, key: null } });
    const response = await room.ask(api, stream);
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain(`${port}`);
    expect(room.lines).toMatchObject([
      { status: 502, upstream_status: null, shape: 'refused', cause: 'connection_refused', refused: null },
    ]);
  });

  it('that is a page of HTML is replaced by a sentence, under the same status', async () => {
    await using room = await aGateway(
      response => void response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>${SECRETS.key}</h1>`),
    );
    const response = await room.ask(api, stream);
    expect([response.status, await response.text()]).toEqual([200, 'What the provider sent is not an answer of its protocol.\n']);
    expect(room.lines).toMatchObject([{ status: 200, shape: 'malformed', cause: 'server_error' }]);
  });

  it('that is packed although nobody asked for it is no answer: it could not be read', async () => {
    const type = stream ? 'text/event-stream' : 'application/json';
    await using room = await aGateway(
      response => void response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end('x'),
    );
    expect(await bytesOf(await room.ask(api, stream))).toContain('not an answer');
    expect(room.lines).toMatchObject([{ shape: 'malformed' }]);
  });

  it('that is neither JSON nor events is malformed', async () => {
    await using room = await aGateway(response => send(response, stream, stream ? 'data: {"choices":[\n\n' : '{"choices":['));
    await bytesOf(await room.ask(api, stream));
    expect(room.lines).toMatchObject([{ upstream_status: 200, shape: 'malformed', cause: 'server_error' }]);
  });

  it('that breaks off is cut, for the agent as well', async () => {
    const whole = replyOf(api, stream, { text: 'Hello.' });
    await using room = await aGateway(response => {
      response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json', 'content-length': whole.length });
      response.write(whole.slice(0, stream ? whole.indexOf('\n\n') + 2 : 9));
      setTimeout(() => response.destroy(), 30);
    });
    const response = await room.ask(api, stream);
    const heard = await bytesOf(response);
    expect([response.status, heard]).toEqual(stream ? [200, 'CUT'] : [502, expect.stringContaining('broke off')]);
    expect(room.lines).toMatchObject([{ upstream_status: 200, shape: 'cut', cause: 'server_error' }]);
  });

  it('that never comes is silent: the agent gives up, or the run does', async () => {
    const stop = new AbortController();
    await using room = await aGateway(() => {}, { signal: stop.signal });
    const leaving = new AbortController();
    const left = room.ask(api, stream, { signal: leaving.signal }).catch(() => 'left');
    const stayed = room.ask(api, stream).then(response => response.status);
    await expect.poll(() => room.provider.requests.length).toBe(2);
    leaving.abort();
    expect(await left).toBe('left');
    await expect.poll(() => room.lines.length).toBe(1);
    stop.abort();
    expect(await stayed).toBe(499);
    expect(room.lines).toMatchObject([
      { status: null, upstream_status: null, shape: 'silent', cause: null },
      { status: null, upstream_status: null, shape: 'silent', cause: null },
    ]);
  });

  it('says what it says of its model, whatever that is', async () => {
    await using room = await aGateway(says(api, { text: 'Hello.', model: 'm2' }));
    await bytesOf(await room.ask(api, stream));
    expect(room.lines).toMatchObject([{ asked_model: 'm1', echoed_model: 'm2', tokens: { input: null } }]);
  });
});

describe.each(['openai-completions', 'openai-responses'] as const)('a stream of %s', api => {
  const whole = replyOf(api, true, { text: 'Hello.', usage });
  const first = whole.indexOf('"model":"m1"');
  const last = whole.lastIndexOf('"model":"m1"');
  const [start, middle, end] = [whole.slice(0, first), whole.slice(first, last), whole.slice(last)];
  const other = (part: string, name: string) => part.replace('"model":"m1"', `"model":"${name}"`);

  it.each([
    ['that another model ended', start + middle + other(end, 'm2'), 'm2', ['m2']],
    ['that another model began', start + other(middle, 'm2') + end, 'm2', ['m2']],
    ['that a snapshot of it ended', start + middle + other(end, 'm1-2026-05-01'), 'm1', []],
    ['whose first name is empty', start + other(middle, '') + end, 'm1', []],
    ['that names none', whole.replaceAll('"model":"m1"', '"model":""'), null, ['']],
  ])('%s', async (_what, text, echoed_model, others) => {
    await using room = await aGateway(response => send(response, true, text));
    expect(await bytesOf(await room.ask(api, true))).toBe(text);
    expect(room.lines).toMatchObject([{ shape: 'content', echoed_model }]);
    expect(room.gateway.summary().other_models).toEqual(others);
  });
});

describe('a stream that ends', () => {
  it.each(apis)("without the protocol's own end is cut, however politely: %s", async api => {
    const whole = replyOf(api, true, { text: 'Hello.' });
    await using room = await aGateway(response => send(response, true, whole.slice(0, whole.indexOf('lo.') + 40)));
    await bytesOf(await room.ask(api, true));
    expect(room.lines).toMatchObject([{ status: 200, shape: 'cut', cause: 'server_error' }]);
  });

  it.each(apis)('by a broken connection after that is whole: %s', async api => {
    await using room = await aGateway(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(replyOf(api, true, { text: 'Hello.' }));
      setTimeout(() => response.destroy(), 50);
    });
    await bytesOf(await room.ask(api, true));
    expect(room.lines).toMatchObject([{ shape: 'content', cause: null }]);
  });
});

describe('an error inside a stream', () => {
  const errors = {
    'openai-completions': { error: { message: SECRETS.key } },
    'openai-responses': { type: 'error', message: SECRETS.key },
    'anthropic-messages': { type: 'error', error: { type: 'overloaded_error', message: SECRETS.key } },
  };
  it.each(apis)('ends it in words of ours, and what came before stands: %s', async api => {
    const whole = replyOf(api, true, { text: 'Hello.' });
    const before = whole.slice(0, whole.indexOf('\n\n') + 2);
    await using room = await aGateway(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      // in pieces, so that half of it is there before it can be recognised
      const bytes = `${before}event: error\ndata: ${JSON.stringify(errors[api])}\n\n`;
      for (let i = 0; i < bytes.length; i += 20) setTimeout(() => response.write(bytes.slice(i, i + 20)), i / 2);
      setTimeout(() => response.end(whole), bytes.length);
    });
    const heard = await bytesOf(await room.ask(api, true));
    expect(heard.startsWith(before)).toBe(true);
    expect(heard).toContain('The provider reported an error.');
    expect(heard).not.toContain(SECRETS.key.slice(0, 8));
    expect(room.lines).toMatchObject([{ status: 200, shape: 'error', cause: 'server_error' }]);
  });
});

describe('what the provider is asked', () => {
  it.each(apis)("is the agent's own body and headers, with the key instead of the token: %s", async api => {
    await using room = await aGateway(says(api, { text: 'x' }));
    const body = `{ "model":"m1",\n "x":"ä\\u0000", "messages":[] }`;
    const headers = {
      'x-stainless-retry-count': '2',
      'user-agent': 'agent/1',
      cookie: 'a=b',
      'proxy-authorization': 'Basic x',
      'content-encoding': 'identity',
      'anthropic-beta': 'b',
    };
    await bytesOf(await room.ask(api, false, { body, headers, path: `${PATHS[api]}?beta=true` }));
    const [heard] = room.provider.requests;
    expect(heard).toMatchObject({ url: `/v1${PATHS[api]}?beta=true`, body: '{"model":"m1","x":"ä\\u0000","messages":[]}' });
    expect(heard!.headers).toMatchObject({
      authorization: `Bearer ${SECRETS.key}`,
      'x-stainless-retry-count': '2',
      'user-agent': 'agent/1',
      'anthropic-beta': 'b',
    });
    expect(heard!.headers['accept-encoding']).toBe('identity');
    expect(heard!.headers['x-api-key']).toBe(api === 'anthropic-messages' ? SECRETS.key : undefined);
    expect(heard!.headers['anthropic-version']).toBe(api === 'anthropic-messages' ? '2023-06-01' : undefined);
    for (const name of ['cookie', 'proxy-authorization', 'content-encoding']) expect(heard!.headers).not.toHaveProperty(name);
    expect(JSON.stringify(heard)).not.toContain(SECRETS.token);
  });

  it('is what was judged, where a key stands twice: whoever takes the first reads the same', async () => {
    await using room = await aGateway(says('openai-completions', { text: 'x' }));
    await bytesOf(
      await room.ask('openai-completions', false, { body: '{"model":"m2","stream":true,"messages":[],"model":"m1","stream":false}' }),
    );
    expect(room.provider.requests[0]!.body).toBe('{"model":"m1","stream":false,"messages":[]}');
  });

  it('shows no key where there is none', async () => {
    await using room = await aGateway(says('openai-completions', { text: 'x' }));
    const { baseUrl } = room.provider;
    await using keyless = await aGateway(() => {}, { upstream: { baseUrl, key: null } });
    await bytesOf(await keyless.ask('openai-completions', false));
    expect(room.provider.requests[0]!.headers).not.toHaveProperty('authorization');
  });
});

describe('a request that does not pass', () => {
  const api = 'openai-completions';
  const post = (body: string | Uint8Array) => ({ method: 'POST', body: body as string });
  const bearer = { authorization: `Bearer ${SECRETS.token}` };
  it.each([
    ['without a token', PATHS[api], { ...post('{"model":"m1"}'), headers: {} }, 401, 'token'],
    ['with another token', PATHS[api], { ...post('{"model":"m1"}'), headers: { authorization: `Bearer ${SECRETS.token}x` } }, 401, 'token'],
    ['with the upstream key', PATHS[api], { ...post('{"model":"m1"}'), headers: { 'x-api-key': SECRETS.key } }, 401, 'token'],
    ['to the list of models, without a token', '/models', { headers: {} }, 401, 'token'],
    ['for another model', PATHS[api], { ...post('{"model":"m2"}'), headers: bearer }, 403, 'model'],
    ['for a model of another case', PATHS[api], { ...post('{"model":"M1"}'), headers: bearer }, 403, 'model'],
    ['for a model that stands twice', PATHS[api], { ...post('{"model":"m1","model":"m2"}'), headers: bearer }, 403, 'model'],
    ['for a model in other letters', PATHS[api], { ...post('{"model":"m1","Model":"m2"}'), headers: bearer }, 403, 'model'],
    ['for more models', PATHS[api], { ...post('{"model":"m1","models":["m2"]}'), headers: bearer }, 403, 'model'],
    ['for another model if this fails', PATHS[api], { ...post('{"model":"m1","fallbacks":["m2"]}'), headers: bearer }, 403, 'model'],
    ['without a model', PATHS[api], { ...post('{}'), headers: bearer }, 400, 'body'],
    ['for a model that is no string', PATHS[api], { ...post('{"model":["m1"]}'), headers: bearer }, 400, 'body'],
    ['that is no JSON', PATHS[api], { ...post('model=m1'), headers: bearer }, 400, 'body'],
    ['that is no object', PATHS[api], { ...post('[{"model":"m1"}]'), headers: bearer }, 400, 'body'],
    ['that is not UTF-8', PATHS[api], { ...post(Buffer.from('{"model":"m1","x":"\xff"}', 'latin1')), headers: bearer }, 400, 'body'],
    ['that is empty', PATHS[api], { method: 'POST', headers: bearer }, 400, 'body'],
    ['that is larger than 32 MiB', PATHS[api], { ...post(`{"model":"m1","x":"${'x'.repeat(33 << 20)}"}`), headers: bearer }, 413, 'body'],
    ['to another path', '/embeddings', { ...post('{"model":"m1"}'), headers: bearer }, 404, 'path'],
    ['to a path that only begins so', `${PATHS[api]}/x`, { ...post('{"model":"m1"}'), headers: bearer }, 404, 'path'],
    ['to a path that leads elsewhere', '/x/..%2f../v1/files', { ...post('{"model":"m1"}'), headers: bearer }, 404, 'path'],
    ['with another method', PATHS[api], { method: 'PUT', body: '{"model":"m1"}', headers: bearer }, 404, 'path'],
  ] as [string, string, RequestInit, number, string][])('%s', async (_what, path, init, status, refused) => {
    await using room = await aGateway(says(api, { text: 'x' }));
    const response = await fetch(`${room.gateway.baseUrl}${path}`, init);
    expect([response.status, await response.json()]).toEqual([status, { error: expect.objectContaining({ type: `gateway_${refused}` }) }]);
    expect(room.lines).toMatchObject([{ status, refused, shape: 'refused', upstream_status: null, cause: null }]);
    expect(room.provider.requests).toEqual([]);
  });

  it('is written down, but not without end', async () => {
    await using room = await aGateway(says(api, { text: 'x' }));
    for (let i = 0; i < 1010; i += 101)
      await Promise.all(Array.from({ length: 101 }, async () => bytesOf(await room.ask(api, false, { body: '{}' }))));
    expect(await bytesOf(await room.ask(api, false))).toContain('x');
    expect(room.lines.length).toBe(1001);
    expect(room.gateway.summary()).toMatchObject({ requests: 1001, refused: 1000, last: { status: 200 } });
  });

  it('is one that would make the engine hold too much at once; when the others are over there is room again', async () => {
    const gate = Promise.withResolvers<void>();
    const answer: Answer = async (response, heard, count) => {
      await gate.promise;
      return says(api, { text: 'x' })(response, heard, count);
    };
    await using room = await aGateway(answer, { limits: { requests: 100, tokens: 1e12, timeMs: 60_000 } });
    const body = `{"model":"m1","x":"${'x'.repeat(31 << 20)}"}`;
    const ask = async () => (await room.ask(api, false, { body })).status;
    const held = Promise.all([ask(), ask(), ask()]);
    await expect.poll(() => room.provider.requests.length, { timeout: 20_000 }).toBe(3);
    expect(await ask()).toBe(429);
    gate.resolve();
    expect([await held, await ask()]).toEqual([[200, 200, 200], 200]);
    expect(room.lines.map(({ refused }) => refused)).toEqual(['body', null, null, null, null]);
  });

  it('the token of either vendor is a token', async () => {
    await using room = await aGateway(says(api, { text: 'x' }));
    for (const [name, value] of [
      ['authorization', `bearer ${SECRETS.token}`],
      ['x-api-key', SECRETS.token],
    ] as const) {
      expect((await fetch(`${room.gateway.baseUrl}${PATHS[api]}`, { ...post('{"model":"m1"}'), headers: { [name]: value } })).status).toBe(
        200,
      );
    }
  });

  it('the list of models is the admitted one, and asks nobody', async () => {
    await using room = await aGateway(says(api, { text: 'x' }));
    expect(await (await fetch(`${room.gateway.baseUrl}/models`, { headers: bearer })).json()).toMatchObject({ data: [{ id: 'm1' }] });
    expect([room.lines, room.provider.requests]).toEqual([[], []]);
  });
});

describe('limits', () => {
  const api = 'openai-completions';
  const statuses = async (limits: { requests: number; tokens: number; timeMs: number }, said: Said, times: number, pauseMs = 0) => {
    await using room = await aGateway(says(api, said), { limits });
    const found: number[] = [];
    for (let i = 0; i < times; i++) {
      const response = await room.ask(api, true);
      if (response.status === 429) expect(response.headers.get('x-should-retry')).toBe('false');
      found.push(response.status);
      await bytesOf(response);
      await sleep(pauseMs);
    }
    return [found, room.lines.flatMap(({ refused }) => refused ?? [])];
  };
  const wide = { requests: 100, tokens: 1e6, timeMs: 60_000 };

  it('of requests', async () => {
    expect(await statuses({ ...wide, requests: 2 }, { text: 'x' }, 4)).toEqual([
      [200, 200, 429, 429],
      ['limit_requests', 'limit_requests'],
    ]);
  });

  it('of tokens, as the provider counts them', async () => {
    expect(await statuses({ ...wide, tokens: 30 }, { text: 'x', usage }, 3)).toEqual([[200, 200, 429], ['limit_tokens']]);
  });

  it('of tokens, also where the provider does not count', async () => {
    expect(await statuses({ ...wide, tokens: 500 }, { text: 'word '.repeat(300) }, 3)).toEqual([[200, 200, 429], ['limit_tokens']]);
  });

  it('of time', async () => {
    expect(await statuses({ ...wide, timeMs: 150 }, { text: 'x' }, 2, 200)).toEqual([[200, 429], ['limit_time']]);
  });

  it('of time end what is under way', async () => {
    await using room = await aGateway(() => {}, { limits: { ...wide, timeMs: 150 } });
    const response = await room.ask(api, true);
    expect([response.status, await response.json()]).toMatchObject([429, { error: { type: 'gateway_limit_time' } }]);
    expect(room.lines).toMatchObject([{ status: 429, refused: 'limit_time', shape: 'silent' }]);
  });

  it('hold when many come at once', async () => {
    await using room = await aGateway(says(api, { text: 'x' }), { limits: { ...wide, requests: 10 } });
    const found = await Promise.all(Array.from({ length: 40 }, async () => (await room.ask(api, true)).status));
    expect(found.filter(status => status === 200).length).toBe(10);
    expect(room.provider.requests.length).toBe(10);
  });
});

describe('secrets', () => {
  it('stand in no line and in nothing that the agent gets, whoever puts them where', async () => {
    const hostile: Answer[] = [
      (response, _heard, count) => {
        const { port } = response.socket!.address() as AddressInfo;
        const leak = `${SECRETS.key} http://127.0.0.1:${port}/v1`;
        const headers = {
          'retry-after': leak,
          'x-request-id': leak,
          'content-type': `text/event-stream; x="${leak}"`,
          location: leak,
          'x-should-retry': leak,
        };
        response
          .writeHead([200, 307, 401, 500][count % 4]!, headers)
          .end(`data: {"model":"${SECRETS.key}","error":{"message":"${leak}"}}\n\n`);
      },
      (response, heard) =>
        send(
          response,
          heard.json['stream'] === true,
          replyOf('openai-completions', heard.json['stream'] === true, { text: 'x', model: SECRETS.key }),
        ),
    ];
    for (const answer of hostile) {
      await using room = await aGateway(answer);
      let heard = '';
      for (const api of apis) {
        for (let i = 0; i < 4; i++) {
          const response = await room.ask(api, true, { headers: { 'x-mine': 'y' } });
          heard += JSON.stringify([...response.headers]);
          const body = await bytesOf(response);
          if (response.status !== 200 || answer === hostile[0]) heard += body;
        }
      }
      await bytesOf(
        await fetch(`${room.gateway.baseUrl}/${SECRETS.token}?${SECRETS.token}`, { headers: { authorization: `Bearer ${SECRETS.token}` } }),
      );
      await bytesOf(await room.ask('openai-completions', true, { body: JSON.stringify({ model: SECRETS.token }) }));
      const everything = heard + JSON.stringify(room.lines) + JSON.stringify(room.gateway.summary());
      for (const secret of [SECRETS.key, SECRETS.token, room.provider.baseUrl, new URL(room.provider.baseUrl).port])
        expect(everything).not.toContain(secret);
    }
  });
});

describe('under load', () => {
  const api = 'openai-completions';
  it('a stream of 20 MB goes through flat memory, in the pace of whoever reads it', async () => {
    const event = `data: ${JSON.stringify({ model: 'm1', choices: [{ index: 0, delta: { content: 'x'.repeat(1000) } }] })}\n\n`;
    const count = Math.ceil(20e6 / event.length);
    let sent = 0;
    await using room = await aGateway(async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (; sent < count; sent++) if (!response.write(event)) await once(response, 'drain');
      response.end(replyOf(api, true, { text: 'end' }));
    });
    const response = await room.ask(api, true);
    await sleep(300);
    expect(sent).toBeLessThan(count);
    const before = process.memoryUsage().rss;
    let [bytes, peak] = [0, 0];
    for await (const chunk of response.body!) {
      bytes += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(bytes).toBe(count * event.length + replyOf(api, true, { text: 'end' }).length);
    expect(peak).toBeLessThan(100e6);
    expect(room.lines).toMatchObject([{ shape: 'content', bytes_out: bytes }]);
  });

  it('many requests at once each get their own answer', async () => {
    await using room = await aGateway(async (response, { json }) => {
      await sleep(Math.random() * 50);
      send(response, true, replyOf(api, true, { text: String(json['n']) }));
    });
    const all = await Promise.all(
      Array.from({ length: 60 }, async (_, n) =>
        bytesOf(await room.ask(api, true, { body: JSON.stringify({ model: 'm1', stream: true, n }) })),
      ),
    );
    expect(all).toEqual(Array.from({ length: 60 }, (_, n) => replyOf(api, true, { text: String(n) })));
    expect(room.lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });
});

describe.runIf(process.platform === 'linux')('an agent in the network of the gateway', () => {
  it('reaches the model, and where the host has namespaces, nothing but the gateway', async () => {
    await using room = await aGateway(says('openai-completions', { text: 'Hello.', usage }), { private: true });
    const { baseUrl, token, served } = room.gateway;
    let said = '';
    const hear = (chunk: Uint8Array) => void (said += Buffer.from(chunk).toString());
    const ask = `curl -sS -m 9 -H "authorization: Bearer $TOKEN" -d '{"model":"m1"}' "$BASE/chat/completions"; echo; curl -s -m 9 "$PROVIDER" || echo unreachable`;
    const exit = await nodePorts().supervise(['sh', '-c', ask], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', BASE: baseUrl, TOKEN: token, PROVIDER: room.provider.baseUrl },
      timeoutMs: 30_000,
      signal: new AbortController().signal,
      runId: `gateway-${process.pid}`,
      onStdout: hear,
      network: served,
    }).exit;
    const [answer, other] = said.trim().split('\n');
    expect(exit.code).toBe(0);
    expect(answer).toBe(replyOf('openai-completions', false, { text: 'Hello.', usage }));
    if (served.network === 'private') expect(other).toBe('unreachable');
    expect(room.gateway.summary()).toMatchObject({ network: served.network, answered: 1, last: { shape: 'content' } });
  });
});

describe('the end', () => {
  const api = 'openai-completions';
  const begins: Answer = response =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(replyOf(api, true, { text: 'Hello.' }).slice(0, 150));

  it('disposal ends open streams, and their lines are written', async () => {
    const room = await aGateway((response, heard, count) => (count === 1 ? begins(response, heard, count) : undefined));
    const response = await room.ask(api, true);
    const body = bytesOf(response);
    const silent = room.ask(api, true).then(bytesOf, () => 'CUT');
    await expect.poll(() => room.provider.requests.length).toBe(2);
    await room.gateway[Symbol.asyncDispose]();
    expect(room.lines.map(({ shape }) => shape).toSorted()).toEqual(['cut', 'silent']);
    expect(room.gateway.summary()).toMatchObject({ requests: 2, answered: 0, network: 'host', connections: [] });
    expect(await body).toBe('CUT');
    expect(['CUT', expect.stringContaining('given up')]).toContainEqual(await silent);
    await room.provider[Symbol.asyncDispose]();
    await expect(room.ask(api, true)).rejects.toThrow('fetch failed');
  });

  it('an agent that leaves a stream ends it upstream', async () => {
    const gone = Promise.withResolvers<void>();
    await using room = await aGateway((response, ...rest) => {
      response.on('close', () => gone.resolve());
      return begins(response, ...rest);
    });
    const leaving = new AbortController();
    const response = await room.ask(api, true, { signal: leaving.signal });
    leaving.abort();
    await bytesOf(response);
    await gone.promise;
    await expect.poll(() => room.lines).toMatchObject([{ status: 200, shape: 'cut', cause: null }]);
  });

  it('a log that cannot be written is heard of', async () => {
    const full = new Error('no space');
    const room = await aGateway(says(api, { text: 'x' }), {
      onLog() {
        throw full;
      },
    });
    expect((await room.ask(api, true)).status).toBe(200);
    await expect(room.gateway[Symbol.asyncDispose]()).rejects.toBe(full);
    await room.provider[Symbol.asyncDispose]();
  });

  it('what was asked for through it as a proxy stands in the summary, and so do counts that the lines give again', async () => {
    await using room = await aGateway(says(api, { text: 'x', usage }));
    const socket = connect(Number(new URL(room.gateway.baseUrl).port), '127.0.0.1').end('CONNECT api.openai.com:443 HTTP/1.1\r\n\r\n');
    await once(socket.resume(), 'close');
    await bytesOf(await room.ask(api, true));
    await bytesOf(await room.ask(api, true, { body: '{}' }));
    const { network, refused_destinations, connections, ...counts } = room.gateway.summary();
    expect([network, refused_destinations, connections]).toEqual(['host', ['api.openai.com:443'], []]);
    expect(counts).toEqual(summarize(room.lines));
    expect(counts).toEqual({
      requests: 2,
      answered: 1,
      refused: 1,
      repairs: 0,
      other_models: [],
      tokens: usage,
      last: { status: 400, upstream_status: null, shape: 'refused', cause: null, refused: 'body' },
    });
  });
});
