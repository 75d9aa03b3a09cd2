import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../expect/evidence.ts';
import { showPath } from '../model/json.ts';
import { loadScenarios } from '../scenario/load.ts';
import { quietPorts } from '../testing/command-line.ts';
import { anEvent, anEvidence } from '../testing/evidence.ts';
import { aProject } from '../testing/project.ts';
import { bless, wasInterrupted } from './bless-files.ts';

const report = {
  status: 'pass',
  outcome: 'proven',
  lifecycle: 'completed',
  blockers: [],
  changed_files: ['a.js', 'b.js'],
  stage: 2,
  tests_passed: true,
  tests_command: 'node --test',
  failure_reason: null,
};
const evidence = (over: Parameters<typeof anEvidence>[0] = {}) =>
  anEvidence({
    report,
    events: [anEvent('run.started'), anEvent('patch.applied'), anEvent('patch.applied'), anEvent('run.completed', 'pass')],
    files: { 'patch.diff': 'one\ntwo\n', 'x.json': '{"a": {"b": [1, 2]}, "status": "pass"}' },
    ...over,
  });

/** Blesses the terse scenario `s.yaml` of a project; what it wrote is the text that `s.yaml` would have. */
async function blessed(
  expectation: string,
  { really = false, over = {}, files = {} }: { really?: boolean; over?: Partial<Evidence>; files?: Record<string, string> } = {},
) {
  const text = `scenario: 1\n${expectation}\n`;
  await using project = await aProject({ 'scenarios/s.yaml': text, ...files });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const ports = quietPorts();
  const scenarios = await loadScenarios(join(root.scenarios, 's.yaml'), root, ports);
  const seen = { ...evidence(), ...over };
  const { texts, left } = await bless(
    scenarios.map(scenario => ({ scenario, evidence: seen, ofRun: seen })),
    really,
    root,
    ports,
  );
  expect(await readFile(join(root.scenarios, 's.yaml'), 'utf8')).toBe(text);
  return {
    text: texts.get('scenarios/s.yaml')?.after.replace('scenario: 1\n', '').trimEnd() ?? expectation,
    others: [...texts.keys()].filter(file => file !== 'scenarios/s.yaml'),
    left: left.map(({ mismatch, why }) => `${showPath(mismatch.path)}: ${why}`),
  };
}

describe('a literal follows the evidence', () => {
  it.each([
    ['text', 'expect: {exit: zero, report: {tests_command: npm test}}', 'expect: {exit: zero, report: {tests_command: node --test}}'],
    ['a number, its comment kept', 'expect:\n  exit: zero\n  report: {stage: 3}  # x', 'expect:\n  exit: zero\n  report: {stage: 2}  # x'],
    ['null', 'expect: {exit: zero, report: {failure_reason: "x"}}', 'expect: {exit: zero, report: {failure_reason: null}}'],
    ['one element of a list', 'expect: {exit: zero, changed_files: [a.js, c.js]}', 'expect: {exit: zero, changed_files: [a.js, b.js]}'],
    ['a list of another length', 'expect: {exit: zero, changed_files: [b.js]}', 'expect: {exit: zero, changed_files: [a.js, b.js]}'],
    ['an empty list', 'expect: {exit: zero, changed_files: []}', 'expect: {exit: zero, changed_files: [a.js, b.js]}'],
    [
      'a count of events',
      'expect: {exit: zero, events: {count: {patch.applied: 1}}}',
      'expect: {exit: zero, events: {count: {patch.applied: 2}}}',
    ],
    [
      'a whole log of types',
      'expect: {exit: zero, events: {exact: [run.started, run.completed]}}',
      'expect: {exit: zero, events: {exact: [run.started, patch.applied, patch.applied, run.completed]}}',
    ],
    [
      'a digest',
      `expect: {exit: zero, artifacts: {patch.diff: {digest: ${'0'.repeat(64)}}}}`.replace(/0{64}/, m => `"${m}"`),
      'expect: {exit: zero, artifacts: {patch.diff: {digest: "c7bdba5a3cd4e4ac5f3ed7bdec2b5cb98f3ac3ac75f36ad4b7c2fef90b4bc5fd"}}}',
    ],
    ['a size', 'expect: {exit: zero, artifacts: {patch.diff: {size: 1}}}', 'expect: {exit: zero, artifacts: {patch.diff: {size: 8}}}'],
    [
      'a line',
      'expect: {exit: zero, artifacts: {patch.diff: {lines: [one, 2nd]}}}',
      'expect: {exit: zero, artifacts: {patch.diff: {lines: [one, two]}}}',
    ],
    [
      'JSON at a pointer',
      'expect: {exit: zero, artifacts: {x.json: {json_at: {/a/b: [1]}}}}',
      'expect: {exit: zero, artifacts: {x.json: {json_at: {/a/b: [1, 2]}}}}',
    ],
  ])('%s', async (title, before, after) => {
    const { text, left } = await blessed(before);
    if (title === 'a digest') expect(text.replace(/[0-9a-f]{64}/, '')).toBe(after.replace(/[0-9a-f]{64}/, ''));
    else expect(text).toBe(after);
    expect(left).toEqual([]);
  });
});

