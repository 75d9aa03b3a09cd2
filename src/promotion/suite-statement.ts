import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { serialize } from '../evidence/seal.ts';
import { sha256 } from '../model/digest.ts';
import { SUITE_PREDICATE, SuiteStatement, type Subject } from '../model/statement.ts';
import type { KeyId } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import type { Suite } from '../suite/read.ts';
import { PLAN, resultFile } from '../suite/record.ts';
import { openEnvelope } from './dsse.ts';
import type { PublicKey } from './keys.ts';
import { PLAN_STATEMENT, readDocument } from './place.ts';
import { Refused } from './refused.ts';
import { readStatement } from './statement.ts';

/** What has to be said of a suite as it stands on the disk, word for word: a result taken out or put in is another statement. */
async function expectedOf({ dir, plan, results }: Suite, { files }: Pick<Ports, 'files'>): Promise<SuiteStatement> {
  const names = [PLAN, ...results.map(({ id }) => resultFile(id)).toSorted()];
  const subject: Subject[] = [];
  for (const name of names) subject.push({ name, digest: { sha256: sha256(await readDocument(join(dir, name), files, name)) } });
  const { nonce, started, scenarios } = plan;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: SUITE_PREDICATE,
    predicate: { nonce, started, planned: scenarios.length, ended: results.length },
  };
}

/** The payload of the statement about a suite as a whole. The same record gives the same bytes. @throws {Refused} */
export const suiteStatement = async (suite: Suite, ports: Pick<Ports, 'files'>): Promise<Buffer> =>
  Buffer.from(serialize(await expectedOf(suite, ports)));

/**
 * What a runner signed of the plan of a suite and of the set of its results, where both are still that.
 *
 * @throws {Refused} where nobody signed, somebody else did, or it is about other bytes
 */
export async function readSuiteStatement(
  suite: Suite,
  runnerKeys: readonly PublicKey[],
  ports: Pick<Ports, 'files'>,
): Promise<{ sha256: string; signers: KeyId[] }> {
  const { files } = ports;
  if (!(await files.stat(join(suite.dir, PLAN_STATEMENT))))
    throw new Refused('statement_missing', `nobody signed for ${PLAN}: ${PLAN_STATEMENT} is not there`);
  const bytes = await readDocument(join(suite.dir, PLAN_STATEMENT), files, PLAN_STATEMENT);
  const { payload, signers } = openEnvelope(bytes, runnerKeys, PLAN_STATEMENT);
  const found = readStatement(payload, SuiteStatement, PLAN_STATEMENT);
  const expected = await expectedOf(suite, ports);
  const unlike = differing(found.subject, expected.subject);
  if (unlike !== undefined) throw new Refused('subject_mismatch', `${unlike} is not what was signed with ${PLAN}`);
  if (!isDeepStrictEqual(found.predicate, expected.predicate))
    throw new Refused('plan_mismatch', `${PLAN_STATEMENT} is about the suite ${found.predicate.nonce} of ${found.predicate.started}`);
  return { sha256: sha256(bytes), signers };
}

/** The first name of which one has other bytes than the other, or which only one has. */
function differing(found: readonly Subject[], expected: readonly Subject[]): string | undefined {
  const [signed, there] = [found, expected].map(subjects => new Map(subjects.map(({ name, digest }) => [name, digest.sha256])));
  const unlike = [...there!.keys(), ...signed!.keys()].find(name => signed!.get(name) !== there!.get(name));
  return unlike ?? (isDeepStrictEqual(found, expected) ? undefined : PLAN);
}
