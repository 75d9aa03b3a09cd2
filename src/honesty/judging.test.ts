import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../expect/evidence.ts';
import type { Mismatch } from '../expect/match.ts';
import { isMap, type Path, showPath } from '../model/json.ts';
import { nodePorts } from '../node/ports.ts';
import { judgeScenario } from '../scenario/judging.ts';
import { loadScenarios } from '../scenario/load.ts';
import { anEvent, anEvidence } from '../testing/evidence.ts';
import { aProject } from '../testing/project.ts';
import { flipExpectation, spoilExpectation } from './expectation.ts';
import { tryAssertions, type Judge } from './judging.ts';
import { shelve } from './shelf.ts';
import { makeTable } from './table.ts';

const log = 'one two\nthree\n';

/** Every form that an assertion can take, at least once. */
const expectation = `
  status: fail
  blocker: no_diff
  blockers: {$contains: [no_diff], $not: [verification_failed]}
  lifecycle: {$oneOf: [completed, timed_out]}
  exit: [1, 2]
  changed_files: [a.js, b.js]
  approval_events: []
  verification:
    ran: true
    exit_code: {$gte: 1, $lt: 9}
    counts: {failed: {$gt: 0}, passed: {$lte: 5}}
    command: {$exact: [node, --test]}
    tests: {$unordered: [{id: x, outcome: failed}]}
  report:
    backend_exit_code: 0
    tests_passed: false
    failure_reason: {$re: "no (diff|change)"}
    review: {reason: null}
    case_model: {$absent: true}
    nonce: {$any: string}
  events:
    in_order: [run.started, {not: approval.requested}, [plan.updated, backend.started], {type: run.completed, status: fail, data: {blockers: [no_diff]}}]
    exact: [run.started, task.contract.created, backend.started, plan.updated, backend.exited, {type: run.completed, status: fail}]
    count: {run.completed: 1, patch.applied: {$lt: 1}}
    never: [approval.denied, {type: run.completed, status: pass}]
  artifacts:
    patch.diff: empty
    report.json: present
    gone.txt: absent
    "*.log": {size: {$gt: 0}}
    test.log:
      matches: [one, /tw?o/]
      not_matches: "/thr(i|oo)/"
      lines: [one two, /^th/]
      digest: ${createHash('sha256').update(log).digest('hex')}
      same_as: other.log
    data.json: {json: {a: [1, {b: true}]}, json_at: {/a/0: 1}}
`;

const evidence = anEvidence({
  exit: 1,
  report: {
    status: 'fail',
    lifecycle: 'completed',
    blockers: [{ code: 'no_diff' }, { code: 'missing_required_event' }],
    changed_files: ['a.js', 'b.js'],
    backend_exit_code: 0,
    tests_passed: false,
    failure_reason: 'no diff: none',
    review: { reason: null },
    nonce: 'n',
    verification: {
      ran: true,
      exit_code: 1,
      counts: { failed: 1, passed: 0 },
      command: ['node', '--test'],
      tests: [{ id: 'x', outcome: 'failed' }],
    },
  },
  events: [
    anEvent('run.started'),
    anEvent('task.contract.created'),
    anEvent('backend.started'),
    anEvent('plan.updated'),
    anEvent('backend.exited'),
    anEvent('run.completed', 'fail', { blockers: ['no_diff'] }),
  ],
  files: { 'report.json': '{}', 'patch.diff': '', 'test.log': log, 'other.log': log, 'data.json': '{"a": [1, {"b": true}]}' },
});

const project = await aProject({
  'scenarios/_defaults.yaml': 'scenario: 1\ninvariants: {started: {events: [run.started], exit: nonzero}, ended: {exit: zero}}\n',
  'scenarios/rich.yaml': `scenario: 1\nwaive: {ended: for this test}\nexpect: ${expectation}`,
});
afterAll(() => project[Symbol.asyncDispose]());
const place = { project: project.root, scenarios: join(project.root, 'scenarios') };
const [scenario] = await loadScenarios(join(place.scenarios, 'rich.yaml'), place, nodePorts());
const shelf = await shelve(evidence);

async function survivorsOf(judge: Judge, left: Evidence = evidence) {
  const table = makeTable();
  await tryAssertions({ scenario: scenario!, shelf: await shelve(left) }, judge, table, () => true);
  return table;
}

/** A judge that does not see some of what it finds. */
const blindTo =
  (unseen: (mismatch: Mismatch) => boolean): Judge =>
  async (spec, left) =>
    (await judgeScenario(spec, left)).filter(mismatch => !unseen(mismatch));

/** Every scalar of a value, with its path. */
const leavesOf = (value: unknown, path: Path = []): Path[] =>
  Array.isArray(value)
    ? value.flatMap((one, i) => leavesOf(one, [...path, i]))
    : isMap(value)
      ? Object.entries(value).flatMap(([key, one]) => leavesOf(one, [...path, key]))
      : [path];

describe('every scalar that somebody wrote', () => {
  const flipped = [...flipExpectation(scenario!.spec.expect, shelf)];
  const spoilt = [...spoilExpectation(scenario!.spec.expect, shelf)];
  const leaves = leavesOf(scenario!.spec.expect).map(showPath);
  /** What is left out is left out with what stands below it. */
  const covers = (found: readonly { does: string; at: Path }[], leaf: string) =>
    found.some(({ does, at }) => showPath(at) === leaf || (does === 'leave out' && leaf.startsWith(`${showPath(at)}.`)));

  it.each(leaves)('%s is flipped, or left out by a rule', leaf => {
    expect(covers(flipped, leaf) || covers(flipped, leaf.replace(/\.type$/, '').replace(/\$absent$/, '$any'))).toBe(true);
  });

  it.each(leaves.filter(leaf => !/\.(type|not)$|never\.1|blockers\.\$not|lifecycle|^exit|exact|\$exact/.test(leaf)))(
    '%s is spoilt in the evidence',
    leaf => {
      const isPart = spoilt.some(({ at }) => leaf === showPath(at) || leaf.startsWith(`${showPath(at)}.`));
      expect(isPart).toBe(true);
    },
  );

  it('and nothing is unknown', () => {
    expect([...flipped, ...spoilt].filter(({ does }) => does === 'know nothing')).toEqual([]);
  });
});

