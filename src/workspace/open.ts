import { basename, join } from 'node:path';
import type { Entry, Ports } from '../ports.ts';
import { git } from './git.ts';
import { MAX_PACK_BYTES } from './pack.ts';
import { HEAD, makeRepository, type Leaf, type Repository } from './repository.ts';

/** The folder that the agent works in, and what the harness knows of it by itself. */
export interface Workspace {
  /** Absolute; the agent's current directory. */
  dir: string;
  /** Absolute folder that holds nothing but the workspace: what else appears there was written outside of the roots. */
  parent: string;
  /** Every entry before the agent started. */
  baseline: readonly Entry[];
  /** Untouched copy of the seed, outside of both writable roots. */
  seedDir: string;
  /** What holds the objects of the baseline commit, by path in a git directory. Kept in memory, where nobody else can write. */
  objects: ReadonlyMap<string, Uint8Array>;
  /** The one commit of the workspace. */
  baselineCommit: string;
  /** Names at its root under which the backend keeps its own books. */
  ownState: readonly string[];
}

/** Nothing of the agent's own git directory is part of the tree. */
export const WALK = { skip: ['.git'] } as const;

/**
 * Step 5: a fresh copy of the seed, a git repository with one baseline commit.
 * The commit is made before the agent starts; afterwards git never runs on the workspace's own `.git`.
 */
export async function openWorkspace(seedDir: string, parent: string, ownState: readonly string[], ports: Ports): Promise<Workspace> {
  const { files } = ports;
  const dir = join(parent, 'workspace');
  await files.copyTree(seedDir, dir);
  const baseline = await files.walk(dir, WALK);
  const bytes = baseline.reduce((sum, entry) => sum + entry.bytes, 0);
  const wantsGit = bytes > MAX_PACK_BYTES / 2 || baseline.some(entry => basename(entry.path) === '.gitattributes');
  const { commit, objects } = await (wantsGit ? commitByGit(dir, ports) : commitByHand(dir, baseline, ports));
  // what the seed has under such a name is part of the task
  const own = ownState.filter(name => !baseline.some(({ path }) => isBelow(path, [name])));
  return { dir, parent, baseline, seedDir, objects, baselineCommit: commit, ownState: own };
}

/** Whether a path stands under one of the names. */
export const isBelow = (path: string, names: readonly string[]): boolean =>
  names.some(name => path === name || path.startsWith(`${name}/`));

type Committed = Pick<Repository, 'commit' | 'objects'>;

async function commitByHand(dir: string, baseline: readonly Entry[], { files }: Ports): Promise<Committed> {
  const leaves: Leaf[] = [];
  for (const { path, kind, mode, target = '' } of baseline) {
    const seen = kind === 'dir' ? undefined : await files.stat(join(dir, path));
    if (!seen) continue;
    if (kind === 'link') leaves.push({ path, mode: '120000', content: Buffer.from(target), seen });
    else leaves.push({ path, mode: mode & 0o100 ? '100755' : '100644', content: await files.readBytes(join(dir, path)), seen });
  }
  const repository = makeRepository(leaves, AGENT_CONFIG);
  for (const [path, content] of [...repository.files, ...repository.objects]) await files.write(join(dir, '.git', path), content);
  return repository;
}

/** The same by hardened git, for seeds whose contents git is asked to change on the way in, and for enormous ones. */
async function commitByGit(dir: string, ports: Ports): Promise<Committed> {
  const { files } = ports;
  const dotGit = join(dir, '.git');
  await git(['init', '--quiet', '--template='], { cwd: dir }, ports);
  await git(['add', '--all', '--force', '.'], { cwd: dir }, ports);
  const message = ['commit', '--quiet', '--no-verify', '--allow-empty', '-m', 'baseline'];
  await git(message, { cwd: dir }, ports);
  await files.write(join(dotGit, 'config'), AGENT_CONFIG);
  const paths = (await files.walk(join(dotGit, 'objects'), { maxFileBytes: 0 })).filter(({ kind }) => kind === 'file');
  const read = async (path: string) => [`objects/${path}`, await files.readBytes(join(dotGit, 'objects', path))] as const;
  return {
    commit: (await files.readText(join(dotGit, 'refs', 'heads', 'main'))).trim(),
    objects: new Map(await Promise.all(paths.map(({ path }) => read(path)))),
  };
}

/** A git directory of the harness's own that has the objects of the baseline and nothing that could lead elsewhere. */
export async function makeGitDir(place: string, { objects }: Workspace, { files }: Ports): Promise<void> {
  await files.remove(place);
  await files.makeDir(join(place, 'refs'));
  await files.write(join(place, 'HEAD'), HEAD);
  await files.write(join(place, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
  for (const [path, content] of objects) await files.write(join(place, path), content);
}

/** An identity of its own, so that an agent can commit without anybody's configuration. */
const AGENT_CONFIG = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
[user]
	name = agent
	email = agent@localhost
[commit]
	gpgSign = false
`;
