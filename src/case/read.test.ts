import { describe, expect, it } from 'vitest';
import type { GatewayLine } from '../model/gateway.ts';
import { caseLog, exhausted, mute, over, phase, revision, skipped, started } from '../testing/case-log.ts';
import { readLog } from './log.ts';
import type { Printed } from './printed.ts';
import { type CaseRun, readCase } from './read.ts';
import { agentOf, tellStory } from './story.ts';

type Logged = Parameters<typeof caseLog>[0];

const exit = { spawnError: null, code: 0, timedOut: false, aborted: false, tooManyProcesses: false };
const run = (logged: Logged | string, over: Partial<CaseRun> = {}, profile?: string): CaseRun => {
  const log = readLog(typeof logged === 'string' ? logged : caseLog(logged, profile), 't');
  const lines = log.events.map(() => asked(0));
  return { exit, fatal: null, printed: honest(log), log, lines, endedByHarness: false, committed: true, ...over };
};
/** What `ca` prints where its log was left alone. */
function honest({ events }: CaseRun['log']): Printed {
  const { end, exhausted, ends } = tellStory(events);
  const done = ends.filter(({ outcome }) => outcome === 'completed').map(({ phase }) => agentOf(phase));
  return { verdict: end?.outcome === 'completed' ? 'completed' : (end?.failedAgent ?? null), exhausted, done };
}
const ended = (how: Partial<CaseRun['exit']>): Partial<CaseRun> => ({ exit: { ...exit, ...how } });

/** A reading on one line: claim, then everything that speaks for or against it. */
function told(of: CaseRun): string {
  const { claim, protocolError, failure, review, completedByHarness } = readCase(of);
  return [
    claim ?? 'no claim',
    ...(protocolError === null ? [] : [`protocol: ${protocolError}`]),
    ...(failure ? [`${failure.code}: ${failure.detail}`] : []),
    ...(review ? [review.verdict === 'approve' ? 'approved' : `rejected: ${review.reason}`] : []),
    ...(completedByHarness ? ['by harness'] : []),
  ].join(' | ');
}

const unused = skipped('implement', 'verify', 'review', 'implement', 'verify', 'review');
const rest = [phase('retrospective'), unused];
const work = [phase('implement'), phase('verify'), phase('review')];
const NO_ENVELOPE = 'AGENT_RESULT start delimiter not found';
const failing = (agent: string, ...before: Logged) => [...before, unused, phase('retrospective'), over(agent)];

