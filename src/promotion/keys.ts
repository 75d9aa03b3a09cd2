import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { sha256 } from '../model/digest.ts';
import { UserError } from '../errors.ts';
import type { KeyId } from '../model/units.ts';
import { fromBase64 } from './base64.ts';

/** A key that signatures are checked with. */
export interface PublicKey {
  /** Hex SHA-256 of its SPKI DER bytes. */
  keyid: KeyId;
  key: KeyObject;
}

/** A key that signs, and what others check it with. */
export interface PrivateKey extends PublicKey {
  /** Never leaves the process that read it. */
  secret: KeyObject;
}

/** SubjectPublicKeyInfo of an ed25519 key but its 32 bytes (RFC 8410 section 4); there is no other way to write one in DER. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
/** PrivateKeyInfo of version 1 but its 32 bytes (RFC 8410 section 7), which `openssl genpkey` and Node write. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;

/**
 * The eight points whose order divides eight, as RFC 8032 encodes them: under such a key one signature holds for many messages, or for
 * all. Their y coordinates are the roots of [8]P = 0; the list is that of libsodium (ed25519_ref10.c, ge25519_has_small_order) and of
 * Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs", 2020, table 2. The test multiplies them out.
 */
export const smallOrderPoints = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
] as const;

/** A y coordinate, little-endian, that is not below 2^255 - 19: it has another encoding as well. */
const notReduced = /^(ed|ee|ef|f[0-9a-f])(ff){30}7f$/;

/** The encoding without the sign of x, which the two points of order 1 and 2 have not. */
const withoutSign = (point: Uint8Array): string =>
  Buffer.from(point.map((byte, index) => (index === KEY_BYTES - 1 ? byte & 0x7f : byte))).toString('hex');

const smallOrder: ReadonlySet<string> = new Set(smallOrderPoints.map(point => withoutSign(Buffer.from(point, 'hex'))));

/** Why 32 bytes are no public key that identifies anybody; undefined: they are one. */
function weakness(point: Uint8Array): string | undefined {
  const y = withoutSign(point);
  if (smallOrder.has(y)) return 'is a point of small order: anybody could sign for it';
  return notReduced.test(y) ? 'is not in its canonical encoding: it would have two keyids' : undefined;
}

/** Hex SHA-256 of the SPKI DER bytes: the only name of a key that counts. */
export const keyidOf = (key: KeyObject): KeyId => sha256(key.export({ type: 'spki', format: 'der' }));

/**
 * A public key from the text of a PEM file: one block, ed25519, SPKI, canonical, and nothing beside it.
 *
 * @param at what the file is called in a problem
 * @throws {UserError}
 */
export function loadPublicKey(pem: string, at = 'the public key'): PublicKey {
  const der = derOf(pem, 'PUBLIC KEY', at);
  if (der.length !== SPKI.length + KEY_BYTES || !der.subarray(0, SPKI.length).equals(SPKI)) throw notOurs(at, 'public');
  const weak = weakness(der.subarray(SPKI.length));
  if (weak) throw new UserError({ at, message: weak, hint: 'make another: proofgate keys new NAME --into DIR' });
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return { keyid: keyidOf(key), key };
}

/** The same for the private half; where it may lie is another question. @throws {UserError} */
export function parsePrivateKey(pem: string, at: string): PrivateKey {
  const der = derOf(pem, 'PRIVATE KEY', at);
  if (der.length !== PKCS8.length + KEY_BYTES || !der.subarray(0, PKCS8.length).equals(PKCS8)) throw notOurs(at, 'private');
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const key = createPublicKey(secret);
  return { keyid: keyidOf(key), key, secret };
}

/** A fresh pair, as the two PEM files. */
export function makeKeyPair(): { keyid: KeyId; privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    keyid: keyidOf(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** The bytes of a PEM file that has one block of that kind and nothing else (the strict form of RFC 7468, lines of 64). */
function derOf(pem: string, label: 'PUBLIC KEY' | 'PRIVATE KEY', at: string): Buffer {
  const found = /^-----BEGIN ([A-Z0-9 ]+)-----\n((?:[A-Za-z0-9+/=]{64}\n)*[A-Za-z0-9+/=]{1,64})\n-----END \1-----\n?$/.exec(pem);
  if (!found) {
    const message = 'is no PEM file with one key and nothing else';
    throw new UserError({ at, message, hint: 'proofgate keys new NAME --into DIR writes such files, and so does openssl genpkey' });
  }
  const [, is = '', body = ''] = found;
  if (is !== label) {
    const hint = label === 'PUBLIC KEY' ? 'name the file that ends in .public.pem' : 'name the file that ends in .private.pem';
    throw new UserError({ at, message: `is a ${is.toLowerCase()}, and a ${label.toLowerCase()} is needed`, hint });
  }
  const der = fromBase64(body.replaceAll('\n', ''));
  if (!der) throw new UserError({ at, message: 'is not canonical base64', hint: 'copy the file again from where it was made' });
  return der;
}

const notOurs = (at: string, half: string) =>
  new UserError({
    at,
    message: `is no ed25519 ${half} key in its one canonical form`,
    hint: 'proofgate keys new NAME --into DIR makes one, and so does openssl genpkey -algorithm ed25519',
  });
