import { basename, join } from 'node:path';
import { systemCode } from '../errors.ts';
import { RunStatement } from '../model/statement.ts';
import type { KeyId } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { readSuite, type Suite } from '../suite/read.ts';
import { resultFile, type SuiteResult } from '../suite/record.ts';
import { openEnvelope } from './dsse.ts';
import type { PublicKey } from './keys.ts';
import { bundleFolder, PLAN_STATEMENT, readDocument, STATEMENTS, statementFile } from './place.ts';
import { sha256 } from '../model/digest.ts';
import { orRefusal, type Refusal, Refused } from './refused.ts';
import { signedFiles } from './run-statement.ts';
import { readStatement } from './statement.ts';

/** What a runner signed of one scenario. */
export interface SignedStatement {
  /** Relative to the suite. */
  file: string;
  /** SHA-256 of the envelope as a file: how a decision names it. */
  sha256: string;
  /** Which of the keys signed, sorted. */
  signers: KeyId[];
  statement: RunStatement;
}

export interface Statements {
  /** By scenario id: those that hold, and whose evidence is still what was signed. */
  held: ReadonlyMap<string, SignedStatement>;
  /** Everything else: a file that counts for nothing, or a result that nobody signed for (its file is then not there). */
  refused: (Refusal & { file: string })[];
}

/**
 * Reads the statements of a suite. A statement holds where a runner signed it, it is about a planned scenario and its result, and the
 * result file and the bundle are byte for byte what it names. Whether the bundle proves anything is not asked here, and the statement about
 * the plan is read elsewhere.
 *
 * @param dir absolute folder of the suite
 * @param runnerKeys whose signatures count
 * @param project absolute root, to which the bundles of results are relative
 * @throws {UserError} where the record of the suite itself cannot be read
 */
export async function readStatements(dir: string, runnerKeys: readonly PublicKey[], project: string, ports: Ports): Promise<Statements> {
  const { files } = ports;
  const suite = await readSuite(dir, ports);
  const planned = new Map(suite.plan.scenarios.map(({ id }) => [statementFile(id), id]));
  const held = new Map<string, SignedStatement>();
  const refused: Statements['refused'] = [];
  const note = (file: string, { code, detail }: Refusal) => void refused.push({ file, code, detail });

  const folder = join(dir, STATEMENTS);
  const isFolder = (await files.stat(folder))?.kind === 'dir';
  for (const name of isFolder ? await files.list(folder) : []) {
    const file = join(STATEMENTS, name);
    if (file === PLAN_STATEMENT) continue;
    const id = planned.get(file);
    const read = await orRefusal(() => {
      if (id === undefined) throw new Refused('statement_stray', `${basename(file)} is no statement of a planned scenario`);
      return readOne(file, id, { suite, runnerKeys, project }, ports);
    });
    if (read instanceof Refused) note(file, read);
    else held.set(read.statement.predicate.scenario.id, read);
  }
  const known = new Set(refused.map(({ file }) => file));
  for (const { id } of suite.results) {
    const file = statementFile(id);
    if (!held.has(id) && !known.has(file))
      note(file, { code: 'statement_missing', detail: `${id} has a result, and nobody signed for it` });
  }
  return { held, refused };
}

interface Surroundings {
  suite: Suite;
  runnerKeys: readonly PublicKey[];
  project: string;
}

async function readOne(file: string, id: string, { suite, runnerKeys, project }: Surroundings, { files }: Ports): Promise<SignedStatement> {
  const bytes = await readDocument(join(suite.dir, file), files, file);
  const { payload, signers } = openEnvelope(bytes, runnerKeys, file);
  const statement = readStatement(payload, RunStatement, file);
  const { nonce, scenario } = statement.predicate;
  const result = suite.results.find(one => one.id === id);
  if (nonce !== suite.plan.nonce) throw new Refused('plan_mismatch', `${file} is about the suite ${nonce}`);
  if (scenario.id !== id) throw new Refused('plan_mismatch', `${file} is about ${scenario.id}, and stands where ${id} has its place`);
  if (!result) throw new Refused('result_mismatch', `${file} is about a scenario that has no result`);
  mustAgree(statement, result, file);
  await mustStand(statement, result, { dir: suite.dir, project, file }, files);
  return { file, sha256: sha256(bytes), signers, statement };
}

function mustAgree({ predicate: { scenario, state, exit, run } }: RunStatement, result: SuiteResult, file: string): void {
  if (scenario.digest !== result.digest) throw new Refused('plan_mismatch', `${file} is about another version of ${result.id}`);
  if (state !== result.state || exit !== result.exit)
    throw new Refused('result_mismatch', `${file} says ${state} and exit ${exit}, the result ${result.state} and exit ${result.exit}`);
  if (run && result.bundle === null) throw new Refused('result_mismatch', `${file} tells of a run, and the result has no bundle`);
}

/** Every subject is what stands there now; none is missing and none is too many. */
async function mustStand(
  { subject, predicate: { run } }: RunStatement,
  result: SuiteResult,
  { dir, project, file }: { dir: string; project: string; file: string },
  files: Ports['files'],
): Promise<void> {
  const own = resultFile(result.id);
  const bundle = result.bundle === null ? '' : await bundleFolder(result.bundle, project, files);
  const ofBundle = result.bundle === null ? [] : run ? await plainFiles(bundle, files) : ['report.json'];
  const names = subject.map(({ name }) => name);
  const wanted = [own, ...ofBundle];
  if (names.length !== wanted.length || wanted.some((name, index) => names[index] !== name))
    throw new Refused('subject_mismatch', `${file} is about ${names.join(', ')}, and not about ${wanted.join(', ')}`);
  for (const { name, digest } of subject) {
    const path = name === own ? join(dir, own) : join(bundle, name);
    const found = (await files.stat(path))?.kind === 'file' ? await files.digest(path).catch(unreadable) : undefined;
    if (found?.sha256 !== digest.sha256) throw new Refused('subject_mismatch', `${name} is not what was signed for ${result.id}`);
  }
}

/** A patch that the disk refused is not there, or is no file. */
async function plainFiles(bundle: string, files: Ports['files']): Promise<string[]> {
  const kinds = await Promise.all(signedFiles.map(async name => (await files.stat(join(bundle, name)))?.kind));
  return signedFiles.filter((name, index) => name !== 'patch.diff' || kinds[index] === 'file');
}

/** What cannot be read is not what was signed. */
function unreadable(error: unknown): undefined {
  if (!systemCode(error)) throw error;
}
