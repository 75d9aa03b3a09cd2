import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../model/report.ts';
import { renderReport } from '../report/markdown.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { forger, type Forger, type Loose } from '../testing/forger.ts';

const bundle = await aGreenBundle();
afterAll(() => bundle[Symbol.asyncDispose]());
const { green, copyOf, ports, run, verify } = bundle;
const artifacts = async (dir: string) => (await verify(dir)).problems.map(problem => problem.artifact);

/** Everything below is sealed again after the change: only what the files say can give it away. */
describe('a forger who seals again is found by', () => {
  type Forgery = [string, string, (f: Forger) => Promise<void>];
  const event = (type: string, change: (event: Loose) => void) => (f: Forger) =>
    f.events(events => events.filter(e => e.type === type).forEach(change));
  const report = (change: (report: Loose) => void) => (f: Forger) => f.json('report.json', change);
  const contract = (change: (contract: Loose) => void) => (f: Forger) => f.json('task.contract.json', change);
  const fact = (key: string, change: (facts: Loose) => void) => (f: Forger) =>
    f.lines('trace.jsonl', lines => lines.filter(line => line.facts && key in line.facts).forEach(line => change(line.facts)));
  const log = 'events.normalized.jsonl';

  const forgeries: Forgery[] = [
    // patch.diff
    [
      'a patch of another file',
      'patch.diff',
      async f => f.write('patch.diff', (await f.text('patch.diff')).replaceAll('strings.js', 'other.js')),
    ],
    ['a patch that hides the change', 'patch.diff', f => f.write('patch.diff', '')],
    [
      'a patch of one file more',
      'patch.diff',
      async f => f.write('patch.diff', `${await f.text('patch.diff')}diff --git a/x b/x\nold mode 100644\nnew mode 100755\n`),
    ],
    // test-report.json
    ['a test that failed', 'test-report.json', f => f.json('test-report.json', t => (t.recorded.tests[0].outcome = 'failed'))],
    ['a test that is gone', 'test-report.json', f => f.json('test-report.json', t => t.recorded.tests.pop())],
    ['another exit code of the tests', 'test-report.json', f => f.json('test-report.json', t => (t.recorded.exit_code = 1))],
    ['no control run', 'test-report.json', f => f.json('test-report.json', t => (t.control = null))],
    ['no test report', 'test-report.json', f => f.write('test-report.json', 'null\n')],
    // trace.jsonl
    ['a fact that is not told', 'trace.jsonl', fact('ending', facts => delete facts.ending)],
    ['a fact that is nothing', 'trace.jsonl', fact('boundary', facts => (facts.boundary = null))],
    [
      'secrets that were never looked for',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.filter(line => line.step !== 'scan').map(line => (delete line.facts?.secrets, line))),
    ],
    ['another claim', 'backend/events.jsonl', fact('backend', facts => (facts.backend.claim = 'failed'))],
    ['another exit code', log, fact('backend', facts => (facts.backend.exit_code = 3))],
    ['another changed file', 'patch.diff', fact('changes', facts => (facts.changes.files[0].path = 'README.md'))],
    ['a dirty start', 'trace.jsonl', fact('dirty_start', facts => (facts.dirty_start = ['x']))],
    ['a review that nobody gave', log, fact('review', facts => (facts.review = { verdict: 'approve', reason: 'fine' }))],
    ['a denial that nobody spoke', log, fact('approval_denied', facts => (facts.approval_denied = 'denied by me: x (y)'))],
    ['something left behind', 'report.json', fact('ending', facts => (facts.ending = ['x.txt']))],
    ['a missing event that is there', log, fact('events', facts => (facts.events = ['plan.updated never came']))],
    ['an unknown fact', 'trace.jsonl', fact('ending', facts => (facts.extra = 1))],
    ['steps in another order', 'trace.jsonl', f => f.lines('trace.jsonl', lines => lines.toSorted((a, b) => (a.step < b.step ? -1 : 1)))],
    [
      'a step that never ended',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.filter(line => line.step !== 'ending' || line.phase !== 'end')),
    ],
    [
      'a step that was never started',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.filter(line => line.step !== 'diff' || line.phase !== 'start')),
    ],
    [
      'a step that ended twice',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.flatMap(line => (line.step === 'diff' && line.phase === 'end' ? [line, line] : [line]))),
    ],
    [
      'times of the trace that run backwards',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => void (lines.at(-1).time = lines[0].time.replace(/^..../, '2001'))),
    ],
    // events
    ['a required event that is gone', log, f => f.events(events => events.filter(e => e.type !== 'plan.updated'))],
    [
      'required events in another order',
      log,
      f => f.events(events => events.toSorted((a, b) => Number(b.type === 'patch.applied') - Number(a.type === 'patch.applied') || 0)),
    ],
    [
      'steps of the harness in another order',
      log,
      f =>
        f.events(events => events.toSorted((a, b) => Number(b.type === 'preflight.completed') - Number(a.type === 'preflight.completed'))),
    ],
    ['an event twice, chained again', log, f => f.events(events => events.flatMap(e => (e.type === 'git.diff.checked' ? [e, e] : [e])))],
    ['another nonce in one event', log, event('backend.started', e => (e.nonce = 'b'))],
    ['another nonce in all events', log, f => f.events(events => events.forEach(e => (e.nonce = 'b')))],
    ['another run in all events', log, f => f.events(events => events.forEach(e => (e.run_id = 'b')))],
    ['another status of the run', log, event('run.completed', e => (e.status = 'fail'))],
    ['another outcome of the run', log, event('run.completed', e => (e.data.outcome = 'none'))],
    ['blockers of the run', log, event('run.completed', e => (e.data.blockers = ['no_diff']))],
    ['blockers of the diff', log, event('git.diff.checked', e => (e.data.blockers = ['no_diff']))],
    ['other changed files', log, event('git.diff.checked', e => (e.data.changed_files = []))],
    ['other tests', log, event('verification.completed', e => (e.data.tests = 3))],
    ['another task', log, event('task.contract.created', e => (e.data.task_digest = '0'.repeat(64)))],
    ['a preflight that said no', log, event('preflight.completed', e => (e.status = 'blocked'))],
    ['a plan that the backend never stated', 'backend/events.jsonl', event('plan.updated', e => (e.data.plan = ['something else']))],
    [
      'a review that the backend never gave',
      'backend/events.jsonl',
      f =>
        f.events(events =>
          events.toSpliced(6, 0, { ...events[6], type: 'review.completed', data: { verdict: 'reject', source: 'agent' } }),
        ),
    ],
    [
      'an approval that answers nothing',
      log,
      f => f.events(events => events.toSpliced(3, 0, { ...events[3], type: 'approval.granted', data: {} })),
    ],
    [
      'a baseline that never was',
      log,
      f => f.events(events => events.toSpliced(-1, 0, { ...events.at(-2), type: 'baseline.compared', data: {} })),
    ],
    ['no start', log, f => f.events(events => events.slice(1))],
    ['no end', log, f => f.events(events => events.slice(0, -1))],
    ['times that run backwards', log, event('backend.started', e => (e.time = '2001-01-01T00:00:00.000Z'))],
    ['an unknown field', log, event('backend.started', e => (e.extra = 1))],
    // contract
    ['another nonce', 'task.contract.json', contract(c => (c.nonce = 'b'))],
    ['another run', 'task.contract.json', contract(c => (c.run_id = 'b'))],
    ['another task digest', 'report.json', contract(c => (c.task.digest = '0'.repeat(64)))],
    ['another engine', 'report.json', contract(c => (c.engine_digest = '0'.repeat(64)))],
    ['another scenario', 'scenario.yaml', contract(c => (c.scenario_digest = '0'.repeat(64)))],
    ['narrower paths', log, contract(c => (c.task.allowed_paths = ['README.md']))],
    ['paths that no task may have', 'task.contract.json', contract(c => (c.task.allowed_paths = ['../**']))],
    ['a required event more', log, contract(c => c.required_events.splice(2, 0, 'review.completed'))],
    ['a required approval', log, contract(c => (c.task.approval.required = true))],
    ['another backend', log, contract(c => (c.backend.id = 'case'))],
    ['another stage', log, contract(c => (c.stage = 6))],
    ['another command', log, contract(c => (c.verification.command = ['true']))],
    ['an unknown field in the contract', 'task.contract.json', contract(c => (c.extra = 1))],
    // report
    ...Object.entries<unknown>({
      status: 'fail',
      outcome: 'none',
      lifecycle: 'crashed',
      failure_reason: 'none',
      blockers: [],
      changed_files: [],
      allowed_writes_passed: false,
      required_events_passed: false,
      tests_passed: false,
      tests_command: null,
      backend_exit_code: 1,
      suite: null,
      backend: 'case',
      stage: 3,
      task: 'other',
      approvals: [{ type: 'approval.granted', actor: 'me', scope: 's', mutation_mode: 'm', timestamp: '2026-01-01T00:00:00.000Z' }],
      review: { required: false, verdict: 'approve', reason: null },
      source_admission_status: 'admitted',
      baseline: null,
      roots: { runtime_workspace_root: null, run_artifact_dir: '/x' },
      run_id: 'x',
      nonce: 'x',
      run_start: '2026-01-01T00:00:00.000Z',
      run_end: '2026-01-01T00:00:00.000Z',
    })
      .filter(([key, value]) => key !== 'blockers' && key !== 'baseline' && value !== undefined)
      .map(([key, value]): Forgery => [`another ${key} in the report`, 'report.json', report(r => (r[key] = value))]),
    [
      'a blocker in the report',
      'report.json',
      report(r => r.blockers.push({ code: 'no_diff', status: 'fail', event: null, detail: '', cause: null, owner: 'backend', hint: '' })),
    ],
    ['a claim of containment', 'report.json', report(r => r.containment.claims.push('that nothing was read'))],
    ['other counts', 'report.json', report(r => (r.verification.counts.passed += 1))],
    ['another nonce in the freshness', 'report.json', report(r => (r.freshness.nonce = 'b'))],
    ['another commit', 'report.json', report(r => (r.freshness.commit = 'f'.repeat(40)))],
    ['less time than the trace has', 'report.json', report(r => (r.freshness.duration_ms = 1))],
    ['a field of case', 'report.json', report(r => (r.case_model = 'x'))],
    ['an unknown field in the report', 'report.json', report(r => (r.extra = true))],
    ['a report that was never sealed', 'report.json', report(r => (r.sealed = false))],
    // the rest
    ...[
      'report.md',
      'patch.diff',
      'test.log',
      'test-report.json',
      log,
      'trace.jsonl',
      'task.contract.json',
      'scenario.yaml',
      'eligibility.json',
      'stage2-no-target-inspection.json',
      'backend/stdout.log',
      'backend/stderr.log',
      'backend/events.jsonl',
    ].map((path): Forgery => [`a bundle without ${path}`, path, f => f.remove(path)]),
    [
      'a page that says something else',
      'report.md',
      async f => f.write('report.md', (await f.text('report.md')).replace('# pass', '# fail')),
    ],
    ['another scenario text', 'scenario.yaml', f => f.write('scenario.yaml', 'scenario: 1\nname: x\n')],
    ['an eligibility that was never decided', 'eligibility.json', f => f.json('eligibility.json', e => (e.selected_backend = null))],
    ['reasons that nobody had', 'eligibility.json', f => f.json('eligibility.json', e => (e.reasons = ['none']))],
    [
      'an inspection of something else',
      'stage2-no-target-inspection.json',
      f => f.json('stage2-no-target-inspection.json', e => (e.looked_through = [])),
    ],
    [
      'another nonce in the inspection',
      'stage2-no-target-inspection.json',
      f => f.json('stage2-no-target-inspection.json', e => (e.nonce = 'b')),
    ],
    ['an exposed target', 'stage2-no-target-inspection.json', f => f.json('stage2-no-target-inspection.json', e => (e.claim = 'exposed'))],
    ['a backend that claimed nothing', 'backend/events.jsonl', f => f.lines('backend/events.jsonl', lines => lines.slice(0, -1))],
    [
      'a backend that claimed otherwise',
      'backend/events.jsonl',
      f => f.lines('backend/events.jsonl', lines => void (lines.at(-1).data.result = 'blocked')),
    ],
  ];

  it.each(forgeries)('%s', async (_title, artifact, forge) => {
    const copy = await copyOf(green);
    const f = forger(copy, ports.files);
    await forge(f);
    await f.reseal();
    const { verdict, exit, problems } = await verify(copy);
    expect({ verdict, exit }).toEqual({ verdict: 'invalid', exit: 4 });
    expect(problems.map(problem => problem.artifact)).toContain(artifact);
  });

  it.each<[string, (files: Loose[]) => void]>([
    ['lists a file twice', files => files.splice(1, 0, files[0])],
    ['is not sorted', files => files.reverse()],
    ['lists the report', files => files.push({ path: 'report.json', bytes: 1, sha256: '0'.repeat(64) })],
    ['leaves the folder', files => files.unshift({ path: '../x', bytes: 1, sha256: '0'.repeat(64) })],
    ['is of another run', () => {}],
  ])('a manifest that %s', async (title, change) => {
    const copy = await copyOf(green);
    const f = forger(copy, ports.files);
    await f.json('manifest.json', manifest => {
      if (title === 'is of another run') manifest.run_id = 'x';
      change(manifest.files);
    });
    const digest = createHash('sha256')
      .update(await f.text('manifest.json'))
      .digest('hex');
    await f.json('report.json', r => {
      r.artifact_digests['manifest.json'] = digest;
      r.report_digest = '';
      r.report_digest = createHash('sha256')
        .update(`${JSON.stringify(r, null, 2)}\n`)
        .digest('hex');
    });
    const found = await artifacts(copy);
    expect(found.some(artifact => ['manifest.json', '../x'].includes(artifact))).toBe(true);
    expect(found).not.toContain('patch.diff');
  });

  it.each<[string, string, (f: Forger) => Promise<void>]>([
    ['a patch', 'patch.diff', f => f.write('patch.diff', 'this was the change\n')],
    ['what tests said', 'test.log', f => f.write('test.log', 'ok 1\n')],
    [
      'what was left behind',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.filter(l => l.facts).forEach(l => (l.facts.ending = []))),
    ],
    [
      'a calibration',
      'trace.jsonl',
      f => f.lines('trace.jsonl', lines => lines.filter(l => l.facts).forEach(l => (l.facts.calibration = []))),
    ],
  ])('%s of a run that no backend was started in', async (_title, artifact, forge) => {
    const { dir } = await run({ stage: 3 });
    const copy = await copyOf(dir);
    const f = forger(copy, ports.files);
    await f.reseal();
    expect(await verify(copy)).toMatchObject({ verdict: 'consistent', status: 'blocked' });
    await forge(f);
    await f.reseal();
    expect(await artifacts(copy)).toContain(artifact);
  });

  it('a plan that the harness states twice', async () => {
    const { dir } = await run({ backend: { id: 'command', argv: ['cp', 'README.md', 'strings.js'] } });
    const copy = await copyOf(dir);
    const f = forger(copy, ports.files);
    await f.events(events => events.flatMap(e => (e.type === 'plan.updated' ? [e, e] : [e])));
    await f.reseal();
    expect(await artifacts(copy)).toContain('events.normalized.jsonl');
  }, 60_000);

  it('the digests that events carry of what was finished by then', async () => {
    const copy = await copyOf(green);
    const f = forger(copy, ports.files);
    const carried = {
      'patch.diff': createHash('sha256')
        .update(await f.text('patch.diff'))
        .digest('hex'),
    };
    await f.events(events => events.filter(e => e.type === 'git.diff.checked').forEach(e => (e.data.digests = carried)));
    await f.reseal();
    expect(await artifacts(copy)).toEqual([]);
    await f.write('patch.diff', (await f.text('patch.diff')).replace(/^\+.*$/m, '+something else'));
    await f.reseal();
    expect(await artifacts(copy)).toEqual(['patch.diff']);
  });

  it('its baseline: of another nonce, of another backend, or not the one that was compared', async () => {
    const { dir } = await run({ backend: { id: 'command', argv: ['true'] } });
    const forge = async (change: (inner: Forger, outer: Forger) => Promise<void>) => {
      const copy = await copyOf(dir);
      const [inner, outer] = [forger(join(copy, 'baseline'), ports.files), forger(copy, ports.files)];
      await change(inner, outer);
      await inner.reseal();
      await outer.reseal();
      return artifacts(copy);
    };
    expect(existsSync(join(dir, 'baseline', 'report.json'))).toBe(true);
    expect(await forge(async () => {})).toEqual([]);
    expect(await forge(async inner => inner.json('report.json', r => (r.status = 'fail')))).toContain('baseline/report.json');
    expect(await forge(async inner => inner.write('patch.diff', ''))).toContain('baseline/patch.diff');
    expect(
      await forge(async (_inner, outer) =>
        outer.lines('trace.jsonl', lines => lines.filter(l => l.facts?.baseline).forEach(l => (l.facts.baseline.run_id = 'x'))),
      ),
    ).toContain('baseline/report.json');
    expect(
      await forge(async (_inner, outer) =>
        outer.lines('trace.jsonl', lines => lines.filter(l => l.facts?.baseline).forEach(l => (l.facts.baseline.comparable = false))),
      ),
    ).toContain('trace.jsonl');
    expect(
      await forge(async (_inner, outer) =>
        outer.lines('trace.jsonl', lines => lines.filter(l => l.facts?.baseline).forEach(l => (l.facts.baseline = null))),
      ),
    ).toContain('trace.jsonl');
  }, 60_000);
});

