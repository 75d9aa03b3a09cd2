import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { hasEnded } from '../suite/prune.ts';
import { readSuite, type Suite } from '../suite/read.ts';
import { resultFile, type SuiteResult } from '../suite/record.ts';
import { readBundle } from '../verify/read.ts';
import { verifyBundle } from '../verify/verify.ts';
import { signEnvelope } from './dsse.ts';
import type { PrivateKey } from './keys.ts';
import { bundleFolder, PLAN_STATEMENT, readDocument, STATEMENTS, statementFile } from './place.ts';
import { sha256 } from '../model/digest.ts';
import { orRefusal, type Refusal, Refused } from './refused.ts';
import { type Checked, runStatement, signedFiles } from './run-statement.ts';
import { suiteStatement } from './suite-statement.ts';

/** What came of signing a suite. */
export interface SuiteSigning {
  /** Files that were written, relative to the suite. */
  written: string[];
  /** Files that stood there already, byte for byte. */
  unchanged: string[];
  /** Scenarios that nobody signs for, and why. */
  refused: (Refusal & { id: string })[];
  /** Planned scenarios that never came to their end. */
  missing: string[];
}

/** A suite that is over. @throws {UserError} where it is not, or is none */
export async function endedSuite(dir: string, { files }: Pick<Ports, 'files'>): Promise<Suite> {
  const suite = await readSuite(dir, { files });
  if (!hasEnded(await files.list(dir)))
    throw new UserError({
      at: dir,
      message: 'has not come to its end: a shard is missing, or it was interrupted',
      hint: 'run what is missing, or run it again under a new nonce',
    });
  return suite;
}

/**
 * Signs what a suite left: its plan with the set of its results, every bundle that agrees with itself and is of this suite, and every result without a bundle. Nothing is
 * written where anything was signed before in another way.
 *
 * @param project absolute root, to which the bundles of results are relative
 */
export async function signSuite(suite: Suite, project: string, key: PrivateKey, ports: Ports): Promise<SuiteSigning> {
  const { files } = ports;
  const { dir, plan, results } = suite;
  const signing: SuiteSigning = { written: [], unchanged: [], refused: [], missing: [] };
  const ended = new Set(results.map(({ id }) => id));
  signing.missing.push(...plan.scenarios.map(({ id }) => id).filter(id => !ended.has(id)));

  const made = [{ file: PLAN_STATEMENT, text: signEnvelope(await suiteStatement(suite, ports), [key]) }];
  for (const result of results) {
    const { id } = result;
    const text = await orRefusal(async () => {
      const others = results.filter(other => other !== result && isSame(other, result));
      if (others[0]) throw new Refused('bundle_repeated', `${result.bundle} is the bundle of ${others[0].id} as well`);
      return signEnvelope(await payloadOf(result, dir, project, ports), [key]);
    });
    if (text instanceof Refused) signing.refused.push({ id, code: text.code, detail: text.detail });
    else made.push({ file: statementFile(id), text });
  }

  for (const { file, text } of made) {
    const path = join(dir, file);
    if (!(await files.stat(path))) signing.written.push(file);
    else if (Buffer.from(await readDocument(path, files)).equals(Buffer.from(text))) signing.unchanged.push(file);
    else throw new Refused('already_signed', `${file} was signed before, with another key or for other evidence`);
  }
  for (const { file, text } of made) {
    if (!signing.written.includes(file)) continue;
    await files.makeDir(join(dir, STATEMENTS));
    await files.replace(join(dir, file), text);
  }
  return signing;
}

/** Whether two results name one folder, however they spell it. */
const isSame = (one: SuiteResult, other: SuiteResult): boolean =>
  one.bundle !== null && other.bundle !== null && join(one.bundle) === join(other.bundle);

async function payloadOf(result: SuiteResult, dir: string, project: string, ports: Ports): Promise<Buffer> {
  const digest = sha256(await readDocument(join(dir, resultFile(result.id)), ports.files));
  return runStatement(result, digest, result.bundle === null ? null : await check(result.bundle, project, ports));
}

/** Reads a bundle and derives its verdict; what is signed are the bytes that were judged. */
async function check(name: string, project: string, ports: Ports): Promise<Checked> {
  const folder = await bundleFolder(name, project, ports.files);
  const bundle = await readBundle(folder, ports);
  const derived = await verifyBundle(folder, ports);
  for (const file of signedFiles) {
    const read = bundle.digests.get(file);
    if (read && (await ports.files.digest(join(folder, file))).sha256 !== read.sha256)
      throw new Refused('bundle_changed', `${file} changed while it was read`);
  }
  return { bundle, check: derived };
}
