import { createHash } from 'node:crypto';

/** SHA-256 of bytes, or of the UTF-8 of a text, as hex: the form in which every artifact and record names another. */
export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
