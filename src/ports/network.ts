/** Servers and requests of the harness. Types only. */

/** Answers one HTTP request; what it throws is a 500 without a body. */
export type HttpHandler = (request: Request) => Promise<Response>;

/** A server of the harness. Disposal ends every connection at once. */
export interface Served extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, as the one who is let in reaches it. */
  readonly origin: string;
  /** `private`: a network namespace of its own that holds this server and nothing else. `host`: the loopback of this machine. */
  readonly network: 'private' | 'host';
  /** Destinations that were asked for through this server as a proxy, and refused: `host:port`, each once, in order. */
  readonly refused: readonly string[];
}

export interface Http {
  /** Serves on 127.0.0.1, on a port that the system chooses. Where the host has no namespace for `private`, it stands on `host`. */
  serve(handler: HttpHandler, options?: { private?: boolean }): Promise<Served>;
  /** A request of the harness's own: no proxy, no configuration of the environment. @throws TypeError with the system's code as `cause.code` when nobody answers */
  fetch(url: string, init: { method: string; headers: Record<string, string>; body: string; signal: AbortSignal }): Promise<Response>;
}
