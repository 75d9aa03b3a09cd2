import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { dirtyIn, inOwned, type OwnedRepo, stateOf, tipOf } from '../sources/index.ts';
import { git } from '../workspace/index.ts';
import type { Destination } from './destination.ts';

interface Parts {
  gitDir: string;
  base: string;
  task: string;
  /** As the record of its owner calls it. */
  id: string;
  repo: OwnedRepo;
  branch: string;
  /** Made for this run by a scenario. */
  disposable: boolean;
}

/**
 * Stage 5: the repository of its owner gets one new branch, and nothing else of it moves: no checkout, no merge, no hook, no transport. The
 * objects of the one commit are put beside his, and a ref that was not there is made.
 */
export function openOwned({ gitDir, base, task, id, repo, branch: main, disposable }: Parts, ports: Ports): Destination {
  return {
    kind: 'owned_branch',
    target: `the repository ${id}`,
    scope: `put one branch with the change of task ${task} into the repository ${id}`,
    mutationMode: 'one new branch by the harness, nothing merged',
    protectedRoots: [],
    gitDir,
    base,
    main: () => tipOf(repo, main, ports),
    rest: async branch => stateOf(repo, await dirtyIn(repo, gitDir, base, ports), ports, branch),
    async deliver(commit, branch) {
      const pack = join(gitDir, 'handover.pack');
      await git(
        ['pack-objects', '--revs', '--stdout', '--quiet'],
        { cwd: gitDir, env: { GIT_DIR: gitDir }, input: `${commit}\n^${base}\n`, stdoutFile: pack },
        ports,
      );
      await inOwned(repo, ['unpack-objects', '-q', '--strict'], ports, { input: await ports.files.readBytes(pack) });
      await inOwned(repo, ['update-ref', `refs/heads/${branch}`, commit, '0'.repeat(40)], ports);
    },
    async moveMain() {
      if (!disposable)
        throw new UserError({
          message: 'given.remote: main of a real repository is not moved',
          hint: 'add given.repository, which makes one for the run',
        });
      const { stdout: tree } = await inOwned(repo, ['rev-parse', `${base}^{tree}`], ports);
      const { stdout: moved } = await inOwned(repo, ['commit-tree', tree.trim(), '-p', base, '-m', 'somebody else was faster'], ports);
      await inOwned(repo, ['update-ref', `refs/heads/${main}`, moved.trim(), base], ports);
    },
  };
}
