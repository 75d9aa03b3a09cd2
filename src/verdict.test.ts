import { describe, expect, it } from 'vitest';
import type { GatewayFacts } from './model/gateway.ts';
import type { Facts } from './model/facts.ts';
import { noFacts } from './model/facts.ts';
import { aBackend, aChange, aContract, aTestReport, aTestRun, greenFacts } from './testing/samples.ts';
import { judge } from './verdict.ts';

const codes = (facts: Facts, contract = aContract()) => judge(contract, facts).blockers.map(blocker => blocker.code);
const redTests = aTestReport({
  recorded: aTestRun({
    exit_code: 1,
    tests: [
      { id: 'mends', outcome: 'failed' },
      { id: 'keeps', outcome: 'passed' },
    ],
  }),
});

describe('a run passes', () => {
  it('when the patch is proven and the backend completed', () => {
    expect(judge(aContract(), greenFacts())).toEqual({
      status: 'pass',
      outcome: 'proven',
      lifecycle: 'completed',
      blockers: [],
      failureReason: null,
    });
  });

  it('also when the harness completed it', () => {
    expect(judge(aContract(), greenFacts({ backend: aBackend({ completed_by_harness: true }) }))).toMatchObject({
      status: 'pass',
      lifecycle: 'completed_by_harness',
    });
  });

  it('never because nothing was found: what nobody thought of is not a pass', () => {
    expect(codes(noFacts)).toEqual(['verification_failed']);
    expect(codes(greenFacts({ tests: null }))).toEqual(['verification_failed']);
    expect(
      codes(greenFacts({ changes: { files: [], commits: false } }), aContract({ task: { ...aContract().task, diff_required: false } })),
    ).toEqual(['verification_failed']);
  });
});

describe('each fact has its blocker', () => {
  // oxfmt-ignore
  it.each<[string, Partial<Facts>]>([
    ['run_interrupted',          { interrupted: 'SIGINT' }],
    ['dirty_starting_tree',      { dirty_start: ['a'], backend: null }],
    ['backend_not_enabled',      { refusal: { code: 'backend_not_enabled', detail: '' }, backend: null }],
    ['fixture_invalid',          { calibration: ['green already'], backend: null }],
    ['approval_denied',          { approval_denied: 'denied', backend: null }],
    ['timeout',                  { backend: aBackend({ timed_out: true, claim: null }), tests: redTests }],
    ['lifecycle_timeout_after_valid_patch', { backend: aBackend({ timed_out: true, claim: null }) }],
    ['agent_protocol_error',     { backend: aBackend({ protocol_error: 'no envelope', claim: null }) }],
    ['backend_failed',           { backend: aBackend({ failure: { code: 'backend_failed', detail: 'exit code 3' } }) }],
    ['backend_failed',           { backend: aBackend({ claim: 'failed' }) }],
    ['backend_failed',           { backend: aBackend({ claim: null }) }],
    ['no_diff',                  { changes: { files: [], commits: false } }],
    ['disallowed_file_change',   { changes: { files: [aChange(), aChange({ path: 'package.json' })], commits: false } }],
    ['disallowed_file_change',   { changes: { files: [aChange({ kind: 'fifo', oddity: 'fifo' })], commits: false } }],
    ['write_outside_roots',      { boundary: { outside: ['/etc/x'], protected: [] } }],
    ['protected_source_changed', { boundary: { outside: [], protected: ['/p/x'] } }],
    ['reviewer_rejected',        { review: { verdict: 'reject', reason: 'no' } }],
    ['approval_denied',          { approval_denied: 'denied' }],
    ['verification_failed',      { tests: redTests }],
    ['dirty_ending_tree',        { ending: ['x (untracked)'] }],
    ['missing_required_event',   { events: ['plan.updated is absent'] }],
    ['baseline_failed',          { baseline: { run_id: 'b', dir: 'baseline', status: 'fail', comparable: true, not_comparable: [] } }],
    ['baseline_failed',          { baseline: { run_id: 'b', dir: 'baseline', status: 'pass', comparable: false, not_comparable: ['nonce'] } }],
    ['secret_exposed',           { secrets: [{ name: 'API_KEY', artifact: 'patch.diff' }] }],
    ['artifact_write_failure',   { artifact_failures: [{ path: 'patch.diff', code: 'ENOSPC' }] }],
  ])('%s: %j', (code, over) => {
    const verdict = judge(aContract(), greenFacts(over));
    expect(verdict.blockers[0]?.code).toBe(code);
    expect(verdict.status).toBe(verdict.blockers[0]?.status);
    expect(verdict.failureReason).not.toBe('');
  });

  it('a required review that nobody gave counts as rejected', () => {
    expect(codes(greenFacts(), aContract({ task: { ...aContract().task, review_required: true } }))).toEqual(['reviewer_rejected']);
  });
});

describe('the order is the order of the pipeline', () => {
  it('the first blocker gives the status, later ones are listed and change nothing', () => {
    const facts = greenFacts({ backend: aBackend({ timed_out: true }), tests: redTests, ending: ['x'] });
    expect(judge(aContract(), facts)).toMatchObject({
      status: 'blocked',
      blockers: [{ code: 'timeout' }, { code: 'verification_failed' }, { code: 'dirty_ending_tree' }],
    });
  });

  it('a backend time-out and a verification time-out are one blocker', () => {
    const tests = aTestReport({ recorded: aTestRun({ exit_code: null, timed_out: true, tests: [] }) });
    expect(codes(greenFacts({ backend: aBackend({ timed_out: true }), tests }))).toEqual(['timeout']);
  });

  it('no_diff needs a claim of success', () => {
    const nothing = { changes: { files: [], commits: false }, tests: redTests };
    expect(codes(greenFacts(nothing))).toEqual(['no_diff', 'verification_failed']);
    expect(codes(greenFacts({ ...nothing, backend: aBackend({ claim: 'failed' }) }))).toEqual(['backend_failed', 'verification_failed']);
  });
});

