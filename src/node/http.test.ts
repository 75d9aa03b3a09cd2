import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HttpHandler } from '../ports.ts';
import { nodePorts } from './ports.ts';

const { http } = nodePorts();
const networks = [{ private: false }, { private: true }];
const text = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

/** What a server says to bytes as they are. */
async function raw(origin: string, said: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  let heard = '';
  socket.on('data', chunk => (heard += chunk)).on('error', () => {});
  socket.write(said);
  await once(socket, 'close');
  return heard;
}

describe('a server', () => {
  it('answers on the loopback, on a port of its own', async () => {
    await using served = await http.serve(
      async request => new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
    );
    expect(served.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(served.network).toBe('host');
    expect(await text(`${served.origin}/a`, { method: 'POST', body: 'b' })).toBe('POST /a b');
  });

  it('answers 500 without a word where the handler throws', async () => {
    await using served = await http.serve(() => Promise.reject(new Error('secret')));
    const response = await fetch(served.origin);
    expect([response.status, await response.text()]).toEqual([500, '']);
  });

  it('is no proxy: it refuses, and remembers for what it was taken, each destination once', async () => {
    await using served = await http.serve(async () => new Response('served'));
    for (const line of [
      'CONNECT api.openai.com:443',
      'GET http://example.com/x?key=1',
      'POST https://example.com',
      'CONNECT api.openai.com:443',
      'CONNECT a b',
      'CONNECT [::1]:25',
    ]) {
      expect(await raw(served.origin, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[03]/);
    }
    expect(served.refused).toEqual(['api.openai.com:443', 'example.com:80', 'example.com:443', '[::1]:25']);
  });

  it('takes its own address in the absolute form for what it is: a request', async () => {
    await using served = await http.serve(async request => new Response(new URL(request.url).pathname));
    expect(await raw(served.origin, `GET ${served.origin}/own HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toContain('/own');
    expect(served.refused).toEqual([]);
  });

  it('sends headers before there is a body, and each chunk as it comes', async () => {
    const gate = Promise.withResolvers<void>();
    await using served = await http.serve(async () => {
      const chunks = async function* () {
        await gate.promise;
        yield Buffer.from('one');
        await sleep(50);
        yield Buffer.from('two');
      };
      return new Response(ReadableStream.from(chunks()));
    });
    const response = await fetch(served.origin); // comes although the body is held
    gate.resolve();
    const heard: string[] = [];
    for await (const chunk of response.body!) heard.push(Buffer.from(chunk).toString());
    expect(heard).toEqual(['one', 'two']);
  });

  it('reads no more of a body than the client takes', async () => {
    let given = 0;
    const endless: HttpHandler = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            given += 65_536;
            controller.enqueue(new Uint8Array(65_536));
          },
        }),
      );
    await using served = await http.serve(endless);
    const request = httpRequest(served.origin).end();
    const [response] = await once(request, 'response');
    response.pause();
    await sleep(300);
    const held = given;
    await sleep(200);
    expect(given - held).toBeLessThan(2 * 65_536);
    expect(given).toBeLessThan(32 * 1024 * 1024);
    request.destroy();
  });

  it.each([
    ['before the answer', false],
    ['in the middle of it', true],
  ])('tells the handler that the client is gone: %s', async (_when, begun) => {
    const gone = Promise.withResolvers<boolean>();
    const cancelled = Promise.withResolvers<void>();
    await using served = await http.serve(async request => {
      request.signal.addEventListener('abort', () => gone.resolve(true));
      if (!begun) await gone.promise;
      return new Response(new ReadableStream({ start: c => c.enqueue(Buffer.from('x')), cancel: () => cancelled.resolve() }));
    });
    const request = httpRequest(served.origin, { method: 'POST' }).end('body');
    request.on('error', () => {});
    if (begun) await once((await once(request, 'response'))[0], 'data');
    else await sleep(50);
    request.destroy();
    expect(await gone.promise).toBe(true);
    await cancelled.promise;
  });

  it('ends every connection when it is disposed', async () => {
    const tunnelled = await http.serve(async () => new Response('x'));
    const socket = connect({ port: Number(new URL(tunnelled.origin).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {}).write('CONNECT a:1 HTTP/1.1\r\n\r\n');
    await once(socket, 'data');
    await tunnelled[Symbol.asyncDispose]();
    socket.destroy();
    expect(tunnelled.refused).toEqual(['a:1']);
    for (const options of networks) {
      const served = await http.serve(async () => new Response(new ReadableStream({ start: c => c.enqueue(Buffer.from('x')) })), options);
      if (served.network === 'host') {
        const response = await fetch(served.origin);
        const ended = response.text().catch(() => 'cut');
        await served[Symbol.asyncDispose]();
        expect(await ended).toBe('cut');
      } else await served[Symbol.asyncDispose]();
      await expect(fetch(served.origin)).rejects.toThrow('fetch failed');
    }
  });
});

describe('a request of our own', () => {
  const ask = (url: string, over: object = {}) =>
    http.fetch(url, { method: 'POST', headers: { 'x-one': '1' }, body: 'body', signal: new AbortController().signal, ...over });

  it('brings the answer as it is: status, headers, bytes; redirects are answers', async () => {
    await using served = await http.serve(
      async request =>
        new Response(`${request.headers.get('x-one')} ${await request.text()}`, {
          status: 307,
          headers: { location: 'http://127.0.0.1:1/' },
        }),
    );
    const response = await ask(served.origin);
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([307, 'http://127.0.0.1:1/', '1 body']);
  });

  it('rejects with the code of the system when nobody answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    await expect(ask(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNREFUSED' } });
  });

  it('is ended by its signal: before the answer, and in it', async () => {
    await using served = await http.serve(async request => {
      if (request.url.endsWith('/never')) await new Promise(resolve => request.signal.addEventListener('abort', resolve));
      return new Response(new ReadableStream({ start: c => c.enqueue(Buffer.from('x')) }));
    });
    const stop = new AbortController();
    const before = ask(`${served.origin}/never`, { signal: stop.signal });
    const response = await ask(`${served.origin}/begun`, { signal: stop.signal });
    const body = response.text();
    stop.abort();
    await expect(before).rejects.toMatchObject({ name: 'AbortError' });
    await expect(body).rejects.toThrow();
  });

  it('fails in the middle when the other side does', async () => {
    const server = createServer((_request, response) => {
      response.write('begun');
      setTimeout(() => response.destroy(), 20);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const response = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await expect(response.text()).rejects.toThrow();
    server.close();
  });
});
