import { join } from 'node:path';
import { Decision } from '../model/decision.ts';
import { sha256 } from '../model/digest.ts';
import { LEDGER, LedgerEntry } from '../model/ledger.ts';
import type { Files } from '../ports.ts';
import { readDocument } from './place.ts';
import { orWhy } from './refused.ts';
import { readStrict } from './strict-json.ts';

/** A decision as it stands in the ledger, beside its challenge. */
export interface Decided {
  /** Path in the project. */
  file: string;
  /** Place of its challenge in the ledger, by what the challenge says of itself: no name of a file makes one earlier. */
  seq: number;
  bytes: Uint8Array;
  decision: Decision;
}

/** Every decision of a ledger that can be read and is about the challenge beside it, in the order of the names. */
export async function decisionsOf(tree: string, files: Files): Promise<Decided[]> {
  const names = (await namesIn(join(tree, LEDGER), files)).filter(name => /^\d{6}-.*\.decision\.json$/.test(name));
  const read = await Promise.all(
    names.map(async name => {
      const path = join(tree, LEDGER, name);
      const file = `${LEDGER}/${name}`;
      const found = await orWhy(async () => {
        const bytes = await readDocument(path, files, file);
        const decision = readStrict(bytes, Decision, file);
        const challenge = await readDocument(path.replace(/\.decision\.json$/, '.json'), files);
        const { seq, nonce } = readStrict(challenge, LedgerEntry, file);
        const isOfThis =
          decision.challenge_digest === sha256(challenge) && decision.nonce === nonce && name.endsWith(`-${nonce}.decision.json`);
        return isOfThis ? { file, seq, bytes, decision } : 'decides another challenge than the one beside it';
      });
      return typeof found === 'string' ? [] : [found];
    }),
  );
  return read.flat();
}

/** Sorted; none where the folder is not there. */
export async function namesIn(dir: string, files: Files): Promise<string[]> {
  return (await files.stat(dir))?.kind === 'dir' ? (await files.list(dir)).toSorted() : [];
}
