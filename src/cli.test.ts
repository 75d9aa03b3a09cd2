import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blockerCodes } from './model/blocker.ts';
import { Report } from './model/report.ts';

// Every test here starts processes, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 120_000 });

/** The real command line, as a process of its own, in a folder that is nobody's project. */
const cli = join(import.meta.dirname, 'cli.ts');
let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'proofgate-cli-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const start = (...argv: string[]) =>
  execa(process.execPath, [cli, ...argv], { cwd, reject: false, stripFinalNewline: false, env: { CI: 'true' }, timeout: 110_000 });

const seen = async (path: string) => {
  for (let tries = 0; tries < 1000 && !existsSync(path); tries++) await wait(50);
};

describe('the exit code says whose turn it is', { concurrent: true }, () => {
  it('64 for a flag that does not exist: the place on stderr, nothing on stdout', async () => {
    const { exitCode, stdout, stderr } = await start('run', '--stag', '2');
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain('Did you mean "--stage"?');
  });

  it.each([
    ['a folder that is not there', ['verify', 'nowhere'], 'there is no such folder'],
    ['a folder that is no bundle', ['verify', '.'], 'no evidence bundle'],
    ['a blocker that does not exist', ['explain', 'no_dif'], 'Did you mean "no_diff"?'],
    ['a backend that does not exist', ['run', '--backend', 'cas'], 'did you mean case?'],
    ['a task that does not exist', ['run', 'n1-string-sluggify'], 'Did you mean "n1-string-slugify"?'],
    ['a command with an open quote', ['run', '--command', "node 'a"], 'has no end'],
    ['a script that is not there', ['run', '--fake', 'none.yaml'], 'none.yaml: is not there'],
    ['nothing at all', [], 'no command given'],
  ])('64 for %s', async (_title, argv, message) => {
    const { exitCode, stdout, stderr } = await start(...argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^ {2}hint: /m);
    expect(stderr).not.toContain('    at ');
  });

  it('64 for an action that the script does not know, at its line', async () => {
    writeFileSync(join(cwd, 'wrong.yaml'), '- plan: [think]\n- clam: completed\n');
    const { exitCode, stderr } = await start('run', '--fake', 'wrong.yaml');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^wrong\.yaml:2:3: /);
  });

  it('1 where no bundle can be made', async () => {
    writeFileSync(join(cwd, 'file'), '');
    const { exitCode, stdout, stderr } = await start('run', '--out', 'file/runs');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('cannot make an evidence bundle here');
  });

  it('0 for help and version', async () => {
    expect(await start('--help')).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await start('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('run', () => {
  it('says the verdict, why, what to do next and where the evidence is', async () => {
    const { exitCode, stdout, stderr } = await start('run', '--backend', 'case');
    expect(exitCode).toBe(2);
    const [headline, next, evidence, check] = stdout.split('\n');
    expect(headline).toMatch(/^blocked: backend_not_enabled: .* · n1-string-slugify with case at stage 2 \(artificial fixture\) · \d/);
    expect(next).toMatch(/^ {2}next: Set the switch .* Who acts: /);
    expect(evidence).toMatch(/^ {2}evidence: reports\/runs\/.*\/report\.md$/);
    expect(check).toMatch(/^ {2}check it: proofgate verify reports\/runs\//);
    expect(stderr).toContain('… checking that the run may start\n');
  });

  it('--json prints one document and nothing else', async () => {
    const { exitCode, stdout, stderr } = await start('run', '--backend', 'case', '--out', 'json', '--json');
    const { exit, bundle, report, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ exitCode, exit, stderr, rest }).toEqual({ exitCode: 2, exit: 2, stderr: '', rest: {} });
    expect(Report.parse(report)).toMatchObject({ sealed: true, status: 'blocked' });
    expect(JSON.parse(readFileSync(join(String(bundle), 'report.json'), 'utf8'))).toEqual(report);
  });

  it('of a new task passes at once, and verify agrees until a byte differs', async () => {
    const made = await start('new', 'task', 'my-first');
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toContain('Try it: proofgate run my-first\n');
    expect((await start('list')).stdout).toMatch(/^my-first +clamp\(\) in clamp\.js/m);

    const run = await start('run', 'my-first', '--out', 'first', '--json');
    const { bundle } = JSON.parse(run.stdout) as { bundle: string };
    expect(run.exitCode).toBe(0);
    expect(await start('verify', bundle)).toMatchObject({ exitCode: 0, stdout: 'pass: consistent\n  unsigned: provenance not shown\n' });

    writeFileSync(join(bundle, 'test.log'), 'x', { flag: 'a' });
    const changed = await start('verify', bundle, '--json');
    expect(changed.exitCode).toBe(4);
    expect(JSON.parse(changed.stdout)).toMatchObject({
      verdict: 'invalid',
      exit: 4,
      problems: [{ artifact: 'test.log' }, { artifact: 'test.log' }],
    });
    expect(await start('new', 'task', 'my-first')).toMatchObject({ exitCode: 64, stdout: '' });
  });

  it('of any program counts what it changed, not what it says', async () => {
    const code = "console.log('all done, every test passes')";
    const { exitCode, stdout } = await start('run', '--out', 'command', '--command', `node -e "${code}"`);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^fail: no_diff: /);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the children, leaves a report that is a fail, and exits %i', async (signal, code) => {
    const beat = join(cwd, `beat-${signal}`);
    const program = `setInterval(() => require('fs').appendFileSync(${JSON.stringify(beat)}, '.'), 20)`;
    writeFileSync(join(cwd, 'slow.yaml'), `- run: [node, -e, ${JSON.stringify(program)}]\n`);
    const running = start('run', '--fake', 'slow.yaml', '--out', `out-${signal}`);
    await Promise.race([running, seen(beat)]);
    running.kill(signal);
    const { exitCode, stdout } = await running;

    expect(exitCode).toBe(code);
    expect(stdout).toMatch(/^fail: run_interrupted: /);
    const [bundle = ''] = readdirSync(join(cwd, `out-${signal}`));
    const report = JSON.parse(readFileSync(join(cwd, `out-${signal}`, bundle, 'report.json'), 'utf8')) as Report;
    expect(report).toMatchObject({ status: 'fail', lifecycle: 'interrupted', blockers: [{ code: 'run_interrupted' }] });
    const beats = readFileSync(beat, 'utf8').length;
    await wait(200);
    expect(readFileSync(beat, 'utf8')).toHaveLength(beats);
  });
});

it('health runs what the whole rests on, and is ok where all of it is proven', async () => {
  const { exitCode, stdout, stderr } = await start('health', '--json');
  const { checks, ...whole } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; state: string }[] };
  expect(stderr).toBe('');
  expect(whole).toEqual({ ok: true, state: 'proven', proven: 12, failed: 0 });
  expect(checks.filter(check => check.ok !== (check.state === 'proven'))).toEqual([]);
  // the names by which the seeds ask for them
  expect(checks.map(check => check.name)).toEqual(
    expect.arrayContaining([
      'provider_timeout_fail_closed',
      'model_provider_gate_blocks',
      'local_provider_delayed_content_allows_case',
      'qwen_local_openai_compat_allows_case',
      'case_stage2',
      'planning',
    ]),
  );
  expect(exitCode).toBe(0);
});

