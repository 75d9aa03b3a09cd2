import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodePorts } from '../node/ports.ts';

const programs = resolve(import.meta.dirname, '..', '..', 'fixtures', 'ca');

export interface RoomOptions {
  baseUrl?: string;
  task?: object;
  /** Replaces models.json, config.json; `null` leaves the file out. */
  models?: unknown;
  config?: object | null;
  env?: Record<string, string>;
  /** A file of fixtures/ca/, or the absolute path of another `ca`. */
  program?: string;
}

export interface Line {
  event: string;
  [key: string]: unknown;
}

/** A repository on a topic branch with one task in it, and everything that `ca` wants to know about it. Removes itself. */
export async function caRoom(options: RoomOptions = {}) {
  const scratch = await nodePorts().files.scratch('ca-room');
  const at = (...parts: string[]) => join(scratch.path, ...parts);
  const repo = at('repo');
  const put = (path: string, content: unknown) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const env = {
    PATH: process.env['PATH']!,
    HOME: at('home'),
    CASE_DATA_DIR: at('data'),
    PI_CODING_AGENT_DIR: at('pi'),
    OPENAI_API_KEY: 'key-of-the-run',
    GIT_CONFIG_NOSYSTEM: '1',
    ...options.env,
  };
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repo, encoding: 'utf8', env }).trim();
  put(join(repo, 'greeting.txt'), 'hello\n');
  put(join(repo, 'README.md'), 'greets\n');
  git('init', '-q', '-b', 'topic');
  git('config', 'user.name', 'T');
  git('config', 'user.email', 't@example.org');
  git('add', '-A');
  git('commit', '-qm', 'base');
  const task = {
    id: 'greet-1',
    status: 'active',
    repo: 'fixture',
    issue: '1',
    issueType: 'freeform',
    mode: 'unattended',
    profile: 'standard',
  };
  const taskJson = join(repo, '.case', 'tasks', 'active', 'greet-1.task.json');
  put(taskJson, { ...task, agents: {}, tested: false, prUrl: null, prNumber: null, ...options.task });
  put(taskJson.replace('.task.json', '.md'), '# Greet\n\nSay Hello.\n');
  put(join(repo, '.case', 'active'), 'greet-1');
  const config = { version: 1, projects: './projects.json', models: { default: { provider: 'openai', model: 'local-model' } } };
  if (options.config !== null) put(at('data', 'config.json'), options.config ?? config);
  put(at('data', 'projects.json'), { repos: [{ name: 'fixture', type: 'library', path: repo, commands: { test: 'true' } }] });
  const provider = { baseUrl: options.baseUrl, apiKey: 'OPENAI_API_KEY', api: 'openai-completions', models: [{ id: 'local-model' }] };
  put(at('pi', 'models.json'), options.models ?? { providers: { openai: provider } });

  const caseDir = join(repo, '.case', 'greet-1');
  const logs = () => readdirSync(join(caseDir, 'events')).map(name => join(caseDir, 'events', name));
  const linesOf = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Line);
  const start = (args: string[]): ChildProcess =>
    spawn(resolve(programs, options.program ?? 'ca'), args, { cwd: at(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    repo,
    caseDir,
    taskJson,
    logs,
    linesOf,
    start,
    at,
    task: () => JSON.parse(readFileSync(taskJson, 'utf8')) as Record<string, unknown>,
    events: () => (existsSync(join(caseDir, 'events')) ? linesOf(logs()[0]!) : []),
    read: (...path: string[]) => readFileSync(join(repo, ...path), 'utf8'),
    /** Runs to the end; by default the task, unattended. */
    run: (...args: string[]) => finished(start(args.length > 0 ? args : ['run', '--task', taskJson, '--mode', 'unattended'])),
    /** What a judge would look at: commits above the base, what git sees besides `.case/`, and whether the task is done. */
    after: () => ({
      commits: Number(git('rev-list', '--count', 'HEAD')) - 1,
      status: git('status', '--porcelain', '--', '.', ':(exclude).case')
        .split('\n')
        .map(line => line.trim())
        .filter(Boolean),
      done: readFileSync(join(repo, 'greeting.txt'), 'utf8') === 'Hello\n',
    }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

export interface Finished {
  exit: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Last line of stdout without its prefix. */
  verdict: string | undefined;
}

export function finished(child: ChildProcess): Promise<Finished> {
  const said = { stdout: '', stderr: '' };
  child.stdout!.on('data', chunk => (said.stdout += String(chunk)));
  child.stderr!.on('data', chunk => (said.stderr += String(chunk)));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (exit, signal) => {
      done({ exit, signal, ...said, verdict: said.stdout.trimEnd().split('\n').at(-1)?.replace('[unattended] ', '') });
    });
  });
}

/** `phase_end` events in short: `+review` completed, `!review` failed, `-review` skipped. */
export const phasesOf = (lines: readonly Line[]): string =>
  lines
    .filter(({ event }) => event === 'phase_end')
    .map(({ phase, outcome }) => `${{ completed: '+', failed: '!', skipped: '-' }[String(outcome)]}${String(phase)}`)
    .join(' ');
