import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ModelAdmission } from '../model/admission.ts';
import { nodePorts } from '../node/ports.ts';
import { aPlan } from '../testing/plan.ts';
import { makeContract, writeTree } from '../testing/tiny-task.ts';
import { openWorkspace } from '../workspace/index.ts';
import { headOf } from './branch.ts';
import { keepBooks } from './keep.ts';
import { prepare } from './prepare.ts';

const ports = nodePorts();
const project = join(import.meta.dirname, '../..');
const token = 'the-token-of-this-run';

/** A workspace of a real run, and a job for it that remembers what was kept. */
async function aJob() {
  const room = await ports.files.scratch('proofgate-prepare-');
  const plan = await aPlan('/nowhere', ports);
  const workspace = await openWorkspace(plan.task.repoDir, join(room.path, 'parent'), ['.case'], ports);
  const record = 'admissions/models/CTO-CASE-MODEL-PROVIDER-ADMISSION.qwen-local-qwen3.6-35b-a3b.json';
  const model = ModelAdmission.parse(JSON.parse(await ports.files.readText(join(project, record))));
  const kept: Record<string, string> = {};
  const origin = 'http://127.0.0.1:45678';
  const served = { origin, network: 'host' as const, refused: [], [Symbol.asyncDispose]: async () => {} };
  const job = {
    plan,
    contract: await makeContract(plan.task, ports),
    workspaceDir: workspace.dir,
    agentDir: join(room.path, 'agent'),
    env: { PATH: '/usr/bin', HOME: '/h' },
    access: { baseUrl: `${origin}/v1`, token, model, served, lines: () => [] },
    binary: '/aside/ca',
    keep: async (path: string, content: string) => void (kept[path] = content),
    onStdout() {},
    onStderr() {},
    onEvent() {},
    signal: new AbortController().signal,
  };
  return { job, workspace, kept, [Symbol.asyncDispose]: () => room[Symbol.asyncDispose]() };
}

it('Case starts on a topic branch at the baseline, in a tree that git calls clean but for its own folder', async () => {
  await using at = await aJob();
  const { baseline } = await prepare(at.job, ports);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: at.job.workspaceDir, encoding: 'utf8' }).trim();
  expect(baseline).toBe(at.workspace.baselineCommit);
  expect(git('rev-parse', 'HEAD', 'main')).toBe(`${baseline}\n${baseline}`);
  expect(git('symbolic-ref', 'HEAD')).toMatch(/^refs\/heads\/proofgate\/[\da-f]{8}$/);
  expect(git('status', '--porcelain')).toBe('?? .case/');
  expect(git('config', 'user.email')).toBe('agent@localhost');
  expect(git('remote')).toBe('');

  expect(await headOf(at.job.workspaceDir, ports.files)).toBe(baseline);
  git('commit', '--allow-empty', '-m', 'more');
  const head = git('rev-parse', 'HEAD');
  expect(await headOf(at.job.workspaceDir, ports.files)).toBe(head);
  git('pack-refs', '--all');
  expect(await headOf(at.job.workspaceDir, ports.files)).toBe(head);
  git('checkout', '--quiet', '--detach');
  expect(await headOf(at.job.workspaceDir, ports.files)).toBe(head);
});

it('the environment has the token under the name that Case looks for, the copied ca first, and its own folders', async () => {
  await using at = await aJob();
  const { env, taskFile, taskId } = await prepare(at.job, ports);
  const data = join(at.job.agentDir, 'case-data');
  expect(env).toEqual({
    HOME: '/h',
    PATH: '/aside:/usr/bin',
    CASE_DATA_DIR: data,
    PI_CODING_AGENT_DIR: join(data, 'pi-agent'),
    OPENAI_API_KEY: token,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  });
  expect(JSON.parse(await ports.files.readText(taskFile))).toMatchObject({ id: taskId, status: 'active' });
  expect((await ports.files.stat(join(data, 'pi-agent/auth.json')))?.mode).toBe(0o600);
});

it('no file has the token, and none of the evidence has the address', async () => {
  await using at = await aJob();
  const { taskId } = await prepare(at.job, ports);
  expect(Object.keys(at.kept).sort()).toEqual([
    'case-data/config.json',
    'case-data/pi-agent/auth.json',
    'case-data/pi-agent/models.json',
    'case-data/projects.json',
    'case-data/workspace/.case/active',
    `case-data/workspace/.case/tasks/active/${taskId}.md`,
    `case-data/workspace/.case/tasks/active/${taskId}.task.json`,
  ]);
  expect(JSON.stringify(at.kept)).not.toContain('127.0.0.1');
  for (const root of [at.job.workspaceDir, at.job.agentDir]) {
    const paths = (await ports.files.walk(root)).filter(({ kind }) => kind === 'file').map(({ path }) => join(root, path));
    for (const path of paths) expect(await ports.files.readText(path)).not.toContain(token);
  }
});

it('a workspace where Case was before is refused: it would be resumed', async () => {
  await using at = await aJob();
  await prepare(at.job, ports);
  await expect(prepare(at.job, ports)).rejects.toThrow('EEXIST');
});

it('of what Case wrote down only plain files are kept, under plain names', async () => {
  await using at = await aJob();
  const { taskId } = await prepare(at.job, ports);
  const before = Object.keys(at.kept);
  await writeTree(
    at.job.workspaceDir,
    {
      [`.case/${taskId}/events/run-1.jsonl`]: 'the log\n',
      [`.case/${taskId}/events/strange name.jsonl`]: 'x',
      [`.case/${taskId}/plan.json`]: { link: '/etc/passwd' },
      [`.case/${taskId}/tested`]: '2026-06-01T00:00:00.000Z',
      '.case/run-log.jsonl': 'x'.repeat(300_000),
    },
    ports,
  );
  await keepBooks(at.job, taskId, ports.files);
  const kept = Object.fromEntries(Object.entries(at.kept).filter(([path]) => !before.includes(path) && path !== 'case/task.json'));
  expect(kept).toEqual({
    'case/events/run-1.jsonl': 'the log\n',
    'case/plan.json': `[proofgate: not kept: .case/${taskId}/plan.json is a link]\n`,
    'case/run-log.jsonl': '[proofgate: not kept: .case/run-log.jsonl has more than 262144 bytes]\n',
    'case/tested': '2026-06-01T00:00:00.000Z',
  });
  expect(JSON.parse(at.kept['case/task.json']!)).toMatchObject({ id: taskId });
});
