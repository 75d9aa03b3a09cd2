import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { playModel, type Script } from './testing/ca-model.ts';
import { bash, good, read, rubric, says } from './testing/ca-replies.ts';
import { caRoom, type Line } from './testing/ca-room.ts';

/** One event in a word or three; tools stand for themselves. */
const short = ({ event, phase, outcome, from, to, tool }: Line): string =>
  event === 'status_changed'
    ? `${from}>${to}`
    : [event.replace('phase_', ''), phase, outcome ?? tool].filter(Boolean).map(String).join(' ');

const run = async (script: Script, task: object = {}) => {
  const model = await playModel(script);
  const room = await caRoom({ baseUrl: model.baseUrl, task });
  const ended = await room.run();
  const release = async () => {
    await model[Symbol.asyncDispose]();
    await room[Symbol.asyncDispose]();
  };
  return { ...room, model, ended, [Symbol.asyncDispose]: release };
};

it('the events of a perfect run have the order, the sequence and the six skipped of the real one', async () => {
  await using room = await run(good);
  const lines = room.events();
  // oxfmt-ignore
  expect(lines.filter(({ event }) => !event.startsWith('tool')).map(short)).toEqual([
    'pipeline_start', 'start implement', 'active>implementing', 'end implement completed', 'implementing>active',
    'start verify', 'active>verifying', 'end verify completed', 'verifying>active',
    'start review', 'active>reviewing', 'end review completed', 'reviewing>evaluating',
    'start close', 'evaluating>closing', 'end close completed', 'closing>pr-opened',
    'start retrospective', 'end retrospective completed',
    'end implement skipped', 'end verify skipped', 'end review skipped', 'end implement skipped', 'end verify skipped', 'end review skipped',
    'pipeline_end completed',
  ]);
  expect(lines.map(line => line['sequence'])).toEqual(lines.map((_, i) => i + 1));
  expect(new Set(lines.map(line => line['runId'])).size).toBe(1);
  expect(room.logs()[0]).toMatch(/\/events\/run-[\da-f-]{36}\.jsonl$/);
  expect(lines.find(line => line.event === 'phase_end' && line['phase'] === 'verify')?.['result']).toMatchObject({
    status: 'completed',
    rubric: { role: 'verifier' },
  });
});

it('a failure skips what is pending and leaves the status at the phase', async () => {
  await using room = await run({ ...good, verifier: [[says({ status: 'failed', error: 'x' })]] });
  // oxfmt-ignore
  expect(room.events().filter(({ event }) => !event.startsWith('tool')).map(short).slice(5)).toEqual([
    'start verify', 'active>verifying', 'end verify failed', 'end review skipped',
    'end implement skipped', 'end verify skipped', 'end review skipped', 'end implement skipped', 'end verify skipped', 'end review skipped',
    'end close skipped', 'start retrospective', 'end retrospective completed', 'pipeline_end failed',
  ]);
  expect(room.events().at(-1)).toMatchObject({ failedAgent: 'verifier' });
  expect(room.task()).toMatchObject({ status: 'verifying' });
});