describe('what is read by programs', { concurrent: true }, () => {
  it.each(['tasks', 'blockers'])('list %s --json is a list of names', async what => {
    const { exitCode, stdout } = await start('list', what, '--json');
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    expect(exitCode).toBe(0);
    if (what === 'blockers') expect(names).toEqual(blockerCodes);
    if (what === 'tasks') expect(names).toContain('n1-string-slugify');
  });

  it('explain --json is the row of the table', async () => {
    expect(JSON.parse((await start('explain', 'no_diff', '--json')).stdout)).toMatchObject({ code: 'no_diff', exit: 1, owner: 'backend' });
  });

  it('schema NAME is a JSON Schema', async () => {
    expect(JSON.parse((await start('schema', 'task')).stdout)).toMatchObject({ $defs: { task: { title: 'Task' } } });
  });

  it('schema --write puts them where an editor finds them', async () => {
    const { exitCode, stdout } = await start('schema', '--write');
    expect(exitCode).toBe(0);
    for (const path of stdout.trim().split('\n')) expect(existsSync(join(cwd, path))).toBe(true);
  });

  it('a reader that stops reading does no harm', async () => {
    const { stdout, stderr } = await execa('sh', ['-c', '"$0" "$1" list blockers --json | head -c 1', process.execPath, cli], { cwd });
    expect({ stdout, stderr }).toEqual({ stdout: '[', stderr: '' });
  });

  it('colours are for terminals only', async () => {
    expect((await start('explain', 'timeout')).stdout).not.toContain('\u001b');
  });
});
