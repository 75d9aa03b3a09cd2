import { UserError, type Problem } from '../errors.ts';
import { searchFor } from './redact-search.ts';

/** A value that may stand nowhere in a bundle, and the name that is written instead. */
export interface Secret {
  name: string;
  value: string;
}

/** Shorter values would be found in ordinary text. */
const minBytes = 8;

/** Variables that hold the address of a provider: not a credential, and yet never written down. */
const endpointVariables = [
  'CTO_HARNESS_CASE_LOCAL_BASE_URL',
  'CTO_HARNESS_CASE_API_BASE_URL',
  'CTO_HARNESS_CASE_AUTH_BRIDGE_URL',
  'OPENAI_BASE_URL',
  'OPENAI_API_BASE',
  'ANTHROPIC_BASE_URL',
  'GOOGLE_GEMINI_BASE_URL',
];

const isSecretName = (name: string): boolean => endpointVariables.includes(name) || /(KEY|TOKEN|SECRET|PASSWORD)$/i.test(name);

/** White space around a value and the slash at the end of an address are not what gives it away. */
const essence = (name: string, value: string): string =>
  endpointVariables.includes(name) ? value.trim().replace(/\/+$/, '') : value.trim();

const tooShort = (value: string): boolean => Buffer.byteLength(value) < minBytes;

/**
 * What must be kept out of a bundle: `given.secrets`, endpoints, and every variable whose name says that it is a credential.
 * A value is listed once, under the first of its names.
 *
 * @throws {UserError} for a given secret shorter than 8 bytes; such variables of the environment are `skippedSecrets`.
 */
export function collectSecrets(env: Readonly<Record<string, string | undefined>>, given: Readonly<Record<string, string>>): Secret[] {
  const asked = Object.entries(given).map(([name, value]) => ({ name, value: value.trim() }));
  const [first, ...rest] = asked
    .filter(({ value }) => tooShort(value))
    .map(({ name }): Problem => ({
      at: `given.secrets.${name}`,
      message: `the secret is shorter than ${minBytes} bytes`,
      hint: 'use a longer value: a short one would be found in ordinary text',
    }));
  if (first) throw new UserError([first, ...rest]);

  const byValue = new Map<string, Secret>();
  for (const secret of [...asked, ...ambient(env).filter(({ value }) => !tooShort(value))]) {
    if (!byValue.has(secret.value)) byValue.set(secret.value, secret);
  }
  return [...byValue.values()];
}

/** Names of variables that look like credentials and are too short to be looked for. */
export const skippedSecrets = (env: Readonly<Record<string, string | undefined>>): string[] =>
  ambient(env)
    .filter(({ value }) => tooShort(value))
    .map(({ name }) => name);

const ambient = (env: Readonly<Record<string, string | undefined>>): Secret[] =>
  Object.entries(env).flatMap(([name, value]) => {
    const kept = isSecretName(name) ? essence(name, value ?? '') : '';
    return kept === '' ? [] : [{ name, value: kept }];
  });

/** Removes secrets as they pass. A value that stands split over chunks is held back until it is whole. */
export interface StreamRedactor {
  push(chunk: Uint8Array): Uint8Array;
  flush(): Uint8Array;
}

/** Says which secrets passed; changes nothing. */
export interface Finder {
  push(chunk: Uint8Array): void;
  /** Names, sorted. */
  end(): string[];
}

/**
 * Finds registered secrets in every form of SPEC section 6: raw, base64 and base64url at any alignment, hex, and any character
 * escaped as in a URL or in JSON, nested or mixed. What an adversary encodes otherwise (reversed, encrypted) is not found.
 *
 * Cost: nothing without secrets; with five 120 to 260 MB of logs for each second of processor time, 34 MB of text in which every
 * character is escaped (2026-11-20, Node 24.21, chunks of 1 and 64 KiB, a busy machine of two cores).
 */