describe('outcome and lifecycle are never folded', () => {
  it.each([
    ['proven', 'timed_out', greenFacts({ backend: aBackend({ timed_out: true }) })],
    ['not_proven', 'completed', greenFacts({ tests: redTests })],
    ['none', 'completed', greenFacts({ changes: { files: [], commits: false } })],
    ['none', 'not_started', greenFacts({ backend: null, changes: null, tests: null, calibration: ['x'] })],
    ['proven', 'crashed', greenFacts({ backend: aBackend({ failure: { code: 'backend_failed', detail: '' } }) })],
    ['proven', 'protocol_error', greenFacts({ backend: aBackend({ protocol_error: 'x' }) })],
    ['proven', 'interrupted', greenFacts({ interrupted: 'SIGTERM' })],
  ])('%s and %s', (outcome, lifecycle, facts) => {
    expect(judge(aContract(), facts)).toMatchObject({ outcome, lifecycle });
  });
});

describe('the sentence that a person reads', () => {
  it.each([
    [
      'provider unavailable',
      greenFacts({ refusal: { code: 'provider_unavailable', detail: 'x', cause: 'binary_missing' }, backend: null }),
    ],
    [
      'fake engine failed with exit code 3',
      greenFacts({ backend: aBackend({ exit_code: 3, failure: { code: 'backend_failed', detail: 'exit code 3' } }) }),
    ],
    ['agent result protocol failed', greenFacts({ backend: aBackend({ protocol_error: 'x' }) })],
    ['no diff: success was claimed and nothing changed', greenFacts({ changes: { files: [], commits: false } })],
  ])('%s', (sentence, facts) => {
    expect(judge(aContract(), facts).failureReason).toBe(sentence);
  });

  it('names case as the seeds do', () => {
    const contract = aContract({ backend: { id: 'case', argv: null, uses_model: true, uses_binary: true, own_state: ['.case'] } });
    expect(judge(contract, greenFacts({ backend: aBackend({ protocol_error: 'x' }) })).failureReason).toBe(
      'case agent result protocol failed',
    );
  });
});

describe('what kept a backend without an envelope from its model', () => {
  const gateway = (over: Partial<GatewayFacts> = {}): GatewayFacts => ({
    requests: 3,
    answered: 3,
    refused: 0,
    repairs: 0,
    other_models: [],
    tokens: { input: 1, output: 1 },
    last: { status: 200, upstream_status: 200, shape: 'content', cause: null, refused: null },
    network: 'private',
    refused_destinations: [],
    connections: [],
    ...over,
  });
  const last = (over: Partial<NonNullable<GatewayFacts['last']>>) => ({ last: { ...gateway().last!, ...over } });
  const mute = aBackend({ claim: null, protocol_error: 'no envelope' });
  const blockersOf = (over: Partial<GatewayFacts>, backend = mute) =>
    judge(aContract(), greenFacts({ backend, gateway: gateway(over) })).blockers.map(({ code, cause }) =>
      cause ? `${code} ${cause}` : code,
    );

  it.each<[string, Partial<GatewayFacts>, string]>([
    ['it never asked', { requests: 0, last: null }, 'provider_unavailable local_config_missing'],
    [
      'the last answer was an error',
      last({ status: 401, upstream_status: 401, shape: 'error', cause: 'unauthorized' }),
      'provider_unavailable unauthorized',
    ],
    [
      'nobody listened',
      last({ upstream_status: null, shape: 'refused', cause: 'connection_refused' }),
      'provider_unavailable connection_refused',
    ],
    ['the gateway refused it', last({ status: 429, refused: 'limit_tokens' }), 'backend_failed'],
    ['the provider answered', {}, 'agent_protocol_error'],
    ['it only reasoned', last({ shape: 'reasoning_only' }), 'agent_protocol_error'],
  ])('%s', (_what, over, expected) => {
    expect(blockersOf(over)).toEqual([expected]);
  });

  it('is not asked where there is an envelope, whatever the last answer was', () => {
    expect(blockersOf(last({ status: 500, shape: 'error', cause: 'server_error' }), aBackend())).toEqual([]);
  });

  it('an envelope is none where no model ever answered', () => {
    for (const over of [
      { requests: 0, answered: 0, last: null },
      { requests: 2, answered: 0 },
    ])
      expect(blockersOf(over, aBackend())).toEqual(['agent_protocol_error']);
  });

  it('is not asked where the time was up, or the backend crashed', () => {
    const broken = last({ status: 500, shape: 'error', cause: 'server_error' });
    expect(blockersOf(broken, aBackend({ claim: null, timed_out: true }))).toEqual(['lifecycle_timeout_after_valid_patch']);
    expect(blockersOf(broken, aBackend({ claim: null, failure: { code: 'backend_failed', detail: 'exit code 3' } }))).toEqual([
      'backend_failed',
    ]);
  });

  it('and an answer of another model proves nothing of the admitted one', () => {
    expect(blockersOf({ other_models: ['', 'm2'] }, aBackend())).toEqual(['provider_response_shape']);
  });

  it('and a connection past the gateway is a fail, also beside a proven patch', () => {
    expect(blockersOf({ connections: ['192.0.2.1:443'] }, aBackend())).toEqual(['backend_failed']);
  });
});