describe('without a signature nobody finds', () => {
  it('a forger who rewrites everything consistently, by the rules of the engine', async () => {
    const { dir } = await run({
      fake: [{ plan: ['x'] }, { oracle: true }, { review: { verdict: 'reject', reason: 'useless' } }, { claim: 'completed' }],
    });
    expect(await verify(dir)).toMatchObject({ verdict: 'consistent', status: 'blocked' });
    const copy = await copyOf(dir);
    const all = forger(copy, ports.files);
    const praise = (data: Loose) => Object.assign(data, { verdict: 'approve' });
    await all.lines('backend/events.jsonl', lines => lines.filter(l => l.type === 'review.completed').forEach(l => praise(l.data)));
    await all.lines('trace.jsonl', lines => lines.filter(l => l.facts?.review).forEach(l => praise(l.facts.review)));
    const claims = createHash('sha256')
      .update(await all.text('backend/events.jsonl'))
      .digest('hex');
    await all.events(events => {
      for (const e of events) {
        if (e.type === 'backend.exited') e.data.digests['backend/events.jsonl'] = claims;
        if (e.type === 'review.completed') Object.assign(e, { status: 'ok', data: praise(e.data) });
        if (e.type === 'verification.completed') Object.assign(e, { status: 'ok', data: { ...e.data, blockers: [] } });
        if (e.type === 'run.completed') Object.assign(e, { status: 'pass', data: { ...e.data, blockers: [] } });
      }
    });
    await all.json('report.json', r =>
      Object.assign(r, { status: 'pass', blockers: [], failure_reason: null, review: { ...r.review, verdict: 'approve' } }),
    );
    await all.reseal();
    expect(await artifacts(copy)).toEqual(['report.md']);

    const events = (await all.text('events.normalized.jsonl'))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Loose);
    await all.write('report.md', renderReport(JSON.parse(await all.text('report.json')) as Report, events));
    await all.reseal();
    expect(await verify(copy)).toMatchObject({ verdict: 'consistent', status: 'pass', exit: 0, notes: ['unsigned: provenance not shown'] });
  }, 60_000);

  it.each([
    ['another file of the agent, sealed again: only digests cover it', 'backend/agent/prompt.md', 0],
    ['but another test.log, which an event names', 'test.log', 4],
    ['and another raw log', 'backend/stdout.log', 4],
  ])('%s', async (_name, artifact, exit) => {
    const copy = await copyOf(green);
    const f = forger(copy, ports.files);
    await f.write(artifact, 'something else\n');
    await f.reseal();
    expect((await verify(copy)).exit).toBe(exit);
  });
});
