import { join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { OwnedRepository } from '../model/admission.ts';
import { Slug } from '../model/units.ts';
import { inOwned, type OwnedRepo, tipOf } from '../sources/index.ts';
import { type Draft, type Place, show, writeRecord } from './admit-record.ts';
import { termsOf, type TermsOptions } from './admit-terms.ts';
import { said } from './admit-words.ts';
import type { Io } from './command.ts';

export interface OwnedOptions extends TermsOptions, Place {
  path?: string;
  branch?: string;
  owner?: string;
  scope?: string;
  noncritical?: true;
}

export const DEFAULT_BRANCH = 'main';
const SCOPE = 'A run may put one branch there, for its owner to look at. Nothing is merged, and nothing else is pushed.';

/** The record of the repository at `--path`, which has the branch. @throws {UserError} where it has not, or something is not said */
async function draftOwned(id: string, options: OwnedOptions, io: Io): Promise<Draft<OwnedRepository>> {
  const { ports, cwd, project } = io;
  if (!Slug.safeParse(id).success)
    throw new UserError({
      at: id,
      message: 'cannot be the id of a repository',
      hint: 'Take lower case letters, digits and hyphens: tasks call it so.',
    });
  const where = said(options.path, '--path', 'which folder is the repository', 'the project');
  const owner = said(options.owner, '--owner', 'who owns it, and declares this', 'the repository');
  if (!options.noncritical)
    throw new UserError({
      at: '--noncritical',
      message: 'is missing: only a repository on which nothing depends may get a branch',
      hint: 'Its owner says so with --noncritical.',
    });
  const terms = termsOf({ ...options, stages: options.stages ?? [5] }, ports.clock.now());
  const dir = resolve(cwd, where);
  const branch = options.branch ?? DEFAULT_BRANCH;
  const record: OwnedRepository = {
    schema: 'proofgate/owned-repository/1',
    id,
    path: relative(project.root, dir) || '.',
    root_commit: await rootOf({ dir, gitDir: join(dir, '.git') }, branch, where, io),
    branch,
    owner,
    noncritical: true,
    scope: options.scope ?? SCOPE,
    ...terms,
  };
  return { schema: OwnedRepository, record, kind: 'owned', name: `${id}.json`, isSame: other => other.id === id };
}

/** The commit that the branch begins with, asked as a run will ask. */
async function rootOf(repo: OwnedRepo, branch: string, where: string, { ports }: Io): Promise<string> {
  if ((await ports.files.stat(repo.gitDir))?.kind !== 'dir')
    throw new UserError({ at: where, message: 'is no repository with a work tree', hint: 'Name the folder that has .git in it.' });
  const commit = await tipOf(repo, branch, ports);
  if (commit === null)
    throw new UserError({
      at: '--branch',
      message: `${where} has no branch ${branch}`,
      hint: 'Name its main branch, as in --branch trunk.',
    });
  const { stdout } = await inOwned(repo, ['rev-list', '--max-parents=0', commit], ports);
  // the oldest stands last
  return stdout.trim().split('\n').at(-1) ?? '';
}

/** Writes it down. @returns what is said for a person, and the record */
export async function admitOwned([id, ...more]: readonly string[], options: OwnedOptions, dir: string, io: Io) {
  if (!id || more.length > 0)
    throw new UserError({
      at: 'admit owned',
      message: 'takes the id of one repository, and nothing else',
      hint: 'As in: proofgate admit owned my-notes --path ../my-notes --owner jp --noncritical --by jp.',
    });
  const draft = await draftOwned(id, options, io);
  const { record } = draft;
  const file = await writeRecord(draft, dir, options, io);
  return {
    file,
    record,
    lines: [
      show(file, io),
      `  admits   a branch in ${record.path}, beside ${record.branch}, for stage ${record.stages.join(', ')}`,
      `  begins   with ${record.root_commit}; whatever else stands at that path is another repository`,
      `  owner    ${record.owner}, who declares it noncritical`,
      `  until    ${record.expires_at}`,
      `  used by  source: {owned: ${record.id}} of a task.yaml`,
    ],
  };
}
