import { join, relative, resolve } from 'node:path';
import { sourceRecordName } from '../admission/index.ts';
import { UserError } from '../errors.ts';
import { type ExecutionMode, SourceAdmission } from '../model/admission.ts';
import { checkOut, unbundle } from '../workspace/index.ts';
import { type Draft, type Place, show, writeRecord } from './admit-record.ts';
import { termsOf, type TermsOptions } from './admit-terms.ts';
import { mustBeCommit, mustBeUrl, said } from './admit-words.ts';
import type { Io } from './command.ts';

export interface SourceOptions extends TermsOptions, Place {
  id?: string;
  previous?: string;
  sourceUrl?: string;
  commit?: string;
  tag?: string;
  license?: string;
  retrievedBy?: string;
  retrievedAt?: string;
  mode?: ExecutionMode;
  boundary?: string;
}

const BOUNDARY = 'The bundle file: agents and tests work on copies of its files, and nothing is pushed to where it is from.';

/** The record of the git bundle at `path`, which has the commit. @throws {UserError} where it has not, or something is not said */
async function draftSource(path: string, options: SourceOptions, io: Io): Promise<Draft<SourceAdmission>> {
  const { ports, cwd, project } = io;
  const id = said(options.id, '--id', 'how tasks call it');
  const url = mustBeUrl(said(options.sourceUrl, '--source-url', 'where it is from'));
  const commit = mustBeCommit(said(options.commit, '--commit', 'the commit that is used'));
  const license_note = said(options.license, '--license', 'its licence, and how that was found out');
  const retrieval_command = said(options.retrievedBy, '--retrieved-by', 'the command that retrieved it');
  const terms = termsOf({ ...options, stages: options.stages ?? [3] }, ports.clock.now());

  const file = resolve(cwd, path);
  const place = relative(project.root, file);
  if (place.startsWith('..') || (await ports.files.stat(file))?.kind !== 'file')
    throw new UserError({
      at: path,
      message: 'is no file of the project',
      hint: 'Put the bundle below fixtures/ first, and commit it with its record.',
    });
  await mustHave(commit, file, path, io);
  const { sha256, bytes } = await ports.files.digest(file);
  const record: SourceAdmission = {
    schema: 'proofgate/source-admission/1',
    id,
    previous_id: options.previous ?? null,
    url,
    commit,
    tag: options.tag ?? null,
    license_note,
    retrieved_at: options.retrievedAt ?? terms.admitted_at,
    retrieval_command,
    integrity: { kind: 'git_bundle', path: place, bytes, sha256 },
    execution_mode: options.mode ?? 'workspace_copy',
    protected_boundary: options.boundary ?? BOUNDARY,
    ...terms,
  };
  return { schema: SourceAdmission, record, kind: 'sources', name: sourceRecordName(record), isSame: other => other.id === id };
}

/** Tried as a run will do it: what is admitted can be used. */
async function mustHave(commit: string, file: string, path: string, { ports }: Io): Promise<void> {
  await using scratch = await ports.files.scratch('proofgate-admit-');
  const gitDir = join(scratch.path, 'source.git');
  const hint = 'Make it with git bundle create FILE main, from a repository that has the commit and all that it is made of.';
  try {
    await unbundle(file, gitDir, ports);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    throw new UserError({ at: path, message: 'is no git bundle that is complete', hint }, { cause: error });
  }
  const problem = await checkOut({ gitDir, commit, path: '.' }, join(scratch.path, 'tree'), ports);
  if (problem !== undefined) throw new UserError({ at: path, message: `cannot be used: ${problem}`, hint });
}

/** Writes it down. @returns what is said for a person, and the record */
export async function admitSource([path, ...more]: readonly string[], options: SourceOptions, dir: string, io: Io) {
  if (!path || more.length > 0)
    throw new UserError({
      at: 'admit source',
      message: 'takes the path of one git bundle, and nothing else',
      hint: 'As in: proofgate admit source fixtures/sources/a.bundle --id a-1 --source-url … --commit … --license MIT --retrieved-by … --by NAME.',
    });
  const draft = await draftSource(path, options, io);
  const { record } = draft;
  if (record.previous_id !== null && !(await io.ports.files.stat(join(dir, 'sources', sourceRecordName({ id: record.previous_id })))))
    throw new UserError({
      at: '--previous',
      message: `no record is called ${record.previous_id}`,
      hint: 'Name the id of the record that this one takes the place of.',
    });
  const file = await writeRecord(draft, dir, options, io);
  return {
    file,
    record,
    lines: [
      show(file, io),
      `  admits   ${record.integrity.path} at ${record.commit} for stage ${record.stages.join(', ')} (${record.execution_mode})`,
      `  digest   ${record.integrity.sha256} (${record.integrity.bytes} bytes); anything else in its place is not admitted`,
      ...(record.previous_id === null ? [] : [`  updates  ${record.previous_id}`]),
      `  until    ${record.expires_at}`,
      `  used by  source: {admission: ${record.id}} of a task.yaml`,
    ],
  };
}