// Rows of the scenario matrix of the protocol notes, section 5.
describe('a pipeline that came to its end', () => {
  it.each<[string, Logged, string]>([
    ['all pass', [...work, phase('close'), ...rest, over()], 'completed | approved'],
    [
      'the envelope has a status and nothing else',
      [...work.slice(0, 2), phase('review', { rubric: undefined }), phase('close'), ...rest, over()],
      'completed | approved',
    ],
    ['no envelope of the implementer', failing('implementer', mute('implement')), `no claim | protocol: implementer: ${NO_ENVELOPE}`],
    [
      'malformed JSON',
      failing('implementer', mute('implement', 'AGENT_RESULT JSON parse error: JSON Parse error: Unexpected EOF')),
      'no claim | protocol: implementer: AGENT_RESULT JSON parse error: JSON Parse error: Unexpected EOF',
    ],
    [
      'no end delimiter',
      failing('implementer', mute('implement', 'AGENT_RESULT end delimiter not found')),
      'no claim | protocol: implementer: AGENT_RESULT end delimiter not found',
    ],
    [
      'a status that there is not',
      failing('implementer', mute('implement', 'AGENT_RESULT invalid status: success')),
      'no claim | protocol: implementer: AGENT_RESULT invalid status: success',
    ],
    ['an implementer that says failed', failing('implementer', phase('implement', { status: 'failed', error: 'no idea' })), 'failed'],
    ['an implementer that says blocked', failing('implementer', phase('implement', { status: 'blocked', error: 'no rights' })), 'blocked'],
    [
      'a reviewer that only reasons',
      failing('reviewer', ...work.slice(0, 2), mute('review')),
      `completed | protocol: reviewer: ${NO_ENVELOPE}`,
    ],
    [
      'a verifier without an envelope',
      failing('verifier', phase('implement'), mute('verify')),
      `completed | protocol: verifier: ${NO_ENVELOPE}`,
    ],
    [
      'a soft fail that the next cycle mends',
      [...work.slice(0, 2), phase('review', { fails: ['pattern-fit'] }), revision('reviewer', 1), ...work, phase('close'), ...rest, over()],
      'completed | approved',
    ],
    [
      'a soft fail in every cycle',
      [
        ...Array.from({ length: 3 }, () => [...work.slice(0, 2).flat(), ...phase('review', { fails: ['pattern-fit'] })]),
        exhausted,
        phase('close'),
        ...rest,
        over(),
      ],
      'completed | rejected: the reviewer failed pattern-fit; Case ran out of cycles and went on with warnings',
    ],
    [
      'a hard fail in every cycle',
      [...work.slice(0, 2), phase('review', { fails: ['scope-discipline'] }), exhausted, phase('close'), ...rest, over('reviewer')],
      'completed | rejected: the reviewer failed scope-discipline; Case ran out of cycles and went on with warnings; Case ended as failed at the reviewer',
    ],
    [
      'a hard fail that the next cycle mends',
      [
        ...work.slice(0, 2),
        phase('review', { fails: ['principle-compliance'] }),
        revision('reviewer', 1),
        ...work,
        phase('close'),
        ...rest,
        over('reviewer'),
      ],
      'completed | rejected: the reviewer failed principle-compliance; Case ended as failed at the reviewer',
    ],
    [
      'something critical, and every category passed',
      [...work.slice(0, 2), phase('review', { findings: { critical: 1 } }), phase('close'), ...rest, over('reviewer')],
      'completed | rejected: the reviewer found something critical; Case ended as failed at the reviewer',
    ],
    [
      'a reviewer that says failed',
      failing('reviewer', ...work.slice(0, 2), phase('review', { status: 'failed', error: 'wrong' })),
      'completed | rejected: the reviewer says failed: wrong; Case ended as failed at the reviewer',
    ],
    [
      'a reviewer that says blocked',
      failing('reviewer', ...work.slice(0, 2), phase('review', { status: 'blocked', summary: '' })),
      'completed | rejected: the reviewer says blocked: no reason given; Case ended as failed at the reviewer',
    ],
    [
      'a rubric of the verifier that fails once',
      [
        phase('implement'),
        phase('verify', { fails: ['edge-case-checked'] }),
        revision('verifier', 1),
        ...work,
        phase('close'),
        ...rest,
        over(),
      ],
      'completed | approved',
    ],
    [
      'a rubric of the verifier that fails in every cycle',
      [
        ...Array.from({ length: 3 }, () => [...phase('implement'), ...phase('verify', { fails: ['edge-case-checked'] })]),
        exhausted,
        phase('review'),
        phase('close'),
        ...rest,
        over(),
      ],
      'completed | rejected: the verifier failed edge-case-checked; Case ran out of cycles and went on with warnings',
    ],
    [
      'a verifier that says failed',
      failing('verifier', phase('implement'), phase('verify', { status: 'failed', error: 'it does not work' })),
      'completed | rejected: the verifier says failed: it does not work; Case ended as failed at the verifier',
    ],
    [
      'a closer that says failed',
      [...work, phase('close', { status: 'failed', error: 'no gh' }), ...rest, over('closer')],
      'completed | approved | by harness',
    ],
    ['a closer without an envelope', [...work, mute('close'), ...rest, over('closer')], 'completed | approved | by harness'],
  ])('%s', (_name, logged, expected) => {
    expect(told(run(logged))).toBe(expected);
  });

  it('a tiny one has no verifier, and needs none', () => {
    const logged = [phase('implement'), phase('review'), phase('close'), ...rest, over()];
    expect(told(run(logged, {}, 'tiny'))).toBe('completed | approved');
    expect(told(run(logged))).toBe('completed | protocol: the pipeline is said to be completed, and its verifier is not | approved');
  });

  it('the exit code of one that failed may be 0 or 1, and changes nothing', () => {
    for (const logged of [failing('implementer', mute('implement')), [...work, mute('close'), ...rest, over('closer')]])
      expect(told(run(logged, ended({ code: 1 })))).toBe(told(run(logged)));
  });

  it('a failed close counts for nothing where nothing was committed', () => {
    const logged = [...work, mute('close'), ...rest, over('closer')];
    const expected =
      'completed | backend_failed: Case ended as failed at the closer, and nothing was committed and approved before | approved';
    expect(told(run(logged, { committed: false }))).toBe(expected);
  });

  it('success over an empty diff stays a claim of success: the diff is looked at elsewhere', () => {
    expect(told(run([...work, phase('close'), ...rest, over()], { committed: false }))).toBe('completed | approved');
  });

  it.each<[string, Logged, string]>([
    [
      'completed without an implementer',
      [phase('verify'), phase('review'), over()],
      'no claim | protocol: the pipeline is said to be completed, and its implementer is not | approved',
    ],
    [
      'completed over an implementer that says failed',
      [phase('implement', { status: 'failed' }), phase('verify'), phase('review'), over()],
      'failed | protocol: the pipeline is said to be completed, and its implementer is not | approved',
    ],
    ['failed without an implementer', [over('implementer')], 'no claim | protocol: no implementer came to its end'],
    [
      'failed at an implementer that says completed',
      [phase('implement'), over('implementer')],
      'completed | backend_failed: Case ended as failed at implementer',
    ],
    [
      'failed at nobody',
      [...work, { event: 'pipeline_end', outcome: 'failed' }],
      'completed | backend_failed: Case ended as failed at an agent that is not named | approved',
    ],
  ])('%s is no success', (_name, logged, expected) => {
    expect(told(run(logged))).toBe(expected);
  });

  it('completed with another exit code than 0 is no success', () => {
    const logged = [...work, phase('close'), ...rest, over()];
    expect(told(run(logged, ended({ code: 143 })))).toBe(
      'completed | backend_failed: exit code 143 of a pipeline that is said to be completed | approved',
    );
  });
});

