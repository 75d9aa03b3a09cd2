/** What a missing permission does to a run. Root would not notice: then the engine is a process of somebody else. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../engine.ts';
import { ordinaryGiven, type Plan } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { runPlan } from '../run.ts';
import { aPlan } from '../testing/plan.ts';
import { verifyBundle } from '../verify/verify.ts';
import { gapForChild, needsChild, runInChild } from './index.ts';

const ports = nodePorts();
const never = new AbortController().signal;
const isRoot = process.getuid?.() === 0;
const scratch = await ports.files.scratch('unprivileged-test');
afterAll(() => scratch[Symbol.asyncDispose]());
const out = join(scratch.path, 'out');
const forbidden = (artifact: string): Promise<Plan> =>
  aPlan(out, ports, { scenarioText: 'scenario: 1\n', given: { ...ordinaryGiven, artifact_fault: { [artifact]: 'no_permission' } } });
/** The checkout may stand where nobody else can read; then this says so. */
const gap = await gapForChild(await forbidden('patch.diff'), ports);

describe.runIf(gap === undefined)('an artifact that may not be written', { concurrent: true, timeout: 180_000 }, () => {
  let suite: Engine;
  beforeAll(async () => {
    suite = await createEngine(scratch.path, ports);
    expect((await runPlan(await aPlan(join(scratch.path, 'first'), ports), ports, never, suite)).exit).toBe(0);
  }, 60_000);

  async function run(artifact: string) {
    const plan = await forbidden(artifact);
    const { dir, exit, report } = needsChild(plan, ports.host)
      ? await runInChild(plan, ports, never, suite.calibrations)
      : await runPlan(plan, ports, never, suite);
    return { dir, exit, report, verified: (await verifyBundle(dir, ports)).exit };
  }
  const failures = (dir: string) => [
    ...readFileSync(join(dir, 'trace.jsonl'), 'utf8').matchAll(/"failed_artifact":"([^"]+)","code":"(\w+)"/g),
  ];

  it.each([
    'patch.diff',
    'test.log',
    'test-report.json',
    'report.md',
    'task.contract.json',
    'scenario.yaml',
    'eligibility.json',
    'stage2-no-target-inspection.json',
    'events.normalized.jsonl',
    'backend/stdout.log',
    'backend/events.jsonl',
  ])('%s is artifact_write_failure, and the trace names it', async artifact => {
    const { dir, exit, report, verified } = await run(artifact);
    expect([exit, report.sealed, report.blockers.map(({ code, detail }) => `${code}: ${detail}`), verified]).toEqual([
      1,
      true,
      [`artifact_write_failure: ${artifact} (EACCES)`],
      1,
    ]);
    expect(failures(dir).map(([, path, code]) => [path, code])).toEqual([[artifact, 'EACCES']]);
    expect(report.artifacts.map(({ path }) => path)).not.toContain(artifact);
  });

  it('the trace is named by the report', async () => {
    const { exit, report, verified } = await run('trace.jsonl');
    expect([exit, report.blockers.map(({ detail }) => detail), verified]).toEqual([1, ['trace.jsonl (EACCES)'], 1]);
  });

  it('the manifest is named by the report, which nobody can verify without it', async () => {
    const { exit, report, verified } = await run('manifest.json');
    expect([exit, report.blockers.map(({ detail }) => detail), verified]).toEqual([1, ['manifest.json (EACCES)'], 4]);
  });

  it('the report stays the reserved one', async () => {
    const { dir, exit, report, verified } = await run('report.json');
    expect([exit, report.sealed, report.blockers.map(({ code }) => code), verified]).toEqual([1, false, ['run_interrupted'], 4]);
    expect(readdirSync(dir)).not.toContain('manifest.json');
  });

  it.runIf(isRoot)('the bundle stands where it was asked for and is ours; of the other user nothing is left', async () => {
    const { dir, report } = await run('eligibility.json');
    expect(dir).toBe(join(out, report.run_id));
    const entries = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map(path => statSync(join(dir, path)));
    expect([...new Set(entries.map(({ uid, gid }) => `${uid} ${gid}`))]).toEqual(['0 0']);
    expect(report.roots.run_artifact_dir).not.toContain(out);
    expect(await ports.files.stat(report.roots.run_artifact_dir)).toBeUndefined();
  });
});

