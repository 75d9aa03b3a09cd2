import { describe, expect, it } from 'vitest';
import { digestOf } from '../testing/decision.ts';
import { policyText } from '../testing/gate-room.ts';
import { decide } from './decide.ts';
import type { GateInput, RecordEvidence } from './input.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const at = (days: number) => new Date(now + days * 86_400_000).toISOString();
const record = (file: string, days: number): RecordEvidence => ({
  file,
  sha256: digestOf('a'),
  now: { sha256: digestOf('a'), admitted_at: at(-1), expires_at: at(days) },
  problem: null,
});

/** Green evidence of one pass, let in by these records; only what a decision looks at is there. */
const green = (records: readonly RecordEvidence[]): GateInput => {
  const id = 'a.yaml#a';
  const [manifest, report, patch] = [digestOf('1'), digestOf('2'), digestOf('3')];
  const run = { run_start: at(-0.1), run_end: at(-0.1), run_id: 'r', freshness: { clock_stepped: false } };
  const contract = {
    nonce: 'challenge-1',
    suite: id,
    scenario_digest: digestOf('t'),
    task: { digest: digestOf('k') },
    given: {},
    backend: { id: 'fake' },
    stage: 3,
    stage_digest: digestOf('s'),
    engine_digest: digestOf('e'),
    commit: 'c',
    model: null,
    host: 'h',
  };
  return {
    now,
    engine: { digest: digestOf('e'), commit: 'c' },
    challenge: {
      entry: {
        nonce: 'challenge-1',
        issued_at: at(-0.2),
        expires_at: at(1),
        base_commit: 'c',
        stage: 3,
        backend: 'fake',
        binary: null,
        model: null,
        policy_digest: digestOf('p'),
        stage_digest: digestOf('s'),
        scenarios: [{ id, digest: digestOf('d') }],
      },
      sha256: digestOf('0'),
      decided: false,
      earlier: [],
    },
    ledger: [],
    base: {
      ref: 'main',
      commit: 'c',
      hasChallenge: true,
      policy: { value: JSON.parse(policyText([digestOf('f')], [])) as unknown, sha256: digestOf('p') },
      runners: [digestOf('f')],
      stageDigest: digestOf('s'),
      scenarios: new Map([[id, digestOf('d')]]),
    },
    suite: {
      dir: 'suite',
      unreadable: null,
      plan: { nonce: 'challenge-1', started: at(-0.1), scenarios: [{ id, digest: digestOf('d') }] },
      planDigest: digestOf('n'),
      statement: { sha256: digestOf('7') },
      ended: true,
      surplus: [],
    },
    scenarios: [
      {
        id,
        digest: digestOf('d'),
        isCurrent: true,
        does: 'run',
        textDigest: digestOf('t'),
        taskDigest: digestOf('k'),
        otherTerm: null,
        leftOut: null,
        result: { state: 'green', exit: 0 },
        bundle: {
          dir: 'a',
          problems: [],
          status: 'pass',
          digests: { manifest, report, patch },
          lacks: [],
          contract,
          report: run,
          admissions: null,
          records,
        },
        bundleProblem: null,
        statement: {
          sha256: digestOf('9'),
          subjects: { 'manifest.json': manifest, 'report.json': report, 'patch.diff': patch },
          run: { run_id: 'r', status: 'pass' },
        },
        mismatches: [],
      },
    ],
    calibrations: [],
    prior: { promoted: true, detail: '' },
  } as unknown as GateInput;
};

describe('a promotion rests on every record that let a run in', () => {
  it('and on nothing else, where none was needed', () => {
    expect(decide(green([])).decision).toMatchObject({ verdict: 'promoted', reasons: [], expires_at: at(30), inputs: { admissions: {} } });
  });

  it.each(['admissions/sources/a.json', 'admissions/owned/a.json', 'admissions/comparisons/case.json'])(
    '%s among them: named, and not outlived',
    file => {
      const { decision } = decide(green([record('admissions/models/a.json', 20), record(file, 6)]));
      expect(decision).toMatchObject({
        verdict: 'promoted',
        expires_at: at(6),
        inputs: { suite_statement: digestOf('7'), admissions: { 'admissions/models/a.json': digestOf('a'), [file]: digestOf('a') } },
      });
    },
  );
});