/** A line of the gateway's log; the minute says when the request came, and every event of a log is of the end of minute 0. */
const asked = (minute: number, what: Partial<GatewayLine> = {}): GatewayLine => ({
  seq: 1,
  time: `2026-06-01T00:0${minute}:00.000Z`,
  method: 'POST',
  path: '/v1/chat/completions',
  api: 'openai-completions',
  asked_model: 'm',
  stream: true,
  status: 200,
  upstream_status: 200,
  cause: null,
  shape: 'content',
  refused: null,
  echoed_model: 'm',
  tokens: { input: 1, output: 1 },
  first_byte_ms: 1,
  elapsed_ms: 1,
  bytes_in: 1,
  bytes_out: 1,
  repair: null,
  finish: 'stop',
  ...what,
});

describe('a missing envelope', () => {
  const [before, after] = [0, 1];
  const error = { upstream_status: 500, status: 500, cause: 'server_error', shape: 'error' } as const;
  const noImplementer = failing('implementer', mute('implement'));
  const noReviewer = failing('reviewer', ...work.slice(0, 2), mute('review'));

  it.each<[string, Logged, GatewayLine[], string | undefined]>([
    ['of a model that answered', noImplementer, [asked(before)], undefined],
    ['of a model that answered in the end', noImplementer, [asked(before, error), asked(before)], undefined],
    ['of a model that was never asked', noImplementer, [], undefined],
    [
      'of a provider that failed',
      noImplementer,
      [asked(before), asked(before, error)],
      'provider_unavailable: the provider did not answer the last request of the implementer (500)',
    ],
    [
      'of a provider that failed, and answered the retrospective',
      noImplementer,
      [asked(before, error), asked(after)],
      'provider_unavailable: the provider did not answer the last request of the implementer (500)',
    ],
    ['of a provider that failed in the retrospective alone', noImplementer, [asked(before), asked(after, error)], undefined],
    [
      'of a reviewer whose provider was gone',
      noReviewer,
      [asked(before, { upstream_status: null, cause: 'connection_refused', shape: 'refused' })],
      'provider_unavailable: the provider did not answer the last request of the reviewer (refused)',
    ],
    [
      'of an agent beyond its limits',
      noImplementer,
      [asked(before, { refused: 'limit_tokens', status: 429, shape: 'refused' })],
      'backend_failed: the gateway refused the last request of the implementer: limit_tokens',
    ],
  ])('%s', (_name, logged, lines, expected) => {
    const { failure, protocolError } = readCase(run(logged, { lines }));
    expect(failure ? `${failure.code}: ${failure.detail}` : undefined).toBe(expected);
    expect(protocolError).toContain(NO_ENVELOPE);
  });

  it('that is not missing is no failure of a provider, whatever the closer was told', () => {
    const closer = [...work, mute('close'), ...rest, over('closer')];
    expect(told(run(closer, { lines: [asked(0), asked(0), asked(0), asked(0, error)] }))).toBe('completed | approved | by harness');
  });
});

