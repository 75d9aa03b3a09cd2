import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { type Problem, UserError } from '../errors.ts';
import type { Path } from '../model/json.ts';
import { type Task, TaskSpec } from '../model/task.ts';
import type { Entry, Files, Ports } from '../ports.ts';
import { didYouMean } from '../suggest.ts';
import { check, nameOf, problemOf } from './issues.ts';
import { merge } from './merge.ts';
import { readYaml } from './source.ts';
import type { Yaml } from './yaml.ts';

/** The package itself: its own tasks are there for every project. */
const home = resolve(import.meta.dirname, '..', '..');

/**
 * Folder of the task of that name: the project's own, else one that comes with proofgate.
 * @throws {UserError} with the names that exist; a name can never lead out of fixtures/.
 */
export async function findTaskDir(name: string, project: string, { files }: Pick<Ports, 'files'>): Promise<string> {
  const names: string[] = [];
  for (const root of new Set([resolve(project), home])) {
    const fixtures = join(root, 'fixtures');
    if ((await files.stat(fixtures))?.kind !== 'dir') continue;
    const here = await files.list(fixtures);
    if (here.includes(name) && (await files.stat(join(fixtures, name)))?.kind === 'dir') return join(fixtures, name);
    // a checkout keeps other things there, too
    const isTask = await Promise.all(here.map(async one => (await files.stat(join(fixtures, one, 'task.yaml')))?.kind === 'file'));
    names.push(...here.filter((_, i) => isTask[i]));
  }
  throw new UserError({
    message: `no task is called "${name}"`,
    hint: `${didYouMean(name, names)}Tasks are the folders of fixtures/: ${[...new Set(names)].toSorted().join(', ') || 'none yet'}.`,
  });
}

/** Says a mistake of what is laid over task.yaml, at the place where that was written. */
export type OverProblem = (path: Path, message: string, hint: string) => Problem;
const inOverlay: OverProblem = (path, message, hint) => ({ at: `given.task.${nameOf(path)}`, message, hint });

/**
 * Loads a task folder; `over` is laid upon task.yaml (`given.task` of a scenario, `null` removes a key).
 * @throws {UserError} with every problem of the folder.
 */
export async function loadTask(
  dir: string,
  { files }: Pick<Ports, 'files'>,
  over?: unknown,
  overProblem: OverProblem = inOverlay,
): Promise<Task> {
  const name = basename(dir);
  const entries = await entriesOf(dir, files);
  const hasSource = await namesSource(dir, name, over, entries, files);
  const problems = [...oddProblems(name, entries), ...partProblems(name, entries, hasSource)];
  if (problems.length > 0) throw new UserError(problems as [Problem, ...Problem[]]);

  const spec = await readSpec(join(dir, 'task.yaml'), name, { over, overProblem }, files);
  const at = (part: string) => join(dir, part);
  return {
    spec,
    dir,
    repoDir: at('repo'),
    testsDir: at('tests'),
    twinsDir: entries.some(entry => entry.path === 'twins') ? at('twins') : undefined,
    seed: entries.filter(entry => entry.path.startsWith('repo/')).map(entry => ({ ...entry, path: entry.path.slice('repo/'.length) })),
    oracle: await files.readText(at('oracle.patch')),
    digest: digestOf(entries),
  };
}

async function entriesOf(dir: string, files: Files): Promise<Entry[]> {
  if ((await files.stat(dir))?.kind === 'dir') return files.walk(dir);
  throw new UserError({ at: dir, message: 'there is no such task folder', hint: 'a task is a folder fixtures/<name>/ with task.yaml' });
}

/** Entries that cannot be part of a task: nothing of it may block, or be read in two ways. */
function oddProblems(name: string, entries: readonly Entry[]): Problem[] {
  const plain = new Set<Entry['kind']>(['file', 'link', 'dir']);
  return entries.flatMap(({ path, kind, oddity }) => {
    const at = `fixtures/${name}/${path}`;
    if (basename(path) === '.git')
      return [
        {
          at,
          message: 'a git repository cannot be part of a task',
          hint: 'remove it; the harness makes the repository that the agent works in',
        },
      ];
    if (!plain.has(kind))
      return [{ at, message: `a ${kind} cannot be part of a task`, hint: 'remove it; a task has files, folders and links' }];
    if (oddity && oddity !== 'hard_link') return [{ at, message: `cannot be part of a task: ${oddity}`, hint: 'mend or remove it' }];
    return [];
  });
}

