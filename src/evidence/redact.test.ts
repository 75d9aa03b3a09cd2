import { describe, expect, it } from 'vitest';
import { collectSecrets, makeRedactor, skippedSecrets, type Secret } from './redact.ts';

const plain: Secret = { name: 'API_KEY', value: 'sk-proj-0123456789' };
const awkward: Secret = { name: 'PASSWORD', value: 'p"ass/wo\\rd +é%41\n€😀&<x>' };
const endpoint: Secret = { name: 'BASE_URL', value: 'http://10.1.2.3:8123/v1' };

/** Deterministic numbers below 1, so that a red run can be repeated. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
const jsonUnits = (text: string) => Array.from({ length: text.length }, (_, at) => `\\u${hex(text.charCodeAt(at), 4)}`).join('');
const percents = (text: string) => [...Buffer.from(text)].map(byte => `%${hex(byte, 2)}`).join('');
const inner = (text: string) => JSON.stringify(text).slice(1, -1);
const phpJson = (text: string) => inner(text).replaceAll('/', '\\/');
const asciiJson = (text: string) => [...phpJson(text)].map(char => (char > '~' ? jsonUnits(char) : char)).join('');
const goJson = (text: string) => inner(text).replace(/[<>&]/g, char => jsonUnits(char));
const strictUri = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, char => percents(char));

const encodings: Record<string, (text: string) => string> = {
  raw: text => text,
  base64: text => Buffer.from(text).toString('base64'),
  'base64 after one byte': text => Buffer.from(`u${text}`).toString('base64'),
  'base64 after two bytes, something after it': text => Buffer.from(`u:${text}xyz`).toString('base64'),
  base64url: text => Buffer.from(`u:${text}`).toString('base64url'),
  'base64 in PHP JSON': text => phpJson(Buffer.from(`??>${text}`).toString('base64')),
  'base64 in a URL': text => encodeURIComponent(Buffer.from(text).toString('base64')),
  hex: text => Buffer.from(text).toString('hex'),
  'hex in capitals': text => Buffer.from(text).toString('hex').toUpperCase(),
  'URL component': encodeURIComponent,
  'URL component, lower hex': text => encodeURIComponent(text).replace(/%../g, escape => escape.toLowerCase()),
  'URL component, strict': strictUri,
  'URL component, slash kept': text => encodeURIComponent(text).replaceAll('%2F', '/'),
  form: text => new URLSearchParams({ q: text }).toString().slice(2),
  'URL, every byte': percents,
  'URL, every byte in capitals': text => percents(text).toUpperCase(),
  'URL encoded twice': text => encodeURIComponent(encodeURIComponent(text)),
  JSON: inner,
  'JSON, slash escaped': phpJson,
  'JSON, ASCII only': asciiJson,
  'JSON, ASCII only, capitals': text => asciiJson(text).replace(/\\u[0-9a-f]{4}/g, unit => `\\u${unit.slice(2).toUpperCase()}`),
  'JSON, HTML safe': goJson,
  'JSON, every unit': jsonUnits,
  'JSON in JSON': text => inner(JSON.stringify({ text })),
  'JSON in JSON in JSON': text => inner(inner(asciiJson(text))),
  'URL in JSON': text => phpJson(encodeURIComponent(text)),
};

const redactor = () => makeRedactor([plain, awkward, endpoint]);

describe.each([plain, awkward, endpoint])('$name is removed', secret => {
  it.each(Object.keys(encodings))('as %s', encoding => {
    const encoded = encodings[encoding]!(secret.value);
    const one = redactor();
    const out = one.text(`before ${encoded} after`);
    expect(out).toContain(`[redacted:${secret.name}]`);
    expect(out.startsWith('before ')).toBe(true);
    expect(out.endsWith(' after')).toBe(true);
    expect(one.names(out)).toEqual([]);
    expect(one.counts()).toEqual({ [secret.name]: 1 });
  });

  it('with the escapes of URL and JSON mixed at random', () => {
    const random = randoms(7);
    const ways = [
      (c: string) => c,
      inner,
      phpJson,
      jsonUnits,
      percents,
      (c: string) => inner(inner(c)),
      (c: string) => percents(c).toUpperCase(),
    ];
    for (let round = 0; round < 500; round++) {
      const mixed = [...secret.value].map(char => ways[Math.floor(random() * ways.length)]!(char)).join('');
      expect(redactor().text(`x${mixed}y`), mixed).toBe(`x[redacted:${secret.name}]y`);
    }
  });
});

describe('a stream', () => {
  const line = Object.values(encodings)
    .map(encode => `é ${encode(plain.value)} \\\\ %2 ${encode(awkward.value)}\n`)
    .join('');
  const bytes = Buffer.from(line);
  const whole = redactor().text(line);

  it('is redacted the same wherever it is cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stream = redactor().stream();
      const out = Buffer.concat([stream.push(bytes.subarray(0, cut)), stream.push(bytes.subarray(cut)), stream.flush()]);
      if (out.toString() !== whole) expect(out.toString(), `cut at ${cut}`).toBe(whole);
    }
  });

  it.each([1, 2, 3, 7, 64])('is redacted the same in pieces of %i bytes', size => {
    const one = redactor();
    const stream = one.stream();
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) parts.push(Buffer.from(stream.push(bytes.subarray(at, at + size))));
    expect(Buffer.concat([...parts, stream.flush()]).toString()).toBe(whole);
    const count = Object.keys(encodings).length;
    expect(one.counts()).toEqual({ API_KEY: count, PASSWORD: count });
  });

  it('may reuse its chunk: what is held back is a copy', () => {
    const stream = makeRedactor([plain]).stream();
    const chunk = Buffer.from(`x${plain.value.slice(0, 9)}`);
    const out = [Buffer.from(stream.push(chunk)).toString()];
    chunk.fill(0);
    out.push(Buffer.from(stream.push(Buffer.from(plain.value.slice(9)))).toString(), Buffer.from(stream.flush()).toString());
    expect(out.join('')).toBe('x[redacted:API_KEY]');
  });

  it('keeps every byte that is not a secret, also what is no UTF-8', () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 37) % 256));
    const stream = redactor().stream();
    expect(Buffer.concat([stream.push(noise), stream.flush()]).equals(noise)).toBe(true);
  });

  it('holds back a bounded tail, however long the input is', () => {
    const stream = redactor().stream();
    let missing = 0;
    for (let round = 0; round < 200; round++) missing += 1000 - stream.push(Buffer.alloc(1000, '\\')).length;
    expect(missing).toBeLessThan(2000);
  });
});

describe('the longer value wins', () => {
  it('where one stands inside the other', () => {
    const both = makeRedactor([
      { name: 'SHORT', value: 'abcdefgh' },
      { name: 'LONG', value: 'abcdefgh-ijkl' },
    ]);
    expect(both.text('abcdefgh-ijkl abcdefgh-ijk')).toBe('[redacted:LONG] [redacted:SHORT]-ijk');
    expect(both.names('abcdefgh-ijkl')).toEqual(['LONG', 'SHORT']);
  });
});

describe('a JSON document', () => {
  it('stays one, also where the value begins inside an escape', () => {
    const one = makeRedactor([
      { name: 'TOKEN', value: 'nextsecret' },
      { name: 'PIN', value: '1234567890' },
    ]);
    const json = JSON.stringify({
      a: 'line\nextsecret',
      nextsecret: [1234567890, true, null],
      b: { nested: JSON.stringify({ x: 'nextsecret' }) },
    });
    expect(JSON.parse(one.json(json))).toEqual({
      a: 'line\nextsecret',
      '[redacted:TOKEN]': ['[redacted:PIN]', true, null],
      b: { nested: '{"x":"[redacted:TOKEN]"}' },
    });
  });

  it('is the same text when nothing stands in it, and keeps its layout when something does', () => {
    const pretty = `${JSON.stringify({ a: [1, 'x'], b: 'y' }, null, 2)}\n`;
    expect(redactor().json(pretty)).toBe(pretty);
    expect(redactor().json(pretty.replace('y', plain.value))).toBe(pretty.replace('y', '[redacted:API_KEY]'));
  });
});

describe('the finder', () => {
  it('names what passed across any cut and changes nothing', () => {
    const bytes = Buffer.from(`- ${percents(awkward.value)} - ${Buffer.from(plain.value).toString('base64')}`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const finder = redactor().finder();
      finder.push(bytes.subarray(0, cut));
      finder.push(bytes.subarray(cut));
      expect(finder.end()).toEqual(['API_KEY', 'PASSWORD']);
    }
  });

  it('does not count', () => {
    const one = redactor();
    one.names(plain.value);
    expect(one.counts()).toEqual({});
  });
});

describe('without secrets', () => {
  it('the same chunk and the same text come back', () => {
    const none = makeRedactor([]);
    const chunk = Buffer.from('anything');
    expect(none.stream().push(chunk)).toBe(chunk);
    expect(none.text('anything')).toBe('anything');
    expect(none.names(chunk)).toEqual([]);
    expect(none.counts()).toEqual({});
  });
});

describe('what is a secret', () => {
  it('every variable with such a name, every endpoint, every given one; each value once, under its first name', () => {
    const env = {
      OPENAI_API_KEY: 'sk-0123456789',
      npm_config_authtoken: ' npm_0123456789\n',
      MY_SECRET: 'sk-0123456789',
      DB_PASSWORD: 'hunter2hunter2',
      CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://10.1.2.3:8123/v1/',
      HOME: '/home/somebody',
      KEYBOARD: 'qwertyuiop',
      GITHUB_TOKEN: undefined,
      EMPTY_KEY: '',
    };
    expect(collectSecrets(env, { GIVEN: 'hunter2hunter2' })).toEqual([
      { name: 'GIVEN', value: 'hunter2hunter2' },
      { name: 'OPENAI_API_KEY', value: 'sk-0123456789' },
      { name: 'npm_config_authtoken', value: 'npm_0123456789' },
      { name: 'CTO_HARNESS_CASE_LOCAL_BASE_URL', value: 'http://10.1.2.3:8123/v1' },
    ]);
  });

  it('but not one that is too short to be told from ordinary text: an ambient one is named', () => {
    const env = { SHORT_KEY: '1234567', LONG_KEY: '12345678', EMPTY_KEY: '' };
    expect(collectSecrets(env, {}).map(secret => secret.name)).toEqual(['LONG_KEY']);
    expect(skippedSecrets(env)).toEqual(['SHORT_KEY']);
  });

  it('and a given one is refused, every one at once', () => {
    expect(() => collectSecrets({}, { ONE: '1234567', TWO: 'x', FINE: 'long enough' })).toThrow(
      /given\.secrets\.ONE: .*8 bytes[^]*given\.secrets\.TWO/,
    );
  });
});
