import { join } from 'node:path';
import type { Entry, Ports } from '../ports.ts';
import { git } from './git.ts';

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
  /** The harness's own git directory, outside of both writable roots. */
  gitDir: string;
  /** The one commit of the workspace. */
  baselineCommit: string;
}

/** Nothing of the agent's own git directory is part of the tree. */
export const WALK = { skip: ['.git'] } as const;

/**
 * Step 5: a fresh copy of the seed, a git repository with one baseline commit.
 * The commit is made before the agent starts, by hardened git; afterwards git never runs on the workspace's own `.git`.
 */
export async function openWorkspace(seedDir: string, roots: { parent: string; scratch: string }, ports: Ports): Promise<Workspace> {
  const { files } = ports;
  const dir = join(roots.parent, 'workspace');
  const gitDir = join(roots.scratch, 'harness.git');
  await files.copyTree(seedDir, dir);
  const baseline = await files.walk(dir, WALK);

  await git(['init', '--quiet', '--template='], { cwd: dir }, ports);
  await git(['add', '--all', '--force', '.'], { cwd: dir }, ports);
  const message = ['commit', '--quiet', '--no-verify', '--allow-empty', '-m', 'baseline'];
  await git(message, { cwd: dir }, ports);
  await files.copyTree(join(dir, '.git'), gitDir);
  await files.write(join(dir, '.git', 'config'), AGENT_CONFIG);
  const baselineCommit = (await files.readText(join(gitDir, 'refs', 'heads', 'main'))).trim();
  return { dir, parent: roots.parent, baseline, seedDir, gitDir, baselineCommit };
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
