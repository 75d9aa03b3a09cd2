import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { scratchPrefixes } from '../engine.ts';
import { UserError } from '../errors.ts';
import type { Policy } from '../model/policy.ts';
import type { Files, Ports } from '../ports.ts';
import { KEYS, POLICY, readPolicy } from '../promotion/index.ts';
import { makeKeyPair, parsePrivateKey, type PrivateKey } from '../promotion/keys.ts';
import type { GateSpec } from '../scenario/gate-keys.ts';
import { merge } from '../scenario/merge.ts';
import { readStage } from '../stages/index.ts';
import { git } from '../workspace/git.ts';

/** A git repository that is made for one gate. Its protected branch is `main`, and HEAD stands on another, which begins there. */
export interface GateRoom extends AsyncDisposable {
  /** Absolute root. */
  root: string;
  /** The commit of HEAD. */
  commit: string;
  /** Keys that its policy names; they are gone with this object. */
  keys: Record<'runner' | 'approver', PrivateKey>;
  /** Commits what a path of the work tree is now to the protected branch, and to no other. */
  protect(path: string): Promise<void>;
}

/** The protected branch of a room. */
export const MAIN = 'main';
const FAR = '2100-01-01T00:00:00Z';

/** What a project without a policy gets; nobody signs anything real under it. */
const ordinaryPolicy: Policy = {
  policy: 1,
  notice: 'A policy authorizes nothing by itself.',
  expires_at: FAR,
  runner_keys: [],
  approver_keys: [],
  max_age: { challenge: '24h', suite: '12h', run: '12h', admission: '180d', promotion: '90d' },
  calibration_times: 3,
  exempt: { fake: 2, command: 2 },
  denied_models: [],
  hosts: 'any',
};

/** Where a scenario file stands in a room: one that is no test file, for its `_`, is evidence there. */
export const inRoom = (file: string): string => join(dirname(file), basename(file).replace(/^_/, ''));

/**
 * Makes the repository: scenarios, fixtures and admissions of the project, a policy with two keys that are thrown away, and a record of the
 * stage that requires exactly the evidence. Of the ledger and the promotions of the project it has nothing.
 *
 * @param files scenario files of the evidence, relative to the project
 * @param ids of the evidence, as the room calls it
 * @throws {UserError} for a policy or a stage record of the project with mistakes
 */
export async function openGateRoom(
  { stage, policy }: GateSpec,
  { files: sources, ids }: { files: readonly string[]; ids: readonly string[] },
  project: string,
  ports: Ports,
): Promise<GateRoom> {
  const { files } = ports;
  const scratch = await files.scratch(scratchPrefixes.gate);
  const root = scratch.path;
  try {
    await copyProject(project, sources, root, ports);
    const keys = { runner: await keyIn(root, 'runner', ports), approver: await keyIn(root, 'approver', ports) };
    const own = (await files.stat(join(root, POLICY))) === undefined ? ordinaryPolicy : (await readPolicy(root, files)).value;
    const { runner, approver } = keys;
    const named = { ...own, expires_at: FAR, calibration_times: 3, runner_keys: [runner.keyid], approver_keys: [approver.keyid] };
    await files.write(join(root, POLICY), stringify(merge(named, policy)));
    const record = await readStage(root, stage, ports);
    await files.write(join(root, record.file), stringify({ ...record.record, required_scenarios: ids, required_for: {} }));

    const inRoot = (args: readonly string[]) => git(args, { cwd: root }, ports);
    const said = async (args: readonly string[]) => (await inRoot(args)).stdout.trim();
    await inRoot(['init', '--quiet', '--template=', root]);
    await inRoot(['symbolic-ref', 'HEAD', 'refs/heads/work']);
    const protectedPaths = ['admissions', 'scenarios', 'package.json', ...((await hasFiles(root, ports)) ? ['fixtures'] : [])];
    // what a task's own .gitignore leaves out is part of the task
    await inRoot(['add', '--all', '--force', '--', ...protectedPaths]);
    await inRoot(['commit', '--quiet', '--message', 'what is protected']);
    const commit = await said(['rev-parse', 'HEAD']);
    await inRoot(['update-ref', `refs/heads/${MAIN}`, commit]);
    return {
      root,
      commit,
      keys,
      async protect(path) {
        await inRoot(['add', '--all', '--force', '--', path]);
        const tree = await said(['write-tree']);
        const next = await said(['commit-tree', tree, '-p', MAIN, '-m', `changed ${path}`]);
        await inRoot(['update-ref', `refs/heads/${MAIN}`, next]);
      },
      [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
    };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** git adds no folder that is empty. */
const hasFiles = async (root: string, { files }: Ports): Promise<boolean> =>
  (await files.walk(join(root, 'fixtures'), { maxFileBytes: 0 })).some(({ kind }) => kind !== 'dir');

/** What npm put beside a fixture is no part of it, and can be larger than a repository may be. */
const installedIn = async (folder: string, files: Files): Promise<string[]> =>
  (await files.list(folder)).map(name => `${name}/node_modules`);

async function copyProject(project: string, sources: readonly string[], root: string, { files }: Ports): Promise<void> {
  const has = async (path: string) => (await files.stat(join(project, path)))?.kind;
  for (const folder of ['admissions', 'fixtures']) {
    if ((await has(folder)) !== 'dir') await files.makeDir(join(root, folder));
    else await files.copyTree(join(project, folder), join(root, folder), { skip: await installedIn(join(project, folder), files) });
  }
  for (const own of ['ledger', 'promotions', 'keys']) await files.remove(join(root, 'admissions', own));
  if ((await has('package.json')) === 'file') await files.copyFile(join(project, 'package.json'), join(root, 'package.json'));
  else await files.write(join(root, 'package.json'), '{"type": "module"}\n');
  if ((await has('node_modules')) !== undefined)
    await files.link(await files.realPath(join(project, 'node_modules')), join(root, 'node_modules'));

  // the folders of the evidence, and what holds for all of them; a file beside them may name what is in any
  const folders = new Set(sources.map(file => file.split('/').slice(0, -1).slice(0, 2).join('/')));
  const wanted = folders.has('scenarios') ? ['scenarios'] : [...folders];
  for (const folder of wanted) await files.copyTree(join(project, folder), join(root, folder));
  const defaults = 'scenarios/_defaults.yaml';
  if (!folders.has('scenarios') && (await has(defaults)) === 'file') await files.copyFile(join(project, defaults), join(root, defaults));
  for (const file of new Set(sources.filter(one => inRoom(one) !== one))) {
    if ((await files.stat(join(root, inRoom(file)))) !== undefined) {
      const hint = 'give one of them another name: in the repository of the gate it stands without its _';
      throw new UserError({ at: file, message: `would take the place of ${inRoom(file)}`, hint });
    }
    await files.rename(join(root, file), join(root, inRoom(file)));
  }
}

async function keyIn(root: string, name: string, { files }: Ports): Promise<PrivateKey> {
  const { privatePem, publicPem } = makeKeyPair();
  await files.write(join(root, KEYS, `${name}.pem`), publicPem);
  return parsePrivateKey(privatePem, name);
}
