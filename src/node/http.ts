import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable, type Duplex } from 'node:stream';
import { toNodeHandler } from 'srvx/node';
import type { Http, HttpHandler, Served } from '../ports.ts';
import type { Network } from './network.ts';

/** A server of this port, with what the supervisor needs to know of it. */
export interface NodeServed extends Served {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Where it has one of its own. */
  readonly namespace: Network | undefined;
}

/** More destinations than this are not remembered: an agent chooses them. */
const MAX_REFUSED = 100;
/** Answers that never have a body. */
const BODILESS = [204, 205, 304];

/** Makes the port. @param openNetwork undefined where the host has no namespaces */
export const makeHttp = (openNetwork: () => Promise<Network | undefined>): Http => ({
  async serve(handler, { private: wanted = false } = {}) {
    const namespace = wanted ? await openNetwork() : undefined;
    try {
      return await listen(handler, namespace);
    } catch (error) {
      namespace?.listening.close();
      namespace?.release();
      throw error;
    }
  },
  fetch: ask,
});

async function listen(handler: HttpHandler, namespace: Network | undefined): Promise<NodeServed> {
  const refused: string[] = [];
  let address = '';
  const refuse = (destination: string) => {
    if (!refused.includes(destination) && refused.length < MAX_REFUSED) refused.push(destination);
  };
  const answer = toNodeHandler(async request => {
    try {
      return await handler(request);
    } catch {
      return new Response(null, { status: 500 });
    }
  }) as (request: IncomingMessage, response: ServerResponse) => unknown; // its own type asks for HTTP/2 as well
  // a connection that is kept is ours to end: one that ends in the moment of the next request makes a client ask twice
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const destination = absoluteForm(request.url);
    if (destination !== undefined && destination !== address) {
      refuse(destination);
      response.writeHead(403, { connection: 'close' }).end();
      return;
    }
    void answer(request, response);
    sendHeadersEarly(response);
  });
  /** The server forgets those who wanted a tunnel. */
  const turnedAway = new Set<Duplex>();
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    refuse(hostAndPort(request.url) ?? '?');
    turnedAway.add(socket);
    socket.on('error', () => {}).on('close', () => turnedAway.delete(socket));
    socket.resume().end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  const port = await listening(server, namespace);
  address = `127.0.0.1:${port}`;
  return {
    origin: `http://${address}`,
    network: namespace ? 'private' : 'host',
    refused,
    address,
    namespace,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => {
        server.close(resolve);
        server.closeAllConnections();
        for (const socket of turnedAway) socket.destroy();
      });
      namespace?.release();
    },
  };
}

function listening(server: Server, namespace: Network | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = () => resolve(namespace?.port ?? (server.address() as { port: number }).port);
    if (namespace) server.listen(namespace.listening, done);
    else server.listen(0, '127.0.0.1', done);
  });
}

/** Node keeps the headers until there is a body to send with them; who waits for a slow one is to know that it was heard. */
function sendHeadersEarly(response: ServerResponse): void {
  const { writeHead } = response;
  response.writeHead = (...args: unknown[]) => {
    const result = Reflect.apply(writeHead, response, args) as ServerResponse;
    setImmediate(() => {
      if (!response.writableEnded && !response.destroyed) response.flushHeaders();
    });
    return result;
  };
}

/** What stands in the request line of a client that takes us for a proxy, as `host:port`. */
function absoluteForm(target: string | undefined): string | undefined {
  if (target === undefined || target.startsWith('/') || target === '*') return undefined;
  if (!URL.canParse(target)) return '?';
  const { hostname, port, protocol } = new URL(target);
  return hostAndPort(`${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`) ?? '?';
}

/** Nothing but a name and a number goes into the evidence. */
const hostAndPort = (text: string | undefined): string | undefined =>
  /^(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i.exec(text ?? '')?.[0];

/** `fetch` of Node's own may be sent through a proxy by the environment, gives up after five minutes, and follows redirects. This does nothing of it. */
const ask: Http['fetch'] = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const payload = Buffer.from(body);
    const outgoing = request(url, {
      method,
      headers: { ...headers, 'content-length': payload.length },
      agent: false, // a connection of its own: none that has gone stale, none that the environment configured
      signal,
    });
    outgoing.on('error', error => reject(signal.aborted ? signal.reason : new TypeError('fetch failed', { cause: error })));
    outgoing.on('response', incoming => resolve(toResponse(incoming)));
    outgoing.end(payload);
  });

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) for (const value of values ?? []) headers.append(name, value);
  const status = incoming.statusCode ?? 500;
  if (BODILESS.includes(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
}