describe('a pipeline without an end', () => {
  const fatal = 'Fatal: Model not found: openai/x. Check ~/.config/case/config.json';
  it.each<[string, Partial<CaseRun>, Logged, string]>([
    ['ca could not be started', ended({ spawnError: 'ENOEXEC', code: null }), [], 'no claim | backend_failed: ca did not start (ENOEXEC)'],
    ['ca died with its own words', { ...ended({ code: 1 }), fatal }, [started('implement')], `no claim | backend_failed: ${fatal}`],
    [
      'ca was killed by a stranger',
      ended({ code: 143 }),
      work,
      'completed | backend_failed: exit code 143, and no pipeline_end in the event log | approved',
    ],
    ['too many processes', ended({ code: 137, tooManyProcesses: true }), [], 'no claim | backend_failed: more processes than its limit'],
    ['exit 0 in the middle', {}, work, 'completed | protocol: the event log has no pipeline_end | approved'],
    ['the time was up while the implementer hung', ended({ code: 124, timedOut: true }), [started('implement')], 'no claim'],
    ['the time was up while the verifier hung', ended({ code: 124, timedOut: true }), [phase('implement'), started('verify')], 'completed'],
    ['the time was up after the work', ended({ code: 124, timedOut: true }), [...work, started('close')], 'completed | approved'],
    ['the run was stopped', ended({ code: 137, aborted: true }), [...work, started('close')], 'completed | approved'],
  ])('%s', (_name, how, logged, expected) => {
    expect(told(run(logged, how))).toBe(expected);
  });
});

describe('a run that the harness ended', () => {
  const killed = { ...ended({ code: 137 }), endedByHarness: true };
  const GONE = 'protocol: what it had done when it was ended was gone afterwards';

  it.each<[string, Logged, string]>([
    ['the close hangs', [...work, started('close')], 'completed | approved | by harness'],
    ['the retrospective hangs', [...work, phase('close'), started('retrospective')], 'completed | approved | by harness'],
    [
      'the close failed and the retrospective hangs',
      [...work, mute('close'), started('retrospective')],
      'completed | approved | by harness',
    ],
    [
      'nothing hangs after pipeline_end but the process itself',
      [...work, phase('close'), ...rest, over()],
      'completed | approved | by harness',
    ],
    [
      'the second cycle was clean',
      [...work.slice(0, 2), phase('review', { fails: ['pattern-fit'] }), ...work, started('close')],
      'completed | approved | by harness',
    ],
  ])('is completed where %s', (_name, logged, expected) => {
    expect(told(run(logged, killed))).toBe(expected);
  });

  it.each<[string, Logged, Partial<CaseRun>]>([
    ['nothing was committed', [...work, started('close')], { committed: false }],
    ['the review was not done', [phase('implement'), phase('verify'), started('review')], {}],
    ['the verifier has no envelope', [phase('implement'), mute('verify'), phase('review'), started('close')], {}],
    ['the implementer says failed', [phase('implement', { status: 'failed' }), phase('verify'), phase('review'), started('close')], {}],
    ['a category failed in the last cycle', [...work.slice(0, 2), phase('review', { fails: ['pattern-fit'] }), started('close')], {}],
    ['a hard category failed in an earlier cycle', [phase('review', { fails: ['scope-discipline'] }), ...work, started('close')], {}],
    ['another cycle has begun', [...work, started('implement'), started('close')], {}],
    ['the evaluators judged an earlier cycle', [phase('verify'), phase('review'), phase('implement'), started('close')], {}],
    ['the verifier judged an earlier cycle', [phase('verify'), phase('implement'), phase('review'), started('close')], {}],
    ['the close has not begun', work, {}],
  ])('is not completed where %s', (_name, logged, how) => {
    expect(told(run(logged, { ...killed, ...how }))).toContain(GONE);
  });
});