describe.runIf(isRoot && gap === undefined)('where that user cannot do what the run does, the gap is named', { timeout: 60_000 }, () => {
  const room = join(scratch.path, 'gaps');
  beforeAll(() => {
    mkdirSync(room);
    chmodSync(scratch.path, 0o755);
  });
  /** A task of its own below the room. */
  async function planHere(name: string): Promise<Plan> {
    const plan = await forbidden('patch.diff');
    await ports.files.copyTree(plan.task.dir, join(room, name));
    const dir = join(room, name);
    return { ...plan, task: { ...plan.task, dir, repoDir: join(dir, 'repo'), testsDir: join(dir, 'tests'), twinsDir: join(dir, 'twins') } };
  }

  it('a file of the task', async () => {
    const plan = await planHere('task');
    chmodSync(join(plan.task.testsDir, readdirSync(plan.task.testsDir)[0]!), 0o600);
    expect(await gapForChild(plan, ports)).toMatch(/^needs an unprivileged user that can read .*\/gaps\/task\/tests\/\S+$/);
  });

  it('a folder, and how much more there is', async () => {
    const plan = await planHere('closed');
    chmodSync(plan.task.dir, 0o700);
    expect(await gapForChild({ ...plan, given: { ...plan.given, target: plan.task.repoDir } }, ports)).toBe(
      `needs an unprivileged user that can read ${plan.task.dir} (and 1 more)`,
    );
  });

  it('the git folder of the project', async () => {
    const project = join(room, 'project');
    mkdirSync(join(project, '.git'), { recursive: true });
    writeFileSync(join(project, '.git/HEAD'), 'ref: refs/heads/main\n');
    chmodSync(join(project, '.git'), 0o700);
    expect(await gapForChild({ ...(await forbidden('patch.diff')), project }, ports)).toBe(
      `needs an unprivileged user that can read ${project}/.git/HEAD`,
    );
  });

  it('a program that only we can run', async () => {
    const bin = join(room, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'agent'), '#!/bin/sh\n', { mode: 0o700 });
    const backend = { id: 'command', argv: [join(bin, 'agent')] as [string] };
    expect(await gapForChild({ ...(await forbidden('patch.diff')), backend }, ports)).toMatch(
      /^needs an unprivileged user that can run what it needs \(.*agent/,
    );
  });

  it('but not what we cannot do either: that is what the run is about', async () => {
    const backend = { id: 'command', argv: [join(room, 'no-agent')] as [string] };
    expect(await gapForChild({ ...(await forbidden('patch.diff')), backend }, ports)).toBeUndefined();
  });

  it('the engine itself, which then cannot even say so', async () => {
    const checkout = join(room, 'checkout');
    mkdirSync(checkout, { mode: 0o700 });
    const node = join(checkout, 'node');
    writeFileSync(node, '#!/bin/sh\n', { mode: 0o700 });
    const hidden = { ...ports, host: { ...ports.host, nodePath: node } };
    expect(await gapForChild(await forbidden('patch.diff'), hidden)).toBe(`needs an unprivileged user that can run ${node} (EACCES)`);
  });

  it('a host on which root cannot give anything away has no such user', async () => {
    const chown = () => Promise.reject(Object.assign(new Error('EINVAL: not mapped'), { code: 'EINVAL' }));
    const mapped = { ...ports, files: { ...ports.files, chown } };
    expect(await gapForChild(await forbidden('patch.diff'), mapped)).toBe(
      'needs an unprivileged user, and this host gives us none (EINVAL)',
    );
  });

  it('nothing, where the plan needs no such user', async () => {
    const interrupt = { at: 'run.started', signal: 'SIGKILL' } as const;
    expect(await gapForChild(await aPlan(out, ports, { given: { ...ordinaryGiven, interrupt } }), ports)).toBeUndefined();
  });
});
