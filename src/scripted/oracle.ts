import { join } from 'node:path';
import { oracleTree } from '../checks/trees.ts';
import { UserError } from '../errors.ts';
import type { Task } from '../model/task.ts';
import type { Ports } from '../ports.ts';
import { shellQuoted } from './shell.ts';

/** A tool call, by the name and arguments that Case and pi know. */
export interface Call {
  name: string;
  args: Readonly<Record<string, unknown>>;
}

/**
 * The tool calls that make the known good change in a fresh workspace: `write` with the whole new content for each file that
 * differs between seed and oracle, and one `bash` with `rm` for what is gone.
 *
 * @throws {UserError} for a change that cannot be written as text: a link, a mode, bytes that are not UTF-8
 */
export async function oracleCalls(task: Task, ports: Ports): Promise<Call[]> {
  // a task with an admitted source has no seed before its run: git makes the change where the agent works
  if (!(await ports.files.stat(task.repoDir))) {
    const command = `printf %s ${shellQuoted(task.oracle)} | git apply -p1 --whitespace=nowarn -`;
    return [{ name: 'bash', args: { command } }];
  }
  await using scratch = await ports.files.scratch('proofgate-oracle');
  const tree = join(scratch.path, 'tree');
  const refused = await oracleTree(task, tree, ports);
  if (refused !== undefined) throw cannot(task, `it does not apply: ${refused}`);
  const before = new Map((await ports.files.walk(task.repoDir)).map(entry => [entry.path, entry]));
  const after = (await ports.files.walk(tree)).filter(({ kind }) => kind !== 'dir');
  const writes: Call[] = [];
  for (const { path, kind, mode, digest } of after) {
    const old = before.get(path);
    if (old?.kind === kind && old.digest === digest && isExecutable(old.mode) === isExecutable(mode)) continue;
    if (kind !== 'file' || isExecutable(mode) !== isExecutable(old?.mode ?? 0)) throw cannot(task, `${path} is more than text`);
    writes.push({ name: 'write', args: { path, content: decoded(await ports.files.readBytes(join(tree, path)), path, task) } });
  }
  const left = new Set(after.map(({ path }) => path));
  const gone = [...before.values()].filter(({ kind, path }) => kind !== 'dir' && !left.has(path)).map(({ path }) => shellQuoted(path));
  return [...writes, ...(gone.length > 0 ? [{ name: 'bash', args: { command: `rm -f -- ${gone.join(' ')}` } }] : [])];
}

const isExecutable = (mode: number) => (mode & 0o111) !== 0;

function decoded(bytes: Uint8Array, path: string, task: Task): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw cannot(task, `${path} is not UTF-8`);
  }
}

const cannot = ({ dir }: Task, why: string) =>
  new UserError({
    at: join(dir, 'oracle.patch'),
    message: `apply: oracle cannot play this: ${why}`,
    hint: 'write the calls yourself: {tool: {name: bash, args: {command: …}}}',
  });
