import { basename, resolve } from 'node:path';
import { binaryRecordName } from '../admission/index.ts';
import { backends, findBackend } from '../backends/index.ts';
import { systemCode, UserError } from '../errors.ts';
import { BinaryAdmission } from '../model/admission.ts';
import { type Draft, type Place, show, writeRecord } from './admit-record.ts';
import { termsOf, type TermsOptions } from './admit-terms.ts';
import { mustBeCommit, mustBeUrl, said } from './admit-words.ts';
import type { Io } from './command.ts';

export interface BinaryOptions extends TermsOptions, Place {
  backend?: string;
  sourceUrl?: string;
  commit?: string;
  builtBy?: string;
  version?: string;
}

/** The record of the executable at `path`, links followed. @throws {UserError} where it is none, or something is not said */
export async function draftBinary(
  path: string,
  options: BinaryOptions,
  { ports: { files, clock }, cwd }: Pick<Io, 'ports' | 'cwd'>,
): Promise<Draft<BinaryAdmission> & { executable: string }> {
  const backend = said(options.backend, '--backend', 'the backend that starts it', 'the executable');
  mustStartBinary(backend);
  const url = mustBeUrl(said(options.sourceUrl, '--source-url', 'where its source is', 'the executable'));
  const commit = mustBeCommit(said(options.commit, '--commit', 'the commit that it was built from', 'the executable'));
  const built_by = said(options.builtBy, '--built-by', 'the command that built it, and on what', 'the executable');
  const terms = termsOf(options, clock.now());

  const executable = await mustBeExecutable(path, resolve(cwd, path), files);
  const { sha256, bytes } = await files.digest(executable).catch((error: unknown) => {
    throw refused(path, `cannot be read (${systemCode(error) ?? String(error)})`, 'Mend its permissions.', error);
  });
  const name = basename(executable);
  const record: BinaryAdmission = {
    schema: 'proofgate/binary-admission/1',
    backend,
    name,
    version: options.version ?? null,
    sha256,
    bytes,
    source: { url, commit },
    built_by,
    ...terms,
  };
  return {
    schema: BinaryAdmission,
    record,
    kind: 'binaries',
    name: binaryRecordName(record),
    isSame: other => other.backend === backend && other.sha256 === sha256,
    executable,
  };
}

/** Writes it down. @returns what is said for a person, and the record */
export async function admitBinary([path, ...more]: readonly string[], options: BinaryOptions, dir: string, io: Io) {
  if (!path || more.length > 0)
    throw new UserError({
      at: 'admit binary',
      message: 'takes the path of one executable, and nothing else',
      hint: 'As in: proofgate admit binary /opt/case/ca --backend case --source-url … --commit … --built-by … --by NAME.',
    });
  const draft = await draftBinary(path, options, io);
  const file = await writeRecord(draft, dir, options, io);
  const { record, executable } = draft;
  return {
    file,
    record,
    lines: [
      show(file, io),
      `  admits   ${executable} for ${record.backend} at stage ${record.stages.join(', ')}`,
      `  digest   ${record.sha256} (${record.bytes} bytes); anything else in its place is not admitted`,
      `  until    ${record.expires_at}`,
    ],
  };
}

function mustStartBinary(id: string): void {
  if (findBackend(id, '--backend').binary !== undefined) return;
  const known = backends.filter(({ binary }) => binary !== undefined).map(backend => backend.id);
  throw new UserError({
    at: '--backend',
    message: `${id} starts nothing that needs a record`,
    hint: `Those that do: ${known.join(', ') || 'none yet'}.`,
  });
}

async function mustBeExecutable(name: string, path: string, files: Io['ports']['files']): Promise<string> {
  const real = await files.realPath(path).catch((error: unknown) => {
    throw refused(name, `is not there (${systemCode(error) ?? String(error)})`, 'Name the executable itself, by its path.', error);
  });
  const stat = await files.stat(real);
  if (stat?.kind !== 'file') throw refused(name, `is a ${stat?.kind}, not a file`, 'Name the executable itself.');
  if ((stat.mode & 0o111) === 0) throw refused(name, 'is not executable', 'Make it executable: chmod +x.');
  if (stat.bytes === 0) throw refused(name, 'is empty', 'Build it first.');
  return real;
}

const refused = (at: string, message: string, hint: string, cause?: unknown) => new UserError({ at, message, hint }, { cause });