describe('a matcher stays a matcher, and what no literal can say stays as it is', () => {
  it.each([
    ['an operator', 'report: {stage: {$gte: 3}}', 'expect.report.stage.$gte: a matcher stays a matcher'],
    ['$exact', 'changed_files: {$exact: [b.js]}', 'expect.changed_files.$exact: a matcher stays a matcher'],
    [
      'a list of another length with a matcher in it',
      'changed_files: [{$re: js}]',
      'expect.changed_files: the list has another length, and not every element of it is a literal',
    ],
    [
      'a regular expression over lines',
      'artifacts: {patch.diff: {lines: [/x/, two]}}',
      'expect.artifacts.patch.diff.lines.0: a line between slashes is a regular expression',
    ],
    [
      'text that is looked for',
      'artifacts: {patch.diff: {matches: three}}',
      'expect.artifacts.patch.diff.matches: text that is looked for is not a literal',
    ],
    ['that a file is empty', 'artifacts: {patch.diff: empty}', 'expect.artifacts.patch.diff: empty is not a literal'],
    [
      'an order of events',
      'events: [patch.applied, run.started]',
      'expect.events.1: an order of events has no literal that could follow; write it by hand',
    ],
    ['what is not there', 'artifacts: {x.json: {json: {b: 1}}}', 'expect.artifacts.x.json.json.b: nothing is there that could be written'],
    ['a value for a map', 'artifacts: {x.json: {json: {a: 1}}}', 'expect.artifacts.x.json.json.a: it is of another kind; write it by hand'],
    [
      'more than plain values',
      'artifacts: {x.json: {json: {a: [1]}}}',
      'expect.artifacts.x.json.json.a: it is of another kind; write it by hand',
    ],
    [
      'a list with a comment that would be lost',
      'changed_files: [b.js, # x\n    c.js, d.js]',
      'expect.changed_files: a comment stands in the list',
    ],
  ])('%s', async (_title, expectation, why) => {
    for (const really of [false, true]) {
      const written = `expect: {exit: zero, ${expectation}}`;
      expect(await blessed(written, { really })).toEqual({ text: written, others: [], left: [why] });
    }
  });

  it('a value for which two files of one glob differ', async () => {
    const files = { 'a.log': 'x', 'b.log': 'xx' };
    const written = 'expect: {exit: zero, artifacts: {"*.log": {size: 1}}}';
    expect(await blessed(written, { over: evidence({ files }) })).toEqual({
      text: written,
      others: [],
      left: ['expect.artifacts.*.log.size: the evidence has more than one value for it'],
    });
  });
});

