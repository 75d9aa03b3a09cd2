import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A request, read to its end. */
export interface Incoming {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What is done with a request. */
export type Move =
  /** An answer of the front's own. */
  | { kind: 'say'; status: number; body: string }
  /** aimock answers, with the fixture of this name; after `cut` bytes of its body the connection ends. `last`: the listener closes after it. */
  | { kind: 'play'; context: string; cut?: number | undefined; last: boolean }
  /** The listener closes, and this request with it. */
  | { kind: 'vanish' }
  | { kind: 'hang' };

/**
 * The server that an agent talks to. It stands in front of aimock for what aimock has no fixture for: a connection that is refused
 * or left hanging, a body that ends after exactly so many bytes, the same reply again for a request that an SDK repeats, and a
 * choice by role over all three protocols. What an answer looks like in a protocol is aimock's alone.
 */
export interface Front extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** Nothing listens any more; what is being answered is answered. */
  close(): void;
}

/** @param backstage origin of the aimock server */
export async function openFront(backstage: string, moveFor: (incoming: Incoming) => Move): Promise<Front> {
  const server = createServer((req, res) => {
    // a client that goes away is no news; what else goes wrong is told to whoever asked
    req.on('error', () => res.destroy());
    res.on('error', () => res.destroy());
    void answer(req, res).catch((error: unknown) => {
      if (res.headersSent || req.destroyed) res.destroy();
      else res.writeHead(500, { 'content-type': 'text/plain' }).end(`the scripted model broke: ${String(error)}`);
    });
  });
  // an agent thinks between two requests, and must not find its connection gone
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await bodyOf(req);
    const move = moveFor({ method: req.method ?? '', url: req.url ?? '/', headers: req.headers, body });
    if (move.kind === 'hang') return;
    if (move.kind === 'vanish') {
      server.close();
      req.socket.destroy();
    } else if (move.kind === 'say') {
      res.writeHead(move.status, { 'content-type': 'application/json' }).end(move.body);
    } else {
      if (move.last) {
        res.setHeader('connection', 'close');
        res.on('close', () => server.close());
      }
      await forward({ to: `${backstage}${req.url}`, body, context: move.context, cut: move.cut }, res);
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted model has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => void server.close(),
    async [Symbol.asyncDispose]() {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Lets aimock answer, byte for byte. Of the request's headers none goes on: aimock obeys some of them. */
async function forward(
  { to, body, context, cut }: { to: string; body: string; context: string; cut: number | undefined },
  res: ServerResponse,
) {
  const headers = { 'content-type': 'application/json', 'x-aimock-context': context };
  const asked = request(to, { method: 'POST', headers, agent: false });
  res.on('close', () => asked.destroy());
  asked.end(body);
  const [played] = (await once(asked, 'response')) as [IncomingMessage];
  const { 'content-type': type = 'application/json', 'retry-after': retryAfter } = played.headers;
  res.writeHead(played.statusCode ?? 500, { 'content-type': type, ...(retryAfter !== undefined && { 'retry-after': retryAfter }) });
  res.flushHeaders();
  let left = cut ?? Infinity;
  for await (const chunk of played as AsyncIterable<Buffer>) {
    if (chunk.length <= left) {
      left -= chunk.length;
      if (!res.write(chunk)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
      continue;
    }
    // the bytes leave before the connection ends
    const out = chunk.subarray(0, left);
    return void (out.length > 0 ? res.write(out, () => res.destroy()) : setImmediate(() => res.destroy()));
  }
  res.end();
}