export interface Redactor {
  /** No secret is registered: nothing will ever be found. */
  readonly idle: boolean;
  /** Replaces every secret by `[redacted:NAME]`. */
  text(text: string): string;
  /** The same for one JSON document, which stays one: names and values of its fields are replaced, not its syntax. */
  json(text: string): string;
  /** Holds back at most the longest form less one byte; the output does not depend on how the input is cut. */
  stream(): StreamRedactor;
  /** Names of the secrets that stand here, sorted. */
  names(content: Uint8Array | string): string[];
  finder(): Finder;
  /** How often each secret was replaced so far; one that never was is not listed. */
  counts(): Record<string, number>;
}

export function makeRedactor(secrets: readonly Secret[]): Redactor {
  const counted = new Map<string, number>();
  const counts = () => Object.fromEntries([...counted].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (secrets.length === 0) return { ...untouched, counts };

  const search = searchFor(secrets.map(secret => secret.value));
  const nameOf = (secret: number) => secrets[secret]!.name;
  const namesIn = (bytes: Uint8Array) => search.find(bytes).map(hit => nameOf(hit.secret));

  /** Replaces hits that start before `limit`; `read` is where the input was left. */
  const replace = (bytes: Uint8Array, limit: number): { out: Uint8Array; read: number; found: boolean } => {
    const parts: Uint8Array[] = [];
    let read = 0;
    for (const { start, end, secret } of search.find(bytes)) {
      if (start < read || start >= limit) continue;
      const name = nameOf(secret);
      counted.set(name, (counted.get(name) ?? 0) + 1);
      parts.push(bytes.subarray(read, start), Buffer.from(`[redacted:${name}]`));
      read = end;
    }
    if (read < limit) parts.push(bytes.subarray(read, limit));
    return { out: parts.length === 1 ? parts[0]! : Buffer.concat(parts), read: Math.max(read, limit), found: read > 0 };
  };

  const text = (input: string) => {
    const bytes = Buffer.from(input);
    const { out, found } = replace(bytes, bytes.length);
    return found ? Buffer.from(out).toString() : input;
  };

  return {
    idle: false,
    text,
    counts,
    json: input => (namesIn(Buffer.from(input)).length === 0 ? input : redactJson(input, text)),
    names: content => sortedSet(namesIn(typeof content === 'string' ? Buffer.from(content) : content)),

    stream() {
      let held: Uint8Array = new Uint8Array(0);
      return {
        push(chunk) {
          const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
          const { out, read } = replace(bytes, Math.max(0, bytes.length - search.longest + 1));
          held = copyFrom(bytes, read);
          return out;
        },
        flush() {
          const { out } = replace(held, held.length);
          held = new Uint8Array(0);
          return out;
        },
      };
    },

    finder() {
      let held: Uint8Array = new Uint8Array(0);
      const found = new Set<string>();
      return {
        push(chunk) {
          const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
          for (const name of namesIn(bytes)) found.add(name);
          held = copyFrom(bytes, Math.max(0, bytes.length - search.longest + 1));
        },
        end: () => sortedSet(found),
      };
    },
  };
}

/** A copy, as the caller may use its chunk again (`slice` of a Buffer is a view). */
const copyFrom = (bytes: Uint8Array, start: number): Uint8Array => Uint8Array.prototype.slice.call(bytes, start);

const nothing = new Uint8Array(0);

/** With nothing to look for everything passes as it is. */
const untouched: Omit<Redactor, 'counts'> = {
  idle: true,
  text: text => text,
  json: text => text,
  stream: () => ({ push: chunk => chunk, flush: () => nothing }),
  names: () => [],
  finder: () => ({ push: () => {}, end: () => [] }),
};

/** Redacts what the document says; a text that is no JSON is redacted as any other. */
function redactJson(text: string, redact: (text: string) => string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return redact(text);
  }
  const indent = /^[[{]\n( +)/.exec(text)?.[1];
  return JSON.stringify(redactValue(value, redact), null, indent) + (text.endsWith('\n') ? '\n' : '');
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') return redact(String(value)) === String(value) ? value : redact(String(value));
  if (Array.isArray(value)) return value.map(item => redactValue(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactValue(item, redact)]));
}

const sortedSet = (names: Iterable<string>): string[] => [...new Set(names)].toSorted();