describe('what says how a run ends follows only who insists', () => {
  it.each([
    ['status', 'status: fail', 'status: pass'],
    ['blocker', 'blocker: no_diff', 'blocker: null'],
    ['blockers', 'blockers: [no_diff]', 'blockers: []'],
    ['outcome', 'outcome: none', 'outcome: proven'],
    ['lifecycle', 'lifecycle: crashed', 'lifecycle: completed'],
    ['exit as a class', 'exit: fail', 'exit: zero'],
    ['exit as a number', 'exit: 1', 'exit: 0'],
    ['the same in the report', 'report: {status: fail}', 'report: {status: pass}'],
    ['the same in an artifact', 'artifacts: {x.json: {json: {status: fail}}}', 'artifacts: {x.json: {json: {status: pass}}}'],
    ['the same at a pointer', 'artifacts: {x.json: {json_at: {/status: fail}}}', 'artifacts: {x.json: {json_at: {/status: pass}}}'],
  ])('%s', async (_title, before, after) => {
    const written = `expect: {report: {sealed: {$absent: true}}, ${before}}`.replace(
      'report: {sealed: {$absent: true}}, report:',
      'report:',
    );
    const blocked =
      before.startsWith('report') || before.startsWith('artifacts') ? written.replace('expect: {', 'expect: {exit: zero, ') : written;
    const gentle = await blessed(blocked);
    expect(gentle.text).toBe(blocked);
    expect(gentle.left).toEqual([expect.stringContaining('only with --really') as string]);
    expect(await blessed(blocked, { really: true })).toMatchObject({ text: blocked.replace(before, after), left: [] });
  });

  it('an event that must never come is left also then: no literal can take its place', async () => {
    const written = 'expect: {exit: zero, events: {never: [patch.applied]}}';
    expect((await blessed(written)).left).toEqual(['expect.events.never.0: only with --really: it says what must not happen']);
    expect(await blessed(written, { really: true })).toMatchObject({
      text: written,
      left: [expect.stringContaining('no literal') as string],
    });
  });

  it('defaults of a folder, and invariants, where they stand', async () => {
    const files = {
      'scenarios/_defaults.yaml': 'scenario: 1\nexpect: {report: {stage: 3}}\ninvariants: {i: {report: {tests_passed: false}}}\n',
    };
    const gentle = await blessed('expect: {exit: zero}', { files });
    expect(gentle.left).toEqual([
      'expect.report.stage: only with --really: it stands in scenarios/_defaults.yaml, for every scenario below',
      'invariants.i.report.tests_passed: only with --really: it is an invariant',
    ]);
    expect(gentle.others).toEqual([]);
    expect(await blessed('expect: {exit: zero}', { files, really: true })).toMatchObject({
      others: ['scenarios/_defaults.yaml'],
      left: [],
    });
  });

  it('each of a table; two rows that want different values there leave it', async () => {
    const table = 'matrix: m\neach: {expect: {exit: zero, report: {stage: 3}}}\nrows:\n  - {case: a}\n  - {case: b}';
    expect((await blessed(table)).left).toHaveLength(2);
    expect((await blessed(table)).left[0]).toBe('expect.report.stage: only with --really: it stands in each, for every row');
    expect(await blessed(table, { really: true })).toMatchObject({ text: table.replace('stage: 3', 'stage: 2'), left: [] });
  });
});

it('what was announced to fail is not blessed away', async () => {
  const written = 'fails: report.stage\nexpect: {exit: zero, report: {stage: 3}}';
  expect(await blessed(written)).toEqual({ text: written, others: [], left: [] });
});

it('what was seen and cannot be expected changes nothing at all', async () => {
  const files = { 'patch.diff': 'one\n\n' };
  const written = 'expect: {exit: zero, changed_files: [], artifacts: {patch.diff: {lines: [one, two]}}}';
  await expect(blessed(written, { over: evidence({ files }) })).rejects.toThrow(
    'with what was seen it would not load: expect.artifacts.patch.diff.lines.1',
  );
});

describe('a run that did not reach its end says nothing', () => {
  it.each([
    ['never sealed', evidence({ sealed: false }), true],
    ['interrupted', evidence({ report: { ...report, blockers: [{ code: 'run_interrupted' }] } }), true],
    ['ended', evidence(), false],
  ])('%s', (_title, seen, interrupted) => {
    expect(wasInterrupted({ evidence: seen, ofRun: seen }, false)).toBe(interrupted);
  });
});
