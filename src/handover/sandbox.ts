import { join } from 'node:path';
import { sha256 } from '../model/digest.ts';
import type { Ports } from '../ports.ts';
import { git } from '../workspace/index.ts';
import type { Destination } from './destination.ts';

/**
 * Stage 4: a real bare remote that is made for the run out of the admitted source, with main at its commit. The harness pushes one branch to
 * it; with the run's own folder it is thrown away.
 */
export async function openSandbox(
  { gitDir, base, task, scratch }: { gitDir: string; base: string; task: string; scratch: string },
  ports: Ports,
): Promise<Destination> {
  const remote = join(scratch, 'remote.git');
  const inRemote = (args: readonly string[], okCodes: readonly number[] = [0]) =>
    git(args, { cwd: remote, env: { GIT_DIR: remote }, okCodes }, ports);
  const push = (what: string) =>
    git(
      ['-c', 'protocol.file.allow=always', 'push', '--quiet', '--no-verify', '--no-signed', remote, what],
      {
        cwd: gitDir,
        env: { GIT_DIR: gitDir, GIT_ALLOW_PROTOCOL: 'file' },
      },
      ports,
    );

  await git(['init', '--quiet', '--bare', '--template=', remote], { cwd: scratch }, ports);
  await push(`${base}:refs/heads/main`);
  return {
    kind: 'sandbox_branch',
    target: 'the disposable remote of this run',
    scope: `push one branch with the change of task ${task} to the disposable remote of this run`,
    mutationMode: 'one new branch by the harness, main untouched',
    protectedRoots: [remote],
    gitDir,
    base,
    async main() {
      const { stdout, code } = await inRemote(['rev-parse', '--verify', '--quiet', 'refs/heads/main'], [0, 1]);
      return code === 0 ? stdout.trim() : null;
    },
    async rest(branch) {
      const { stdout } = await inRemote(['for-each-ref', '--format=%(refname) %(objectname)']);
      const others = stdout.split('\n').filter(line => line !== '' && !line.startsWith(`refs/heads/${branch} `));
      const own = await Promise.all(['HEAD', 'config'].map(name => ports.files.readText(join(remote, name))));
      return sha256(JSON.stringify([others, own]));
    },
    async deliver(commit, branch) {
      await push(`${commit}:refs/heads/${branch}`);
    },
    async moveMain() {
      const { stdout: tree } = await inRemote(['rev-parse', `${base}^{tree}`]);
      const { stdout: moved } = await inRemote(['commit-tree', tree.trim(), '-p', base, '-m', 'somebody else was faster']);
      await inRemote(['update-ref', 'refs/heads/main', moved.trim(), base]);
    },
  };
}
