import { sign, verify } from 'node:crypto';
import { serialize } from '../evidence/seal.ts';
import { Envelope, IN_TOTO } from '../model/statement.ts';
import type { KeyId } from '../model/units.ts';
import { fromBase64 } from './base64.ts';
import type { PrivateKey, PublicKey } from './keys.ts';
import { Refused } from './refused.ts';
import { accept, parseStrict } from './strict-json.ts';

const SIGNATURE_BYTES = 64;

/**
 * What is signed: "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload, lengths in bytes and in decimal.
 * https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export const pae = (type: string, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

/** The text of an envelope: these bytes as they stand, signed by each of the keys. Ed25519 signs alike every time. */
export function signEnvelope(payload: Uint8Array, keys: readonly [PrivateKey, ...PrivateKey[]]): string {
  const message = pae(IN_TOTO, payload);
  const envelope: Envelope = {
    payloadType: IN_TOTO,
    payload: Buffer.from(payload).toString('base64'),
    signatures: keys.map(({ keyid, secret }) => ({ keyid, sig: sign(null, message, secret).toString('base64') })),
  };
  return serialize(envelope);
}

/** An envelope that somebody who counts has signed. */
export interface Opened {
  /** The bytes that were signed: nobody has looked into them yet. */
  payload: Buffer;
  /** Which of the keys signed, sorted. Signatures of other keys are nobody's and neither help nor harm. */
  signers: KeyId[];
}

/**
 * Checks an envelope before anything in it is read.
 *
 * @param keys whose signatures count; one is enough, and one of theirs that is wrong is a refusal
 * @throws {Refused}
 */
export function openEnvelope(bytes: Uint8Array, keys: readonly PublicKey[], what = 'the envelope'): Opened {
  const { payload, signatures } = readEnvelope(bytes, what);
  const known = new Map(keys.map(key => [key.keyid, key]));
  const message = pae(IN_TOTO, payload);
  const ours = signatures.flatMap(({ keyid, sig }) => {
    const key = known.get(keyid);
    return key ? [{ keyid, key: key.key, sig }] : [];
  });
  const wrong = ours.find(({ key, sig }) => !verify(null, message, key, sig));
  if (wrong) throw new Refused('signature_wrong', `${what} was not signed by ${wrong.keyid}, or was changed since`);
  if (ours.length === 0) {
    const named = signatures.map(({ keyid }) => keyid).join(', ');
    throw new Refused('signer_unknown', `${what} was signed by ${named}, which counts for nothing here`);
  }
  return { payload, signers: ours.map(({ keyid }) => keyid).toSorted() };
}

/** The parts of an envelope, decoded; nobody has checked a signature yet. */
function readEnvelope(bytes: Uint8Array, what: string) {
  const value = parseStrict(bytes, what);
  if (typeof value === 'object' && value !== null) {
    const { payloadType, signatures } = value as Record<string, unknown>;
    if (typeof payloadType === 'string' && payloadType !== IN_TOTO)
      throw new Refused('payload_type', `${what} holds ${JSON.stringify(payloadType.slice(0, 100))}`);
    if (Array.isArray(signatures) && signatures.length === 0) throw new Refused('signature_missing', `${what} is not signed`);
  }
  const envelope = accept(value, Envelope, what);
  const decode = (text: string, name: string): Buffer => {
    const decoded = fromBase64(text);
    if (!decoded) throw new Refused('base64_not_canonical', `${what}: ${name} is not canonical base64`);
    return decoded;
  };
  const signatures = envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig: decode(sig, 'a signature') }));
  if (signatures.some(({ sig }) => sig.length !== SIGNATURE_BYTES))
    throw new Refused('signature_malformed', `${what} has a signature that is not ${SIGNATURE_BYTES} bytes`);
  const isRepeated = (values: readonly string[]) => new Set(values).size < values.length;
  if (isRepeated(signatures.map(({ keyid }) => keyid)) || isRepeated(signatures.map(({ sig }) => sig.toString('hex'))))
    throw new Refused('signature_repeated', `${what} has two signatures of one key`);
  return { payload: decode(envelope.payload, 'the payload'), signatures };
}
