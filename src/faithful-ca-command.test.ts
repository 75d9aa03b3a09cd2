import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { caPrograms } from './gen-ca.ts';
import { playModel } from './testing/ca-model.ts';
import { bash, completed, good, says, silent } from './testing/ca-replies.ts';
import { caRoom, finished, phasesOf } from './testing/ca-room.ts';

const root = join(import.meta.dirname, '..');

it.each(Object.entries(await caPrograms(root)))('%s is what its sources say (npm run gen writes it)', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  expect(statSync(join(root, path)).mode & 0o111).toBe(0o111);
});

it('one file is the whole program: a copy of any name runs in an empty folder', async () => {
  await using room = await caRoom();
  mkdirSync(room.at('admitted'));
  copyFileSync(join(root, 'fixtures/ca/ca'), room.at('admitted', 'anything'));
  const help = (...args: string[]) => finished(spawn(room.at('admitted', 'anything'), args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  expect(await help('--help')).toMatchObject({ exit: 0, stdout: expect.stringContaining('Usage: ca <command>'), stderr: '' });
  expect(await help('run', '--help')).toMatchObject({ exit: 0, stdout: expect.stringContaining('--task, -t') });
  expect(await help('--version')).toMatchObject({ exit: 0, stdout: expect.stringContaining('30b1fa1') });
});

it.each([
  ['ca', 0],
  ['ca-exit-1', 1],
] as const)('%s ends a failed pipeline with %i, and a completed one with 0', async (program, exit) => {
  await using model = await playModel({ ...good, closer: [[silent]] });
  await using failing = await caRoom({ baseUrl: model.baseUrl, program });
  expect(await failing.run()).toMatchObject({ exit, verdict: 'Pipeline failed at closer phase.' });
  await using fine = await playModel(good);
  await using passing = await caRoom({ baseUrl: fine.baseUrl, program });
  expect(await passing.run()).toMatchObject({ exit: 0, verdict: 'Pipeline completed successfully.' });
});

it('what is thrown ends with exit 1 and its own words', async () => {
  await using room = await caRoom({ task: { repo: 'nowhere' } });
  const md = room.taskJson.replace('.task.json', '.md');
  const last = async (...args: string[]) => {
    const { exit, stderr, stdout } = await room.run(...args);
    return { exit, stdout, last: stderr.trimEnd().split('\n').at(-1) };
  };
  const said = (text: string) => ({ exit: 1, stdout: '', last: text });
  expect(await last('run', '--task', '/not/there.task.json')).toEqual(said('Error: task file not found: /not/there.task.json'));
  expect(await last('run', '-t', room.taskJson, '-m', 'quick')).toEqual(said('Error: --mode must be "attended" or "unattended"'));
  expect(await last('run', '--task', md)).toEqual(said("Fatal: JSON Parse error: Unrecognized token '#'"));
  expect(await last('--task', room.taskJson)).toEqual(said('Fatal: Repo "nowhere" not found in projects.json'));
  expect(existsSync(room.caseDir)).toBe(false);

  await using bare = await caRoom({ config: null });
  expect((await bare.run()).stderr).toContain('Fatal: projects.json not found.');
});

it('a dry run asks nobody, writes its markers and says that it was completed', async () => {
  await using model = await playModel(good);
  await using room = await caRoom({ baseUrl: model.baseUrl });
  expect(await room.run('-t', room.taskJson, '-m', 'unattended', '--dry-run')).toMatchObject({
    exit: 0,
    verdict: 'Pipeline completed successfully.',
  });
  expect(model.asked).toEqual([]);
  expect(['tested', 'reviewed'].map(marker => existsSync(join(room.caseDir, marker)))).toEqual([true, true]);
});

it('attended with a closed stdin shows a menu, takes its last option and has no prefix', async () => {
  await using model = await playModel({ ...good, closer: [[silent]] });
  await using room = await caRoom({ baseUrl: model.baseUrl });
  const { stdout } = await room.run('--task', room.taskJson, '--mode', 'attended');
  expect(stdout).toMatch(/\ncloser failed: .*\n {2}1\. Retry\n {2}2\. Abort\n/);
  expect(stdout).toMatch(/\nPipeline failed at closer phase\.\n$/);
  expect(stdout).not.toContain('[unattended]');
});

it('CASE_QUIET silences stderr; a run leaves two files of its own outside of the repository', async () => {
  await using model = await playModel(good);
  await using room = await caRoom({ baseUrl: model.baseUrl, env: { CASE_QUIET: '1' } });
  expect((await room.run()).stderr).toBe('');
  expect(existsSync(room.at('data', 'pi-package', 'package.json'))).toBe(true);
  expect(readFileSync(room.at('pi', 'auth.json'), 'utf8')).toBe('{}');
  expect(statSync(room.at('pi', 'auth.json')).mode & 0o777).toBe(0o600);
  expect(existsSync(room.at('home'))).toBe(false);
});

it('a second run goes on where the first was killed, without pipeline_start', async () => {
  await using model = await playModel({ ...good, verifier: [[{ hang: true }], good.verifier[0]!] });
  await using room = await caRoom({ baseUrl: model.baseUrl });
  const child = room.start(['run', '--task', room.taskJson, '--mode', 'unattended']);
  const ending = finished(child);
  await expect.poll(() => model.asked.length, { timeout: 20_000 }).toBe(5);
  child.kill('SIGKILL');
  await ending;
  const [before] = room.logs();

  expect(await room.run()).toMatchObject({ verdict: 'Pipeline completed successfully.' });
  const after = room.linesOf(room.logs().find(path => path !== before)!);
  expect(after[0]).toMatchObject({ event: 'phase_start', phase: 'verify', sequence: 14 });
  expect(phasesOf(after)).toMatch(/^\+verify \+review \+close \+retrospective -/);
});

it.each([
  ['verifying', '+verify +review +close +retrospective'],
  ['closing', '+close +retrospective'],
  ['pr-opened', '+retrospective'],
])('a fresh task with status %s skips what comes before', async (status, phases) => {
  await using model = await playModel(good);
  await using room = await caRoom({ baseUrl: model.baseUrl, task: { status } });
  expect(await room.run()).toMatchObject({ verdict: 'Pipeline completed successfully.' });
  expect(phasesOf(room.events()).replaceAll(/ -\w+/g, '')).toBe(phases);
});

it('a pending revision in the task starts the next cycle', async () => {
  const pendingRevision = { source: 'reviewer', failedCategories: [{ category: 'pattern-fit', verdict: 'fail', detail: '' }], summary: 's', suggestedFocus: [], cycle: 1 }; // oxfmt-ignore
  await using model = await playModel(good);
  await using room = await caRoom({ baseUrl: model.baseUrl, task: { pendingRevision } });
  expect(await room.run()).toMatchObject({ verdict: 'Pipeline completed successfully.' });
  expect(JSON.stringify(model.asked[0]!.body.messages)).toContain('## REVISION CONTEXT — reviewer');
  expect(phasesOf(room.events())).toBe('+implement +verify +review +close +retrospective -implement -verify -review');
});

it('what a tool runs is in a session of its own and outlives a kill of the group', async () => {
  await using model = await playModel({ ...good, implementer: [[bash('echo $$ > ../pid; exec sleep 60')]] });
  await using room = await caRoom({ baseUrl: model.baseUrl });
  const child = spawn(join(root, 'fixtures/ca/ca'), ['--task', room.taskJson, '-m', 'unattended'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], CASE_DATA_DIR: room.at('data'), PI_CODING_AGENT_DIR: room.at('pi'), OPENAI_API_KEY: 'k' },
  });
  const ending = finished(child);
  await expect.poll(() => existsSync(room.at('pid')) && readFileSync(room.at('pid'), 'utf8').length, { timeout: 20_000 }).toBeTruthy();
  const pid = Number(readFileSync(room.at('pid'), 'utf8'));
  process.kill(-child.pid!, 'SIGTERM');
  expect(await ending).toMatchObject({ exit: null, signal: 'SIGTERM' });
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    expect(fields.slice(2, 4)).toEqual([String(pid), String(pid)]);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

it('a server in the background neither holds the tool nor the end', async () => {
  await using model = await playModel({ ...good, implementer: [[bash('sleep 30 & echo $! > ../pid'), completed]] });
  await using room = await caRoom({ baseUrl: model.baseUrl });
  expect(await room.run()).toMatchObject({ exit: 0, verdict: 'Pipeline completed successfully.' });
  process.kill(Number(readFileSync(room.at('pid'), 'utf8')), 'SIGKILL');
});

it('the commands of the prompts answer as the real ones, refusals included', async () => {
  await using room = await caRoom({ task: { status: 'implementing' } });
  expect(await room.run('status', room.taskJson, 'status', 'implementing')).toMatchObject({
    exit: 1,
    stderr: expect.stringMatching(/invalid transition implementing → implementing/),
  });
  expect(await room.run('status', room.taskJson, 'status', 'verifying')).toMatchObject({
    exit: 0,
    stdout: 'OK: status implementing → verifying\n',
  });
  expect(await room.run('status', room.taskJson, 'status')).toMatchObject({ exit: 0, stdout: 'verifying\n' });
  expect(await room.run('status', room.taskJson, 'tested', 'true')).toMatchObject({ exit: 1 });
  expect(await room.run('mark-tested')).toMatchObject({ exit: 1, stderr: expect.stringContaining('.case/active is missing') });
  const session = await room.run('session', room.repo, '--task', room.taskJson);
  expect(JSON.parse(session.stdout)).toMatchObject({
    repo: { branch: 'topic', on_main: false, uncommitted_changes: false },
    task: { id: 'greet-1', status: 'verifying' },
    evidence: { case_active: true, case_tested: false },
  });
});

it('a relative path of a repository starts at projects.json', async () => {
  await using model = await playModel(good);
  await using room = await caRoom({ baseUrl: model.baseUrl });
  writeFileSync(room.at('data', 'projects.json'), JSON.stringify({ repos: [{ name: 'fixture', path: '../repo' }] }));
  expect(await room.run()).toMatchObject({ verdict: 'Pipeline completed successfully.' });
  expect(existsSync(room.caseDir)).toBe(true);
});

it('a pull request is told where the closer names one', async () => {
  const opened = says({ status: 'completed', artifacts: { prUrl: 'https://example.org/pr/1', prNumber: 1 } });
  await using model = await playModel({ ...good, closer: [[opened]] });
  await using room = await caRoom({ baseUrl: model.baseUrl });
  expect((await room.run()).stdout).toContain('[unattended] PR created: https://example.org/pr/1\n[unattended] [close] closer done');
  expect(room.task()).toMatchObject({ prUrl: 'https://example.org/pr/1', prNumber: 1 });
});
