import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, it, vi } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { loadTask } from '../scenario/task.ts';
import { playScript } from '../scripted/play.ts';

// The whole loop, each step a process of its own, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 180_000 });

const engine = resolve(import.meta.dirname, '../..');
const cli = join(engine, 'src/cli.ts');
const ca = join(engine, 'fixtures/ca/ca');
const source = ['--source-url', 'https://github.com/workos/case.git', '--commit', '7'.repeat(40), '--built-by', 'fixtures/ca'];

it('the loop of the seeds, on the command line: admit, ask the doctor, run the profile, verify; and the address stands nowhere', async () => {
  const ports = nodePorts();
  const cwd = await mkdtemp(join(tmpdir(), 'proofgate-loop-'));
  try {
    const task = await loadTask(join(engine, 'fixtures/n1-string-slugify'), ports);
    await using model = await playScript([{ apply: 'oracle' }, { commit: 'mend slugify' }, { envelope: 'completed' }], task, ports);
    const env = {
      CI: 'true',
      PROOFGATE_ADMISSIONS: join(cwd, 'mine'),
      CTO_HARNESS_CASE_BIN: ca,
      CTO_HARNESS_CASE_LOCAL_BASE_URL: model.baseUrl,
    };
    const start = (argv: string[], more: Record<string, string | undefined> = env) =>
      execa(process.execPath, [cli, ...argv], { cwd, reject: false, env: more, timeout: 120_000 });
    const loop = ['run', 'n1-string-slugify', '--profile', 'case-qwen-loop', '--json'];

    expect(await start(['doctor', 'case-qwen-loop'])).toMatchObject({ exitCode: 2 });
    expect(await start(['admit', 'model', 'qwen-local', 'qwen3.6-35b-a3b', '--by', 'jp', '--into', 'mine'])).toMatchObject({ exitCode: 0 });
    expect(await start(['admit', 'binary', ca, '--backend', 'case', ...source, '--by', 'jp', '--into', 'mine'])).toMatchObject({
      exitCode: 0,
    });
    expect(await start(['doctor', 'case-qwen-loop'])).toMatchObject({ exitCode: 0 });

    const { exitCode, stdout, stderr } = await start(loop);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { bundle, report, profile } = JSON.parse(stdout) as { bundle: string; report: unknown; profile: unknown };
    expect(profile).toMatchObject({ name: 'case-qwen-loop' });
    expect(report).toMatchObject({
      status: 'pass',
      stage: 2,
      changed_files: ['strings.js'],
      case_process_started: true,
      case_model_provider: 'qwen-local',
      case_runtime_model_provider: 'openai',
      case_model_admission_status: 'admitted',
    });
    expect(await start(['verify', bundle])).toMatchObject({ exitCode: 0 });
    const port = new URL(model.baseUrl).port;
    for (const { path, kind } of await ports.files.walk(bundle)) {
      if (kind === 'file') expect(await readFile(join(bundle, path), 'latin1'), path).not.toContain(`127.0.0.1:${port}`);
    }

    // one byte more, and it is not the executable that was admitted
    const other = join(cwd, 'ca');
    await writeFile(other, `${await readFile(ca, 'latin1')}\n`);
    await chmod(other, 0o755);
    const refused = await start(loop, { ...env, CTO_HARNESS_CASE_BIN: other });
    expect(refused.exitCode).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      report: { blockers: [{ code: 'binary_not_admitted' }], case_process_started: false },
    });

    const blocked = await start(loop, { ...env, CTO_HARNESS_CASE_LOCAL_BASE_URL: undefined });
    expect(blocked.exitCode).toBe(2);
    const { bundle: third } = JSON.parse(blocked.stdout) as { bundle: string };
    expect(await readdir(join(third, 'backend'))).toContain('provider-local-config-unavailable.txt');
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
});