describe('an honest judge', () => {
  it('lets no mutant through, of the scenario or of an invariant that is asked of it', async () => {
    const table = await survivorsOf(judgeScenario);
    expect(table.survivors).toEqual([]);
    expect(table.total()).toBeGreaterThan(400);
  });

  it('says what was left out, and why', async () => {
    const { limits } = await survivorsOf(judgeScenario);
    expect([...limits.keys()].toSorted()).toEqual(['left out: an alternative not taken', 'left out: one with what forbids it']);
  });
});

describe('a judge is found that', () => {
  it.each<[string, string, (mismatch: Mismatch) => boolean]>([
    ['ignores the exit', 'exit', ({ path }) => path.includes('exit')],
    ['ignores whether the report was sealed', 'exit', ({ path, message }) => path.includes('exit') && message.includes('sealed')],
    ['ignores an upper limit', '$lt', ({ path }) => path.includes('$lt')],
    ['ignores a lower limit', '$gte', ({ path }) => path.includes('$gte')],
    ['takes any text for a match', '$re', ({ path }) => path.includes('$re')],
    ['compares text without its case', 'status', ({ got, expected }) => String(got).toLowerCase() === String(expected).toLowerCase()],
    ['compares the beginning of a text', 'status', ({ got, expected }) => typeof got === 'string' && String(expected).startsWith(got)],
    ['takes 1 for "1"', 'backend_exit_code', ({ got, expected }) => String(got) === String(expected)],
    ['takes what is not there for null', 'reason', ({ got, expected }) => got === undefined && expected === null],
    ['ignores the length of a list', 'changed_files', ({ message }) => message.includes('elements)')],
    ['ignores what is forbidden between two events', 'in_order', ({ message }) => message.includes('must not come between')],
    ['ignores what must never be', 'never', ({ path }) => path.includes('never')],
    ['ignores how often', 'count', ({ path }) => path.includes('count')],
    ['ignores missing files', 'artifacts', ({ message }) => message.includes('no such file')],
    ['ignores files that must not be', 'artifacts', ({ expected }) => expected === 'absent'],
    ['ignores digests', 'digest', ({ path }) => path.includes('digest')],
    ['ignores what an artifact must not have', 'not_matches', ({ path }) => path.includes('not_matches')],
    ['reads a JSON pointer wrongly', 'json_at', ({ path }) => path.includes('json_at')],
    ['ignores an invariant', 'invariants', ({ path }) => path[0] === 'invariants'],
  ])('%s', async (_title, part, unseen) => {
    const { survivors } = await survivorsOf(blindTo(unseen));
    expect(survivors.map(({ what }) => what).join('\n')).toContain(part);
  });

  it('says of everything the same, whatever is expected', async () => {
    const always: Judge = async (spec, left) =>
      spec === scenario!.spec && left.exit === 1 ? [] : [{ path: ['expect', 'status'], expected: 1, got: 2, message: 'no' }];
    expect((await survivorsOf(always)).survivors.length).toBeGreaterThan(100);
  });

  it('goes on to say what was expected where nobody expects it any more', async () => {
    const stubborn: Judge = async (spec, left) => judgeScenario({ ...spec, expect: { ...spec.expect, status: 'fail' } }, left);
    const { survivors } = await survivorsOf(stubborn);
    expect(survivors.map(({ because }) => because).join('\n')).toContain('expected no mismatch there without expect.status');
  });
});

describe('a survivor', () => {
  it('is named with the line that somebody wrote, what was changed, and an id that names it alone', async () => {
    const judge = blindTo(({ path }) => path.includes('exit'));
    const { survivors } = await survivorsOf(judge);
    const [first] = survivors;
    expect(first?.place).toMatch(/^scenarios\/rich\.yaml:8:9 scenarios\/rich\.yaml#rich$/);
    expect(first?.what).toMatch(/^expect\.exit: \[1,2\] → "\w+"$/);

    const alone = makeTable();
    await tryAssertions({ scenario: scenario!, shelf }, judge, alone, id => id === first?.id);
    expect(alone.survivors).toEqual([first]);
    expect(alone.total()).toBe(1);
  });

  it('is a scenario that is red as it is', async () => {
    const { survivors } = await survivorsOf(judgeScenario, { ...evidence, exit: 0 });
    expect(survivors).toMatchObject([{ kind: 'as it is', because: expect.stringContaining('red: expected') }]);
  });

  it('is an expectation that nobody here knows how to change', async () => {
    const table = makeTable();
    const strange = { ...scenario!, spec: { ...scenario!.spec, expect: { ...scenario!.spec.expect, weather: 'fine' } } };
    const judge: Judge = (spec, left) =>
      judgeScenario({ ...spec, expect: { ...spec.expect, weather: undefined } as typeof spec.expect }, left);
    await tryAssertions({ scenario: strange, shelf }, judge, table, () => true);
    expect(table.survivors).toMatchObject([
      { kind: 'unknown assertion', what: expect.stringContaining('expect.weather') },
      { kind: 'unknown assertion' },
    ]);
  });
});
