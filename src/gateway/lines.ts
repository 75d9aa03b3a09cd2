import type { GatewayLine } from '../model/gateway.ts';

/** What a line says of names that an agent or a provider chose. */
export type Name = (value: string | null) => string | null;

const NAME = /^[\w.:/@+-]{1,128}$/;

/** Lets a name into the log that is nothing but a name, and holds none of the secrets. */
export function namesWithout(secrets: readonly (string | null)[]): Name {
  const known = secrets.filter(secret => secret !== null && secret !== '') as string[];
  return value => (value !== null && NAME.test(value) && !known.some(secret => value.includes(secret)) ? value : null);
}

/** A line of which nothing is known yet but what was asked. */
// oxfmt-ignore
export const emptyLine: Omit<GatewayLine, 'seq' | 'time' | 'method' | 'path'> = {
  api: null, asked_model: null, stream: false, status: null, upstream_status: null, cause: null, shape: 'refused', refused: null,
  echoed_model: null, tokens: { input: null, output: null }, first_byte_ms: null, elapsed_ms: 0, bytes_in: 0, bytes_out: 0, repair: null, finish: null,
};
