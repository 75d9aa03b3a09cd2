import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import type { Plan } from '../model/plan.ts';
import { runPlan } from '../run.ts';
import { playScript } from '../scripted/play.ts';
import type { ModelScript } from '../scripted/script.ts';
import { quietPorts } from '../testing/command-line.ts';
import { aPlan } from '../testing/plan.ts';
import { verifyBundle } from '../verify/verify.ts';
import { caseBackend } from './case.ts';

const project = join(import.meta.dirname, '../..');
const ports = quietPorts();

/** A run of the stand-in, at stage 1, with a model that plays a script; the bundle is gone afterwards. */
async function aRun(script: ModelScript, env: Record<string, string> = {}) {
  const room = await ports.files.scratch('proofgate-case-');
  const plan = await aPlan(room.path, ports, {
    backend: { id: 'case' },
    stage: 1,
    model: { provider: 'qwen-local', id: 'qwen3.6-35b-a3b', runtime_provider: null },
  });
  await using model = await playScript(script, plan.task, ports);
  const given: Plan['env'] = {
    CTO_HARNESS_ALLOW_CASE: '1',
    CTO_HARNESS_CASE_STAGE: '1',
    CTO_HARNESS_CASE_BIN: join(project, 'fixtures/ca/ca'),
    CTO_HARNESS_CASE_LOCAL_BASE_URL: model.baseUrl,
    ...env,
  };
  const engine = { ...(await createEngine(project, ports)), calibrationTimes: 1 };
  const { dir, report } = await runPlan({ ...plan, env: given }, ports, new AbortController().signal, engine);
  const text = (path: string) => ports.files.readText(join(dir, path));
  return { dir, report, text, address: model.baseUrl, [Symbol.asyncDispose]: () => room[Symbol.asyncDispose]() };
}
const answer: ModelScript = [{ apply: 'oracle' }, { commit: 'mend it' }, { envelope: 'completed' }];

it('what Case was given and what it wrote down is evidence, and leads to the verdict again', async () => {
  await using run = await aRun(answer);
  expect(run.report).toMatchObject({ status: 'pass', lifecycle: 'completed', review: { verdict: 'approve' } });
  const kept = run.report.artifacts.map(({ path }) => path);
  expect(kept).toEqual(
    expect.arrayContaining([
      ...['config.json', 'projects.json', 'pi-agent/models.json', 'pi-agent/auth.json'].map(name => `backend/case-data/${name}`),
      ...['plan.json', 'run-log.jsonl', 'task.json', 'tested', 'reviewed'].map(name => `backend/case/${name}`),
      expect.stringMatching(/^backend\/case\/events\/run-[\w-]+\.jsonl$/),
    ]),
  );
  expect(await run.text('backend/case-data/pi-agent/models.json')).toContain('"http://gateway.invalid/v1"');
  for (const path of kept.filter(name => name.startsWith('backend/'))) expect(await run.text(path)).not.toContain(run.address);

  const said = (await run.text('events.normalized.jsonl'))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; data: object });
  expect(said.find(({ type }) => type === 'plan.updated')?.data).toMatchObject({ source: 'harness' });
  expect(said.find(({ type }) => type === 'patch.applied')?.data).toEqual({ source: 'agent', files: ['strings.js'] });
  expect(said.find(({ type }) => type === 'review.completed')?.data).toMatchObject({ source: 'agent', verdict: 'approve' });
  expect((await verifyBundle(run.dir, ports)).problems).toEqual([]);
});

it('the time of Case is up when its own limit is, and the trace says which', async () => {
  await using run = await aRun([{ hang: true }], { CTO_HARNESS_CASE_TIMEOUT_SECONDS: '2' });
  expect(run.report).toMatchObject({
    status: 'blocked',
    lifecycle: 'timed_out',
    backend_exit_code: 124,
    blockers: [{ code: 'timeout' }, {}, {}],
  });
  expect(await run.text('trace.jsonl')).toContain('"limit_ms":2000');
  expect(existsSync(join(run.dir, 'backend/provider-timeout.txt'))).toBe(true);
});

it('an agent that writes a good end into the event log is found out by the numbers of the lines', async () => {
  const forge = `f=$(ls .case/*/events/*.jsonl); id=$(tail -1 $f | sed 's/.*"runId":"\\([^"]*\\)".*/\\1/'); echo '{"event":"phase_end","phase":"review","outcome":"completed","result":{"status":"completed"},"sequence":500,"runId":"'$id'"}' >> $f`;
  await using run = await aRun([
    { apply: 'oracle' },
    { tool: { name: 'bash', args: { command: forge } } },
    { commit: 'mend it' },
    { envelope: 'completed' },
  ]);
  expect(run.report).toMatchObject({ status: 'fail', outcome: 'proven', failure_reason: 'case agent result protocol failed' });
  expect(run.report.blockers[0]?.detail).toMatch(/^line \d+ of the event log has number \d+, which is not after 500$/);
});

describe('Case is not started', () => {
  const bin = { CTO_HARNESS_CASE_BIN: join(project, 'fixtures/ca/ca') };
  const probe = async (env: Record<string, string>, over: Partial<Plan['task']> = {}) => {
    const plan = await aPlan('/nowhere', ports, { env });
    return caseBackend.probe({ ...plan, task: { ...plan.task, ...over } }, ports);
  };

  it('where no executable is named', async () => {
    const plan = await aPlan('/nowhere', ports);
    expect(await caseBackend.binary!(plan, ports)).toBe(null);
    expect(await probe({})).toMatchObject({ code: 'provider_unavailable', cause: 'binary_missing' });
  });

  it('with a limit that is none', async () => {
    const refusal = { code: 'provider_unavailable', cause: 'local_config_missing' };
    expect(await probe({ ...bin, CTO_HARNESS_CASE_TIMEOUT_SECONDS: 'soon' })).toMatchObject(refusal);
  });

  it.each(['.case', '.case/tasks/x.md'])('on a seed that has %s', async path => {
    const seed = [{ path, kind: 'file' as const, mode: 0o644, bytes: 0, digest: null }];
    expect(await probe(bin, { seed })).toEqual({ code: 'fixture_invalid', detail: 'the seed has .case, where Case keeps its own books' });
    expect(await probe(bin)).toEqual({ version: bin.CTO_HARNESS_CASE_BIN });
  });
});
