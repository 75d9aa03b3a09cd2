import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { IN_TOTO } from '../model/statement.ts';
import { aKey } from '../testing/decision.ts';
import { openEnvelope, pae, signEnvelope } from './dsse.ts';
import { Refused } from './refused.ts';

const [key, second, stranger] = [aKey(), aKey(), aKey()];
const payload = Buffer.from('{"a": 1}\n');
const text = signEnvelope(payload, [key]);
interface Loose {
  payloadType: unknown;
  payload: unknown;
  signatures: { keyid: string; sig: string; [more: string]: unknown }[];
  [more: string]: unknown;
}
const envelope = (): Loose => JSON.parse(text) as Loose;
const [signature] = envelope().signatures;
/** The name of the refusal; the payload of what opens. */
function open(bytes: string | Uint8Array, keys = [key]): string {
  try {
    return openEnvelope(Buffer.from(bytes), keys).payload.toString();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}
/** The envelope with something done to it. */
function spoilt(change: (value: Loose) => unknown): string {
  const value = envelope();
  return JSON.stringify(change(value) ?? value);
}
const flipped = (base64: string, at: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at]! ^= 1;
  return bytes.toString('base64');
};

describe('what is signed', () => {
  it('is the encoding of the protocol, to the byte', () => {
    expect(pae('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts bytes and not characters', () => {
    expect(pae('é', Buffer.from('ü')).toString()).toBe('DSSEv1 2 é 2 ü');
  });

  it('is the signature of the example of the protocol in form: alike every time', () => {
    expect(signEnvelope(payload, [key])).toBe(text);
  });

  it.each([
    ['nothing but bytes', Buffer.from([0, 255, 10])],
    ['nothing at all but a blank', Buffer.from(' ')],
  ])('is handed back as it was: %s', (_name, bytes) => {
    expect(openEnvelope(Buffer.from(signEnvelope(bytes, [key])), [key]).payload).toEqual(bytes);
  });
});

describe('several signatures', () => {
  const both = signEnvelope(payload, [key, second]);

  it('are those of all who signed and count', () => {
    expect(openEnvelope(Buffer.from(both), [second, stranger, key]).signers).toEqual([key.keyid, second.keyid].toSorted());
    expect(openEnvelope(Buffer.from(both), [second]).signers).toEqual([second.keyid]);
  });

  it('of which one that counts is wrong are refused, whatever the other is', () => {
    const value = JSON.parse(both) as Loose;
    value.signatures[0]!.sig = flipped(value.signatures[0]!.sig, 5);
    expect(open(JSON.stringify(value), [key, second])).toBe('signature_wrong');
    expect(open(JSON.stringify(value), [second])).toBe(payload.toString());
  });
});

describe('an envelope is refused', () => {
  const raw = signature!;
  it.each<[string, string | Uint8Array, string]>([
    ['not UTF-8', Buffer.concat([Buffer.from(text), Buffer.from([0xff])]), 'not_text'],
    ['begins with a byte order mark', `\ufeff${text}`, 'not_json'],
    ['empty', '', 'not_json'],
    ['two documents', text + text, 'not_json'],
    ['something after it', `${text}x`, 'not_json'],
    ['no map', '[]', 'malformed'],
    ['nothing', 'null', 'malformed'],
    ['a key too many', spoilt(value => void (value['more'] = 1)), 'malformed'],
    ['a key that JavaScript keeps for itself', text.replace('{', '{"__proto__": {},'), 'malformed'],
    ['a key too many in a signature', spoilt(value => void (value.signatures[0]!['cert'] = '')), 'malformed'],
    ['without payloadType', spoilt(value => void delete value.payloadType), 'malformed'],
    ['without payload', spoilt(value => void delete value.payload), 'malformed'],
    ['without signatures', spoilt(({ signatures: _gone, ...rest }) => rest), 'malformed'],
    ['with a payload that is no text', spoilt(value => void (value.payload = 1)), 'malformed'],
    ['with an empty payload', spoilt(value => void (value.payload = '')), 'malformed'],
    ['of another type', spoilt(value => void (value.payloadType = 'text/plain')), 'payload_type'],
    ['of a type in other letters', spoilt(value => void (value.payloadType = IN_TOTO.toUpperCase())), 'payload_type'],
    ['payload twice', text.replace('"payload":', '"payload": "YQ==", "payload":'), 'duplicate_key'],
    ['payload twice, once escaped', text.replace('"payload":', '"p\\u0061yload": "YQ==", "payload":'), 'duplicate_key'],
    ['keyid twice', text.replace('"keyid":', '"keyid": "", "keyid":'), 'duplicate_key'],
    ['no signature', spoilt(value => void (value.signatures = [])), 'signature_missing'],
    ['an empty signature', spoilt(value => void (value.signatures[0]!.sig = '')), 'malformed'],
    ['a signature without a keyid', spoilt(value => void delete (value.signatures[0] as Partial<typeof raw>).keyid), 'malformed'],
    ['a keyid in capital letters', spoilt(value => void (value.signatures[0]!.keyid = key.keyid.toUpperCase())), 'malformed'],
    ['a short signature', spoilt(value => void (value.signatures[0]!.sig = 'YQ==')), 'signature_malformed'],
    [
      'a signature and a byte',
      spoilt(
        value => void (value.signatures[0]!.sig = Buffer.concat([Buffer.from(raw.sig, 'base64'), Buffer.from([0])]).toString('base64')),
      ),
      'signature_malformed',
    ],
    ['the same key twice', spoilt(value => void value.signatures.push(raw)), 'signature_repeated'],
    [
      'one signature under two keyids',
      spoilt(value => void value.signatures.push({ ...raw, keyid: stranger.keyid })),
      'signature_repeated',
    ],
    ['base64 without padding', spoilt(value => void (value.signatures[0]!.sig = raw.sig.replaceAll('=', ''))), 'base64_not_canonical'],
    [
      'base64 with a line end',
      spoilt(value => void (value.payload = `${String(value.payload).slice(0, 4)}\n${String(value.payload).slice(4)}`)),
      'base64_not_canonical',
    ],
    ['base64 with spare bits', spoilt(value => void (value.payload = 'YR==')), 'base64_not_canonical'],
    ['base64 of URLs', spoilt(value => void (value.payload = '_-8=')), 'base64_not_canonical'],
    ['another payload', spoilt(value => void (value.payload = flipped(String(value.payload), 3))), 'signature_wrong'],
    [
      'a payload and a blank',
      spoilt(value => void (value.payload = Buffer.from(`${payload.toString()} `).toString('base64'))),
      'signature_wrong',
    ],
    ['a keyid of nobody', spoilt(value => void (value.signatures[0]!.keyid = '0'.repeat(64))), 'signer_unknown'],
    ['signed by a stranger', signEnvelope(payload, [stranger]), 'signer_unknown'],
    ['signed by a stranger in the name of the key', signEnvelope(payload, [{ ...stranger, keyid: key.keyid }]), 'signature_wrong'],
    [
      'the payload alone is signed',
      spoilt(value => void (value.signatures[0]!.sig = sign(null, payload, key.secret).toString('base64'))),
      'signature_wrong',
    ],
    [
      'signed for another type',
      spoilt(value => void (value.signatures[0]!.sig = sign(null, pae('text/plain', payload), key.secret).toString('base64'))),
      'signature_wrong',
    ],
  ])('%s', (_name, bytes, code) => {
    expect(open(bytes)).toBe(code);
  });

  it('whichever bit of the signature is another', () => {
    const codes = Array.from({ length: 64 }, (_, at) => open(spoilt(value => void (value.signatures[0]!.sig = flipped(raw.sig, at)))));
    expect(new Set(codes)).toEqual(new Set(['signature_wrong']));
  });

  it('where nobody counts', () => {
    expect(open(text, [])).toBe('signer_unknown');
  });
});

it('the layout of an envelope and the order of its keys say nothing, and so change nothing', () => {
  const { payloadType, payload: bytes, signatures } = envelope();
  expect(open(JSON.stringify({ signatures, payload: bytes, payloadType }, null, 7))).toBe(payload.toString());
});