it('tool events hold text of at most 500 characters, in pairs, and redact only what looks like key=value', async () => {
  const secrets = bash('printenv OPENAI_API_KEY; echo "api_key=abc"');
  const long = bash('head -c 900 /dev/zero | tr "\\0" x');
  await using room = await run({ ...good, implementer: [[secrets, long, ...good.implementer[0]!]] });
  const [start, end, , cut] = room.events().filter(({ event }) => event.startsWith('tool'));
  expect(start).toMatchObject({ event: 'tool_start', phase: 'implement', agent: 'implementer', tool: 'bash' });
  expect(start!['args']).toMatch(/^{"command":"printenv OPENAI_API_KEY; /);
  expect(end).toMatchObject({ event: 'tool_end', toolCallId: start!['toolCallId'], isError: false });
  expect(end!['result']).toMatch(/key-of-the-run.*api_key=\*\*\*"/);
  expect(String(cut!['result'])).toHaveLength(500);
});

it('the bookkeeping of a perfect run is wrong, as that of the real one', async () => {
  await using room = await run(good);
  const [line] = room.linesOf(join(room.repo, '.case', 'run-log.jsonl'));
  expect(line).toMatchObject({
    task: 'greet-1',
    outcome: 'completed',
    failedAgent: null,
    phases: { implementer: 'skipped', verifier: 'skipped', reviewer: 'skipped', closer: 'completed', retrospective: 'completed' },
    metrics: { ciFirstPush: null, revisionCycles: 0, phaseDurations: { implementer: 0, verifier: 0 } },
  });
  expect(room.task()).toMatchObject({ status: 'pr-opened', prUrl: null, tested: true, pendingRevision: null });
  expect(JSON.parse(room.read('.case/greet-1/plan.json'))).toMatchObject({
    taskId: 'greet-1',
    profile: 'standard',
    revisionBudget: 2,
    modelConfig: {},
    phases: [{ phase: 'implement', agent: 'implementer', evidenceGates: ['commit'] }, {}, {}, {}, { phase: 'retrospective' }],
  });
});

it('markers are bare times, over what mark-tested wrote; a tiny run has no tested', async () => {
  const marks = bash(`printf 'ok 1\\n' | ${join(import.meta.dirname, '../fixtures/ca/ca')} mark-tested && cat .case/greet-1/tested`);
  await using room = await run({ ...good, implementer: [[marks, ...good.implementer[0]!]] });
  expect(String(room.events().find(({ event }) => event === 'tool_end')?.['result'])).toContain('output_hash: ');
  for (const marker of ['tested', 'reviewed']) expect(readFileSync(join(room.caseDir, marker), 'utf8')).toMatch(/^[\d-]+T[\d:.]+Z$/);

  await using tiny = await run(good, { profile: 'tiny' });
  expect(['tested', 'reviewed', 'manual-tested'].map(marker => existsSync(join(tiny.caseDir, marker)))).toEqual([false, true, false]);
});

it('a revision stays pending for ever, and its request is in the log', async () => {
  await using room = await run({ ...good, reviewer: [[rubric('reviewer', 'pattern-fit', 'fail')], good.reviewer[0]!] });
  const failedCategories = [{ category: 'pattern-fit', verdict: 'fail', detail: 'd' }];
  expect(room.events().find(({ event }) => event === 'revision_requested')).toMatchObject({
    source: 'reviewer',
    cycle: 1,
    failedCategories,
  });
  expect(room.task()).toMatchObject({ status: 'pr-opened', pendingRevision: { source: 'reviewer', cycle: 1, failedCategories } });
  const again = room.model.asked.filter(({ role }) => role === 'implementer').at(-1)!.body.messages!;
  expect(JSON.stringify(again[1])).toContain('## REVISION CONTEXT — reviewer found fixable issues (cycle 1)');
  expect(again).toHaveLength(2);
});

it('a spent budget is told with three cycles', async () => {
  await using room = await run({ ...good, verifier: [[rubric('verifier', 'edge-case-checked', 'fail')]] });
  expect(room.events().find(({ event }) => event === 'revision_budget_exhausted')).toMatchObject({ cycles: 3 });
});

it('stderr is JSON lines, all info, with the model of every agent and the end of the pipeline', async () => {
  await using room = await run({ ...good, implementer: [[read, { text: 'no envelope' }]] });
  const lines = room.ended.stderr
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  expect(new Set(lines.map(line => line['level']))).toEqual(new Set(['info']));
  // oxfmt-ignore
  expect(lines.map(({ msg, status, agent }) => [msg, agent ?? status].filter(Boolean).join(' '))).toEqual([
    'pipeline started',
    'phase:implement started', 'spawning agent implementer', 'agent completed implementer', 'phase:implement failed',
    'phase:implement retrying', 'spawning agent implementer', 'agent completed implementer', 'phase:implement retry-failed',
    'phase:implement aborted', 'phase:retrospective started', 'spawning agent retrospective', 'agent completed retrospective',
    'phase:retrospective completed', 'run metrics written', 'pipeline finished',
  ]);
  const find = (msg: string, status?: string) => lines.find(line => line['msg'] === msg && (!status || line['status'] === status));
  expect(find('pipeline started')).toMatchObject({ phase: 'dag', mode: 'unattended', task: 'greet-1' });
  expect(find('spawning agent')).toMatchObject({ cwd: room.repo, provider: 'openai', model: 'local-model', timeout: 600_000 });
  expect(find('phase:implement', 'retrying')).toMatchObject({ failureClass: 'agent-protocol-error' });
  expect(find('phase:implement', 'failed')).toMatchObject({ error: 'AGENT_RESULT start delimiter not found' });
  expect(find('pipeline finished')).toMatchObject({ outcome: 'failed', failedAgent: 'implementer', eventLog: room.logs()[0] });
});
