import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { admissionFolders } from '../admission/index.ts';
import { createEngine } from '../engine.ts';
import { Comparison } from '../model/comparison.ts';
import { exitCodes } from '../model/exit.ts';
import { ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Stage } from '../model/units.ts';
import { runPlan } from '../run.ts';
import { loadTask } from '../scenario/task.ts';
import { playScript } from '../scripted/play.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { digestOf } from '../testing/decision.ts';
import { aPlan } from '../testing/plan.ts';
import { aPromotedRoom, type PromotedRoom } from '../testing/promoted.ts';
import { draftModel } from './admit-model.ts';

// every run here is a real one, by real agents, at real stages: nothing about the record of a comparison is written by hand
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const home = resolve(import.meta.dirname, '../..');
const ports = quietPorts({ PATH: `${process.env['PATH']}:${join(home, 'node_modules/.bin')}` });
const { files } = ports;
const PROVIDER = { provider: 'a-provider', id: 'a-model' };
const rounds = 's/(ms < 1000 ? `${Math.round(ms)} ms`/(Math.round(ms) < 1000 ? `${Math.round(ms)} ms`/';
const candidate = { id: 'command', argv: ['sed', '-i', rounds, 'src/model/duration.ts'] as [string, ...string[]] };

/** A project in which `command` is promoted for stages 2 to 5, with what it takes to run at each, and the evidence that the test makes. */
async function aRoom(): Promise<PromotedRoom> {
  const room = await aPromotedRoom();
  const bring = async (path: string, to = path) => files.write(join(room.root, to), await files.readBytes(join(home, path)));
  await bring('fixtures/sources/proofgate-model.bundle');
  await bring('admissions/sources/proofgate-model-1.json');
  const declared = JSON.parse(await files.readText(join(home, 'scenarios/stage5/records/declared/owned/model-repository.json'))) as object;
  await room.put('admissions/owned/model-repository.json', JSON.stringify({ ...declared, path: 'owned' }));
  const terms = { by: 'a test', days: 1, stages: [1] as Stage[], backends: ['pi'] };
  const { name, record } = draftModel(PROVIDER.provider, PROVIDER.id, terms, Date.now());
  await room.put(`admissions/models/${name}`, JSON.stringify(record));
  const bundle = join(room.root, 'fixtures/sources/proofgate-model.bundle');
  await ports.exec(['git', 'clone', '-q', '-b', 'main', bundle, join(room.root, 'owned')], { cwd: room.root, env: gitEnv });
  // the baseline of a run above stage 2 is one of fake at that stage, which is promoted like anybody else
  for (const stage of [2, 3, 4, 5] as const)
    for (const backend of ['fake', 'command']) await room.promote({ candidate: { backend, digest: digestOf('9'), model: null, stage } });
  return room;
}
const gitEnv = { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1' };

let room: PromotedRoom;
let runs: Record<'fake' | 'pi' | 'three' | 'four' | 'five' | 'rehearsed' | 'lying', string>;

/** A run in the room; a test names what is not ordinary about it. @returns folder of its bundle */
async function run(task: string, over: Partial<Plan>): Promise<{ dir: string; status: string; blockers: unknown }> {
  const base = await aPlan(join(room.root, 'reports/runs'), ports, {
    project: room.root,
    admissions: admissionFolders(room.root, undefined),
    ...over,
  });
  const plan = {
    ...base,
    task: await loadTask(join(home, 'fixtures', task), ports),
    approval: { answer: 'granted', actor: 'jp' },
  } as const;
  const engine = { ...(await createEngine(home, ports)), calibrationTimes: 1 };
  const { dir, report } = await runPlan(plan, ports, new AbortController().signal, engine);
  return { dir, status: report.status, blockers: report.blockers };
}

async function passed(task: string, over: Partial<Plan>): Promise<string> {
  const { dir, status, blockers } = await run(task, over);
  expect({ status, blockers }).toEqual({ status: 'pass', blockers: [] });
  return dir;
}

beforeAll(async () => {
  room = await aRoom();
  const n1 = await loadTask(join(home, 'fixtures/n1-string-slugify'), ports);
  // the provider of an ordinary run: it stands outside of the harness, and no scenario knows of it
  await using provider = await playScript([{ apply: 'oracle' }, { text: 'Done.' }], n1, ports);
  const env = { CTO_HARNESS_CASE_LOCAL_BASE_URL: provider.baseUrl };
  const given = { ...ordinaryGiven, prior_stage: 'promoted' as const };
  runs = {
    fake: await passed('n1-string-slugify', {}),
    lying: (await run('n1-string-slugify', { fake: [{ plan: ['think'] }, { claim: 'completed' }] })).dir,
    pi: await passed('n1-string-slugify', { backend: { id: 'pi' }, stage: 1, model: { ...PROVIDER, runtime_provider: null }, env }),
    three: await passed('c1-duration-rounds', { backend: candidate, stage: 3 }),
    four: await passed('c1-duration-rounds', { backend: candidate, stage: 4 }),
    five: await passed('o1-duration-rounds', { backend: candidate, stage: 5 }),
    rehearsed: await passed('c1-duration-rounds', { backend: candidate, stage: 4, given }),
  };
});
afterAll(() => room[Symbol.asyncDispose]());

const compare = (...argv: string[]) => commandLine(room.root, ['compare', '--candidate', 'command', ...argv], { ports });
const proven = () => [runs.fake, runs.pi, runs.three, runs.four, runs.five];

describe('proofgate compare', () => {
  it('writes the record from evidence of the ordinary world, and a run of stage 6 starts from it', async () => {
    expect(await run('c1-duration-rounds', { backend: candidate, stage: 6 })).toMatchObject({
      status: 'blocked',
      blockers: [
        { code: 'prior_stage_not_proven', detail: 'no comparison of command is there: command.json, which proofgate compare writes' },
      ],
    });
    const { exit, out, err } = await compare(...proven(), runs.lying, '--into', 'admissions/comparisons', '--json');
    expect([exit, err]).toEqual([0, `written: ${join(room.root, 'admissions/comparisons/command.json')}\n`]);
    const record = Comparison.parse(JSON.parse(out));
    expect(await room.text('admissions/comparisons/command.json')).toBe(out);
    const states = record.cells
      .filter(({ bundles }) => bundles > 0)
      .map(({ stage, backend, state, counts }) => [stage, backend, state, counts.pass, counts.fail]);
    expect(states).toEqual([
      [1, 'pi', 'proven', 1, 0],
      [2, 'fake', 'proven', 1, 1],
      [3, 'command', 'proven', 1, 0],
      [4, 'command', 'proven', 1, 0],
      [5, 'command', 'proven', 1, 0],
    ]);
    expect(record.cells.flatMap(({ evidence }) => evidence.map(({ bundle }) => join(room.root, bundle))).toSorted()).toEqual(
      [...proven(), runs.lying].toSorted(),
    );
    expect(new Set(record.cells.filter(({ backend }) => backend === 'codex').map(({ reason }) => reason))).toEqual(
      new Set(['codex is not installed here']),
    );

    const last = await passed('c1-duration-rounds', { backend: candidate, stage: 6 });
    expect(await files.readText(join(last, 'comparison.json'))).toBe(out);
    const after = await compare(...proven(), last);
    expect([after.exit, after.out]).toEqual([0, expect.stringMatching(/^6 candidate default .* proven \(1 pass\)/m)]);
  });

  it('shows what was rehearsed apart, and stage 6 does not start from it', async () => {
    const { exit, out, err } = await compare(runs.fake, runs.pi, runs.three, runs.rehearsed, runs.five);
    expect([exit, err]).toEqual([
      exitCodes.blocked,
      'stage 6 cannot start from it: it lacks evidence: command is only rehearsed at stage 4\n',
    ]);
    expect(out).toMatch(/^4 disposable sandbox repo .* rehearsed \(1 rehearsed\)/m);
    const page = (await compare(...proven(), runs.rehearsed, '--markdown')).out;
    expect(page).toMatch(/\| 4 disposable sandbox repo \|.*\| proven \(1 pass, 1 rehearsed\) \|/);
    expect(page).toMatch(/2 of 2 bundles:\n\n- pass: c1-duration-rounds, .*\n- pass under prior_stage: c1-duration-rounds, /);
  });

  it('takes a reference for one that applies where a run would find its program', async () => {
    await room.put('path/codex', '#!/bin/sh\n');
    const codex = join(room.root, 'path/codex');
    await files.chmod(codex, 0o755);
    const named = quietPorts({ CTO_HARNESS_CODEX_BIN: codex });
    const { exit, err } = await commandLine(room.root, ['compare', '--candidate', 'command', ...proven()], { ports: named });
    expect([exit, err]).toEqual([exitCodes.blocked, 'stage 6 cannot start from it: it lacks evidence: codex has no proven cell\n']);
    // a record that was made where it is not, either
    expect((await compare(...proven(), '--into', 'admissions/comparisons')).exit).toBe(0);
    expect(await run('c1-duration-rounds', { backend: candidate, stage: 6, env: { CTO_HARNESS_CODEX_BIN: codex } })).toMatchObject({
      status: 'blocked',
      blockers: [{ detail: 'the comparison command.json lacks evidence: codex is installed here, and has no proven cell' }],
    });
  });

  it('says of a bundle that is spoilt that it is invalid, and believes nothing of it', async () => {
    const copy = join(room.root, 'reports/spoilt');
    await files.copyTree(runs.four, copy);
    await files.write(join(copy, 'patch.diff'), 'nothing\n');
    const { exit, out, err } = await compare(runs.fake, runs.pi, runs.three, copy, runs.five);
    expect(exit).toBe(exitCodes.invalid);
    expect(out).toMatch(/^4 disposable sandbox repo .* not proven \(1 invalid\)/m);
    expect(err).toContain('command is not proven at stage 4');

    await files.write(join(copy, 'report.json'), '{}');
    const unread = await compare(...proven(), copy);
    expect([unread.exit, unread.err]).toEqual([exitCodes.invalid, 'invalid, and of no stage that could be read: reports/spoilt\n']);
  });

  it('counts one bundle once, wherever it lies', async () => {
    const copy = join(room.root, 'reports/again');
    await files.copyTree(runs.four, copy);
    expect((await compare(...proven(), copy, runs.four)).out).toMatch(/^4 disposable sandbox repo .* proven \(1 pass\)$/m);
  });

  it('is a mistake without evidence, and for a backend that nobody knows', async () => {
    expect(await compare(join(room.root, 'nothing'))).toMatchObject({
      exit: exitCodes.usage,
      err: expect.stringContaining('there is no evidence to compare') as string,
    });
    expect(await compare()).toMatchObject({ exit: exitCodes.usage });
    expect(await commandLine(room.root, ['compare', '--candidate', 'comand'], { ports })).toMatchObject({
      exit: exitCodes.usage,
      err: expect.stringContaining('did you mean command?') as string,
    });
  });
});
