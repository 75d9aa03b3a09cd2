import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { ExecResult, Ports } from '../ports.ts';
import { git } from '../workspace/git.ts';

/** The protected base of a project, as git has it: nothing of the work tree is in it. */
export interface Base extends AsyncDisposable {
  /** What was asked for, as in `origin/main`. */
  ref: string;
  /** Full commit id. */
  commit: string;
  /** Absolute scratch folder with `admissions/`, `scenarios/`, `fixtures/` and `package.json` of that commit. */
  dir: string;
  /** Whether a commit is this one or one that it was made upon. */
  has(commit: string): Promise<boolean>;
}

/** Asked in this order where nobody names one. */
const usualRefs = ['origin/main', 'main'] as const;

/** All that a decision is read from. */
const FOLDERS = ['admissions', 'scenarios', 'fixtures', 'package.json'] as const;

/** Contents come out as they were committed: no filter, no other encoding, no line ends of this machine. */
const ATTRIBUTES = '* -text !eol !ident !filter !working-tree-encoding\n';

/**
 * Lays the protected base into a scratch folder. Git runs from a repository of the harness that borrows the objects of the project, so
 * that no filter, hook, attribute or configuration of the project's is at work.
 *
 * @param ref branch, tag or commit; undefined: origin/main, else main
 * @throws {UserError} where there is no such commit
 */
export async function openBase(project: string, ref: string | undefined, ports: Ports): Promise<Base> {
  const { files } = ports;
  const at = ref ?? usualRefs.join(' or ');
  if ((await files.stat(join(project, '.git'))) === undefined) {
    const hint = 'a gate reads what is protected from git: run git init, and commit admissions/ and scenarios/';
    throw new UserError({ at: project, message: 'is not the root of a git repository', hint });
  }
  const inProject = (args: readonly string[], okCodes: readonly number[]) => git(args, { cwd: project, okCodes }, ports);
  const found = await firstCommit(ref === undefined ? usualRefs : [ref], one =>
    inProject(['rev-parse', '--verify', '--quiet', '--end-of-options', `${one}^{commit}`], [0, 1, 128]),
  );
  if (!found) {
    const hint = 'git fetch origin main makes it known; --base REF names another protected branch';
    throw new UserError({ at, message: 'there is no such commit here', hint });
  }
  const objects = (await inProject(['rev-parse', '--path-format=absolute', '--git-path', 'objects'], [0])).stdout.trim();

  const scratch = await files.scratch('proofgate-base');
  try {
    const gitDir = join(scratch.path, 'git');
    const dir = join(scratch.path, 'tree');
    await files.makeDir(dir);
    await git(['init', '--quiet', '--bare', '--template=', gitDir], { cwd: scratch.path }, ports);
    await files.write(join(gitDir, 'objects', 'info', 'alternates'), `${objects}\n`);
    await files.write(join(gitDir, 'info', 'attributes'), ATTRIBUTES);
    const own = (args: readonly string[], input?: string) =>
      git(
        ['-c', 'core.bare=false', `--git-dir=${gitDir}`, `--work-tree=${dir}`, ...args],
        { cwd: dir, ...(input === undefined ? {} : { input }) },
        ports,
      );
    await own(['read-tree', found.commit]);
    const { stdout: names } = await own(['ls-files', '-z', '--cached', '--full-name', '--', ...FOLDERS]);
    await own(['checkout-index', '-z', '--stdin'], names);
    return {
      ...found,
      dir,
      has: async commit =>
        (
          await git(
            ['--git-dir', gitDir, 'merge-base', '--is-ancestor', commit, found.commit],
            { cwd: scratch.path, okCodes: [0, 1, 128] },
            ports,
          )
        ).code === 0,
      [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
    };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

async function firstCommit(
  refs: readonly string[],
  ask: (ref: string) => Promise<ExecResult>,
): Promise<{ ref: string; commit: string } | undefined> {
  for (const ref of refs) {
    const { code, stdout } = await ask(ref);
    if (code === 0) return { ref, commit: stdout.trim() };
  }
  return undefined;
}
