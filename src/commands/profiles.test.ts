import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Report } from '../model/report.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { profiles } from './profiles.ts';
import { findBackend } from '../backends/index.ts';

// Every test here makes a run, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 120_000 });

/** A project in which the loop's model is admitted, and a `ca` that leaves a file where it is started. */
async function aHost() {
  const place = await aProject({
    'package.json': '{}',
    'fixtures/README.md': 'tasks\n',
    'bin/ca': '#!/bin/sh\ntouch "$(dirname "$0")/started"\n',
  });
  await chmod(join(place.root, 'bin/ca'), 0o755);
  const source = ['--source-url', 'https://github.com/workos/case.git', '--commit', '7'.repeat(40), '--built-by', 'make'];
  await commandLine(place.root, ['admit', 'binary', 'bin/ca', '--backend', 'case', ...source, '--by', 'jp']);
  await commandLine(place.root, ['admit', 'model', 'qwen-local', 'qwen3.6-35b-a3b', '--by', 'jp']);
  const env = { CTO_HARNESS_CASE_BIN: join(place.root, 'bin/ca') };
  const run = (argv: string[], more: Record<string, string> = {}) =>
    commandLine(place.root, ['run', ...argv], { ports: quietPorts({ ...env, ...more }) });
  return { root: place.root, run, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

interface Document {
  exit: number;
  profile?: { name: string; assumes: string };
  bundle: string;
  report: Report;
}

describe('run --profile case-qwen-loop', { concurrent: true }, () => {
  const loop = ['--profile', 'case-qwen-loop', '--json'];

  it('without an address is blocked before anything starts, with its marker', async () => {
    await using host = await aHost();
    const { exit, out } = await host.run(loop);
    const { report, bundle, profile } = JSON.parse(out) as Document;
    expect(exit).toBe(2);
    expect(report).toMatchObject({
      task: 'r1-string-slugify',
      backend: 'case',
      stage: 2,
      blockers: [{ code: 'provider_unavailable', cause: 'local_config_missing' }],
      case_process_started: false,
      case_model_provider: 'qwen-local',
      case_model: 'qwen3.6-35b-a3b',
      case_model_admission_status: 'admitted',
    });
    expect(await readdir(join(bundle, 'backend'))).toContain('provider-local-config-unavailable.txt');
    expect(profile).toEqual({ name: 'case-qwen-loop', assumes: expect.stringContaining('stage 1 was promoted') as string });
    expect(await readdir(join(host.root, 'bin'))).toEqual(['ca']);
  });

  it('says in the contract what it assumes, and to a person that nothing is promoted by it', async () => {
    await using host = await aHost();
    const { out } = await host.run(['n1-string-slugify', '--profile', 'case-qwen-loop', '--out', 'runs']);
    expect(out).toMatch(/^ {2}profile: case-qwen-loop assumes that stage 1 was promoted; .* nothing is promoted by such a run$/m);
    const [bundle = ''] = await readdir(join(host.root, 'runs'));
    const contract = JSON.parse(await readFile(join(host.root, 'runs', bundle, 'task.contract.json'), 'utf8')) as Record<string, unknown>;
    expect(contract).toMatchObject({ task: { id: 'n1-string-slugify' }, stage: 2, given: { prior_stage: 'promoted' } });
  });

  it.each([
    ['CTO_HARNESS_ALLOW_CASE', '0', 'backend_not_enabled'],
    ['CTO_HARNESS_CASE_STAGE', '3', 'stage_not_enabled'],
  ])('a switch that somebody set to the contrary stands: %s=%s', async (name, value, code) => {
    await using host = await aHost();
    const { exit, out } = await host.run(loop, { [name]: value, CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://127.0.0.1:9/v1' });
    expect({ exit, code: (JSON.parse(out) as Document).report.blockers[0]?.code }).toEqual({ exit: 2, code });
  });

  it('with an address at which nobody answers is blocked, and the address stands nowhere', async () => {
    await using host = await aHost();
    const { exit, out } = await host.run(['n1-string-slugify', ...loop], {
      CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://127.0.0.1:9/very-secret/v1',
    });
    const { report, bundle } = JSON.parse(out) as Document;
    expect({ exit, blocker: report.blockers[0] }).toMatchObject({
      exit: 2,
      blocker: { code: 'provider_unavailable', cause: 'connection_refused' },
    });
    const { files } = quietPorts();
    for (const { path, kind } of await files.walk(bundle)) {
      if (kind === 'file') expect(await files.readText(join(bundle, path))).not.toContain('very-secret');
    }
  });

  it.each([
    [
      'a profile that is not there',
      ['--profile', 'case-qwen-lop'],
      {},
      '--profile: no profile is called "case-qwen-lop"\n  hint: Did you mean "case-qwen-loop"?',
    ],
    ['another backend', [...loop, '--backend', 'fake'], {}, '--backend: contradicts the profile case-qwen-loop: case at stage 2'],
    ['a program', [...loop, '--command', 'true'], {}, '--command: contradicts the profile'],
    ['a script', [...loop, '--fake', 'x.yaml'], {}, '--fake: contradicts the profile'],
    ['another stage', [...loop, '--stage', '3'], {}, '--stage: contradicts the profile'],
    [
      'another model in the environment',
      loop,
      { CTO_HARNESS_CASE_MODEL: 'gpt-5.5' },
      'CTO_HARNESS_CASE_MODEL: is "gpt-5.5" in the environment',
    ],
  ])('%s is a mistake, and nothing is run', async (_title, argv, env, message) => {
    await using host = await aHost();
    const { exit, out, err } = await host.run([...argv, '--out', 'runs'], env);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    expect(await readdir(host.root)).not.toContain('runs');
  });

  it('what the command line says beside it, and does not contradict it, holds', async () => {
    await using host = await aHost();
    const argv = ['n1-string-slugify', ...loop, '--stage', '2', '--engine', 'case', '--limit-backend', '7s', '--out', 'runs'];
    const { bundle } = JSON.parse((await host.run(argv)).out) as Document;
    expect(bundle.startsWith(join(host.root, 'runs'))).toBe(true);
    const contract = JSON.parse(await readFile(join(bundle, 'task.contract.json'), 'utf8')) as Record<string, unknown>;
    expect(contract).toMatchObject({ limits: { backend_ms: 7000 } });
  });
});

it('no profile has an address or a key, and each has a backend', () => {
  for (const { backend, switches, model } of profiles) {
    findBackend(backend);
    expect(Object.keys({ ...switches, ...model }).filter(name => /URL|KEY|TOKEN|SECRET|PASSWORD/.test(name))).toEqual([]);
  }
});