describe('an event log that cannot be believed', () => {
  const good = caseLog([...work, phase('close'), ...rest, over()]);
  const lines = good.trimEnd().split('\n');
  const text = (...list: (string | undefined)[]) => list.map(line => `${line}\n`).join('');

  it.each<[string, string, string]>([
    ['of another task', good.replace('"taskId":"t"', '"taskId":"other"'), 'line 1 of the event log is not the pipeline_start of t'],
    ['that goes on with an earlier run', text(...lines.slice(1)), 'line 1 of the event log is not the pipeline_start of t'],
    ['with a line that is no JSON', text(lines[0], 'x', ...lines.slice(1)), 'line 2 of the event log is no event'],
    [
      'with a line slipped in',
      text(...lines.slice(0, 5), lines[2], ...lines.slice(5)),
      'line 6 of the event log has number 3, which is not after 5',
    ],
    ['with a line of another run', good.replace(/("sequence":4,"runId":)"r"/, '$1"s"'), 'line 4 of the event log is of another run'],
    ['with a second beginning', text(...lines.slice(0, 3), lines[0]), 'line 4 of the event log starts the pipeline again'],
    ['that goes on after its end', text(...lines, lines.at(-1)), `line ${lines.length + 1} of the event log comes after pipeline_end`],
    ['that ends in the middle of a line', good.slice(0, -5), 'the event log ends in the middle of a line'],
    ['of nothing', '', 'the event log has no pipeline_end'],
  ])('%s is a failure of the protocol', (_name, log, problem) => {
    expect(readCase(run(log)).protocolError).toBe(problem);
  });

  it('one that nests without end is no event', () => {
    expect(readCase(run(`${'['.repeat(200_000)}\n`)).protocolError).toBe('line 1 of the event log is no event');
  });
});

describe('an event log that says something else than ca', () => {
  const clean = [...work, phase('close'), ...rest, over()];
  const said = { verdict: 'completed', exhausted: false, done: ['implementer', 'verifier', 'reviewer', 'closer', 'retrospective'] };

  it.each<[string, Logged, Partial<Printed>, string]>([
    ['over a reject', clean, { verdict: 'reviewer' }, 'the pipeline is completed by the log, and ca said failed at the reviewer'],
    ['over warnings', clean, { exhausted: true }, 'no cycle was missing by the log, and ca said that it ran out of them'],
    ['over silence', clean, { verdict: null }, 'the pipeline is completed by the log, and ca said nothing'],
    [
      'over a reject, as if the close had failed',
      [...work, mute('close'), ...rest, over('closer')],
      { verdict: 'reviewer' },
      'the pipeline is failed at the closer by the log, and ca said failed at the reviewer',
    ],
  ])('%s is not believed', (_name, logged, printed, expected) => {
    expect(readCase(run(logged, { printed: { ...said, ...printed } }))).toMatchObject({
      protocolError: `the event log and ca do not agree: ${expected}`,
      completedByHarness: false,
    });
  });

  it('of agents that ca never spoke of is nothing that the harness completes', () => {
    const killed = { ...ended({ code: 137 }), endedByHarness: true };
    const logged = [...work, started('close')];
    const printed = { ...said, verdict: null, done: ['implementer', 'verifier'] };
    expect(readCase(run(logged, { ...killed, printed })).completedByHarness).toBe(false);
    expect(readCase(run(logged, { ...killed, printed: { ...printed, done: said.done } })).completedByHarness).toBe(true);
  });
});

it('agents that have more results than the model gave answers made them up', () => {
  const logged = [...work, phase('close'), ...rest, over()];
  const protocolError = '3 agents have a result, and the model answered 2 times';
  const lines = [
    asked(0),
    asked(0),
    asked(0, { cause: 'server_error', shape: 'cut' }),
    asked(0, { refused: 'model', upstream_status: null }),
  ];
  expect(readCase(run(logged, { lines }))).toMatchObject({ protocolError });
  const killed = { ...ended({ code: 137 }), endedByHarness: true };
  expect(readCase(run([...work, started('close')], { ...killed, lines }))).toMatchObject({ protocolError, completedByHarness: false });
  expect(readCase(run(logged, { lines: [...lines, asked(0)] })).protocolError).toBeNull();
});

describe('a rubric', () => {
  it.each<[string, unknown]>([
    ['has a verdict that is neither pass nor na', { categories: [{ category: 'pattern-fit', verdict: 'mostly' }] }],
    ['has a category that is none', { categories: ['pattern-fit: pass'] }],
  ])('that %s is not passed', (_name, rubric) => {
    expect(readCase(run([...work.slice(0, 2), phase('review', { rubric }), phase('close'), over()])).review?.verdict).toBe('reject');
  });

  it.each([[1], ['2'], [['a']], [{}], [-1]])('findings with %j critical ones reject', critical => {
    const logged = [...work.slice(0, 2), phase('review', { findings: { critical } }), phase('close'), over()];
    expect(readCase(run(logged)).review?.verdict).toBe('reject');
  });
});
