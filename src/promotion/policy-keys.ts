import { join } from 'node:path';
import type { Policy } from '../model/policy.ts';
import type { Files } from '../ports.ts';
import { loadPublicKey, type PublicKey } from './keys.ts';

/** Public halves of the keys that a policy names, one PEM file each, under any name. */
export const KEYS = 'admissions/keys';

/** The public keys of a tree that its policy names, by who they are. */
export interface PolicyKeys {
  runners: readonly PublicKey[];
  approvers: readonly PublicKey[];
}

/** @param dir absolute root of the protected base. @throws {UserError} for a file that is no public key of ours, weak ones among them */
export async function readKeys(
  dir: string,
  { runner_keys: runners, approver_keys: approvers }: Pick<Policy, 'runner_keys' | 'approver_keys'>,
  files: Files,
): Promise<PolicyKeys> {
  const folder = join(dir, KEYS);
  const names = (await files.stat(folder))?.kind === 'dir' ? await files.list(folder) : [];
  const pems = names.filter(name => name.endsWith('.pem'));
  const keys = await Promise.all(pems.map(async name => loadPublicKey(await files.readText(join(folder, name)), `${KEYS}/${name}`)));
  const of = (keyids: readonly string[]) =>
    keys.filter(({ keyid }, i) => keyids.includes(keyid) && keys.findIndex(other => other.keyid === keyid) === i);
  return { runners: of(runners), approvers: of(approvers) };
}
