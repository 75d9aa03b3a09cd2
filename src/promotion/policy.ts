import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { Policy } from '../model/policy.ts';
import type { Files } from '../ports.ts';
import { checkFile } from '../scenario/issues.ts';
import { readYaml } from '../scenario/source.ts';

/** Where the policy of a project stands. */
export const POLICY = 'admissions/policy.yaml';

/** The policy as it was read, and the SHA-256 of its bytes. */
export interface ReadPolicy {
  value: Policy;
  sha256: string;
}

/** Reads the policy of a tree. @throws {UserError} at its lines; a project without a policy promotes nothing */
export async function readPolicy(dir: string, files: Files): Promise<ReadPolicy> {
  if ((await files.stat(join(dir, POLICY)))?.kind !== 'file') {
    const hint = 'write one and commit it to the protected branch; docs/gate.md has an example';
    throw new UserError({ at: POLICY, message: 'is not there at the protected base', hint });
  }
  const path = join(dir, POLICY);
  const { data: value, problems } = checkFile(Policy, await readYaml(path, POLICY, files));
  if (value === undefined) throw new UserError(problems as [(typeof problems)[0], ...typeof problems]);
  return { value, sha256: (await files.digest(path)).sha256 };
}