// oxfmt-ignore
const parts: readonly { path: string; kind: 'file' | 'dir'; hint: string }[] = [
  { path: 'task.yaml',    kind: 'file', hint: 'write what is asked for and how it is judged' },
  { path: 'repo',         kind: 'dir',  hint: 'make a folder with the files that the workspace starts from' },
  { path: 'oracle.patch', kind: 'file', hint: 'write a known good answer as a unified diff (-p1) against repo/' },
  { path: 'tests',        kind: 'dir',  hint: 'make a folder with the canonical tests; it is laid over the workspace' },
];

/** A task whose workspace comes from an admitted source has no folder of its own for it. */
async function namesSource(dir: string, name: string, over: unknown, entries: readonly Entry[], files: Files): Promise<boolean> {
  if (entries.some(({ path }) => path === 'repo') || !entries.some(({ path, kind }) => path === 'task.yaml' && kind === 'file'))
    return false;
  try {
    const { value } = await readYaml(join(dir, 'task.yaml'), `fixtures/${name}/task.yaml`, files);
    const merged = merge(value, over);
    return typeof merged === 'object' && merged !== null && 'source' in merged;
  } catch (error) {
    // what cannot be read names nothing; it is told where it is read in earnest
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}

function partProblems(name: string, entries: readonly Entry[], hasSource: boolean): Problem[] {
  const kinds = new Map(entries.map(({ path, kind }) => [path, kind]));
  const at = `fixtures/${name}`;
  const missing = parts
    .filter(({ path, kind }) => kinds.get(path) !== kind && !(path === 'repo' && hasSource))
    .map(({ path, kind, hint }) => ({ at, message: kinds.has(path) ? `${path} is not a ${kind}` : `${path} is missing`, hint }));
  const tests = filesBelow('tests', entries);
  const twins = filesBelow('twins', entries);
  if (kinds.get('tests') === 'dir' && tests.length === 0)
    missing.push({ at, message: 'tests/ has no file', hint: 'a task without a test proves nothing' });
  if (kinds.has('twins') && kinds.get('tests') === 'dir') {
    const uneven = [...tests.filter(path => !twins.includes(path)), ...twins.filter(path => !tests.includes(path))];
    const hint = 'twins/ has the files of tests/ again, with wrong expectations';
    if (uneven.length > 0) missing.push({ at, message: `tests/ and twins/ differ in ${uneven.join(', ')}`, hint });
  }
  return missing;
}

const filesBelow = (folder: string, entries: readonly Entry[]) =>
  entries.filter(({ path, kind }) => kind === 'file' && path.startsWith(`${folder}/`)).map(({ path }) => path.slice(folder.length + 1));

async function readSpec(
  path: string,
  name: string,
  { over, overProblem }: { over: unknown; overProblem: OverProblem },
  files: Files,
): Promise<TaskSpec> {
  const file = `fixtures/${name}/task.yaml`;
  const yaml = await readYaml(path, file, files);
  const { data, mistakes } = check(TaskSpec, merge(yaml.value, over));
  const problems = mistakes.map(mistake =>
    isIn(over, mistake.path) ? overProblem(mistake.path, mistake.message, mistake.hint) : problemOf(mistake, yaml),
  );
  if (data && data.id !== name) problems.push(idProblem(yaml, data.id, name));
  if (data) problems.push(...identityProblems(yaml, data.verification));
  if (data?.source && (await files.stat(join(path, '..', 'repo'))))
    problems.push(
      yaml.problem(['source'], 'source: the task has a folder repo/, too', 'a workspace starts from one of them: remove the other'),
    );
  if (!data || problems.length > 0) throw new UserError(problems as [Problem, ...Problem[]]);
  return data;
}

const idProblem = (yaml: Yaml, id: string, name: string) =>
  yaml.problem(['id'], `id: expected ${name}, got ${id}`, 'a task is called as its folder; rename one of the two');

/** Two tests of one name cannot be told apart. */
function identityProblems(yaml: Yaml, { fail_to_pass, pass_to_pass }: TaskSpec['verification']): Problem[] {
  const all = [...fail_to_pass, ...(pass_to_pass === 'all' ? [] : pass_to_pass)];
  const twice = [...new Set(all.filter((id, i) => all.indexOf(id) !== i))];
  return twice.map(id =>
    yaml.problem(['verification', 'fail_to_pass'], `the test "${id}" is named twice`, 'name it once, in one of the lists'),
  );
}

/** True where a value of the overlay stands at the path, so that the mistake is not in the file. */
function isIn(over: unknown, path: Path): boolean {
  let value = over;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<string, unknown>)[step];
  }
  return path.length > 0 && over !== undefined;
}

/** Over path, kind, executable bit and content of every file and link, in the order of the walk. */
function digestOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const { path, kind, mode, digest } of entries) {
    if (kind !== 'dir') hash.update(`${path}\0${kind}\0${mode & 0o111 ? 'x' : '-'}\0${digest}\n`);
  }
  return hash.digest('hex');
}
